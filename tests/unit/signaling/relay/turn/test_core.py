"""Allocations, permissions, channels and data, as RFC 8656 has them."""

import pytest

from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Method
from signaling.relay.turn.allocation import TRANSITIONS, Event, State
from signaling.relay.turn.core import is_turn
from signaling.relay.turn.effects import CloseRelay, OpenRelay, PairEnded, ToClient, ToPeer
from signaling.relay.turn.kinds import Family, FiveTuple, Refusal, Transport
from signaling.relay.turn.quota import RELAYED_BYTES, Limits
from tests.unit.signaling.relay.turn.stage import BOTH, IPV6, PEER, PEER6, SERVER, SERVER6, UDP, Client, Stage


def lifetime(seconds: int) -> tuple[int, bytes]:
    return Attribute.LIFETIME, values.number32(seconds)


def channel_data(payload: bytes, number: int = 0x4000) -> bytes:
    return number.to_bytes(2, "big") + len(payload).to_bytes(2, "big") + payload


def two_members(stage: Stage) -> tuple[Client, Client]:
    one, other = stage.client(), stage.client(member="b", port=2)
    one.allocate()
    other.allocate()
    return one, other


# --- Allocate ---------------------------------------------------------------------------------------------------------


def test_an_allocation_tells_where_it_is_and_how_long() -> None:
    stage = Stage()
    client = stage.client()
    answer = client.allocate()
    [relay] = client.relays
    assert relay[0] == SERVER
    assert 49152 <= relay[1] < 65536
    assert stage.sockets == {relay}
    assert answer.xor_address(Attribute.XOR_MAPPED_ADDRESS) == client.at.remote
    assert answer.number(Attribute.LIFETIME) == 600
    assert answer.get(Attribute.SOFTWARE) == b"byway"
    assert stage.turn.has(client.at)
    assert stage.turn.stats.allocated == {Transport.UDP: 1}


@pytest.mark.parametrize(("asked", "granted"), [(0, 600), (1, 600), (601, 601), (3600, 3600), (2**32 - 1, 3600)])
def test_lifetime_is_between_ten_minutes_and_an_hour(asked: int, granted: int) -> None:
    assert Stage().client().allocate(lifetime(asked)).number(Attribute.LIFETIME) == granted


def test_ipv6_alone_and_beside_ipv4() -> None:
    stage = Stage()
    alone, both = stage.client(), stage.client(port=2)
    alone.allocate(IPV6)
    assert [host for host, _ in alone.relays] == [SERVER6]
    both.allocate(BOTH)
    assert [host for host, _ in both.relays] == [SERVER, SERVER6]
    assert len(stage.sockets) == 3


def test_of_two_families_one_may_be_lacking() -> None:
    stage = Stage(addresses=(SERVER,))
    client = stage.client()
    answer = client.allocate(BOTH)
    assert [host for host, _ in client.relays] == [SERVER]
    assert answer.get(Attribute.ADDRESS_ERROR_CODE) == bytes((2, 0, 4, 40))
    assert Stage(addresses=()).client().code(Method.ALLOCATE, UDP, BOTH) == 440


def test_of_two_families_one_may_have_no_port() -> None:
    stage = Stage(ports=range(50000, 50001))
    stage.taken = [(SERVER6, 50000)]
    answer = stage.client().allocate(BOTH)
    assert answer.get(Attribute.ADDRESS_ERROR_CODE) == bytes((2, 0, 5, 8))
    assert stage.sockets == {(SERVER, 50000)}


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ([], 400),
        ([(Attribute.REQUESTED_TRANSPORT, b"\x11")], 400),
        ([(Attribute.REQUESTED_TRANSPORT, bytes((6, 0, 0, 0)))], 442),
        ([UDP, (Attribute.DONT_FRAGMENT, b"")], 420),
        ([UDP, (0x7777, b"")], 420),
        ([UDP, (0xF777, b"")], 0),
        ([UDP, (Attribute.REQUESTED_ADDRESS_FAMILY, bytes((3, 0, 0, 0)))], 440),
        ([UDP, (Attribute.REQUESTED_ADDRESS_FAMILY, b"\1")], 400),
        ([UDP, IPV6, BOTH], 400),
        ([UDP, (Attribute.ADDITIONAL_ADDRESS_FAMILY, bytes((1, 0, 0, 0)))], 400),
        ([UDP, (Attribute.ADDITIONAL_ADDRESS_FAMILY, b"\2")], 400),
        ([UDP, (Attribute.EVEN_PORT, b"\x80")], 508),
        ([UDP, (Attribute.EVEN_PORT, b"")], 400),
        ([UDP, (Attribute.EVEN_PORT, b"\0"), (Attribute.RESERVATION_TOKEN, bytes(8))], 400),
        ([UDP, IPV6, (Attribute.RESERVATION_TOKEN, bytes(8))], 400),
        ([UDP, (Attribute.RESERVATION_TOKEN, bytes(8))], 508),
        ([UDP, (Attribute.LIFETIME, b"\0")], 400),
    ],
)
def test_what_allocate_refuses(attributes: list[tuple[int, bytes]], code: int) -> None:
    stage = Stage()
    client = stage.client()
    answer = client.ask(Method.ALLOCATE, *attributes)
    assert (answer.error() or (0, ""))[0] == code
    assert answer.verify(client.key)
    if code == 420:
        assert answer.get(Attribute.UNKNOWN_ATTRIBUTES) == attributes[-1][0].to_bytes(2, "big")
    assert bool(stage.sockets) is not bool(code)
    assert stage.turn.stats.allocations == (not code)


def test_an_even_port() -> None:
    stage = Stage()
    for port in range(20):
        client = stage.client(port=port)
        client.allocate((Attribute.EVEN_PORT, b"\0"))
        assert client.relays[0][1] % 2 == 0


def test_a_repetition_gets_the_same_answer_and_another_request_437() -> None:
    stage = Stage()
    client = stage.client()
    request = client.request(Method.ALLOCATE, UDP)
    first, again = client.send(request), client.send(request)
    assert first == again
    assert client.code(Method.ALLOCATE, UDP) == 437
    assert len(stage.sockets) == 1


def test_a_port_that_is_taken_is_left_and_after_some_it_is_given_up() -> None:
    stage = Stage(ports=range(50000, 50002))
    stage.taken = [(SERVER, 50001)]
    client = stage.client()
    client.allocate()
    assert client.relays == [(SERVER, 50000)]
    other = stage.client(port=2)
    assert other.code(Method.ALLOCATE, UDP) == 508
    stage.taken = None
    assert Stage(ports=range(50000, 50001)).client().code(Method.ALLOCATE, UDP, (Attribute.EVEN_PORT, b"\0")) == 0
    assert stage.turn.stats.allocations == 1
    assert not stage.turn.has(other.at)


def test_when_all_ports_are_ours_there_is_none() -> None:
    stage = Stage(ports=range(50000, 50001))
    stage.client().allocate()
    assert stage.client(port=2).code(Method.ALLOCATE, UDP) == 508


def test_when_the_address_goes_while_its_sockets_open() -> None:
    stage = Stage()
    client = stage.client()
    [opening] = stage.turn.receive(client.request(Method.ALLOCATE, UDP), client.at, stage.now)
    assert isinstance(opening, OpenRelay)
    stage.here.addresses = ()
    [answer] = stage.do(stage.turn.failed(opening.number, opening.relay, stage.now))
    assert stun.decode(answer.data).error() == (508, "")


def test_while_its_sockets_open_an_allocation_is_silent_and_may_be_lost() -> None:
    stage = Stage()
    client = stage.client()
    [opening] = stage.turn.receive(client.request(Method.ALLOCATE, UDP), client.at, stage.now)
    assert isinstance(opening, OpenRelay)
    assert client.send(client.request(Method.REFRESH)) == []
    assert repr(stage.table.by_client[client.at]) == "<Allocation 1 OPENING>"
    stage.do(stage.turn.lost(client.at, stage.now))
    assert stage.turn.opened(opening.number, opening.relay, stage.now) == (CloseRelay(opening.relay),)
    assert stage.turn.failed(opening.number, opening.relay, stage.now) == ()
    assert stage.turn.lost(client.at, stage.now) == ()


# --- Refresh ----------------------------------------------------------------------------------------------------------


def test_an_allocation_expires_unless_it_is_refreshed() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    stage.wait(599)
    assert client.ask(Method.REFRESH, lifetime(1000)).number(Attribute.LIFETIME) == 1000
    stage.wait(999)
    assert stage.turn.has(client.at)
    stage.wait(1)
    assert not stage.turn.has(client.at)
    assert stage.sockets == set()
    assert stage.closed == [client.at]
    assert stage.ended == [PairEnded(0, 1599, False)]
    assert client.code(Method.REFRESH) == 437


def test_it_is_given_back() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    assert client.ask(Method.REFRESH, lifetime(0)).number(Attribute.LIFETIME) == 0
    assert stage.sockets == set()
    assert stage.turn.stats.allocations == 0
    assert client.code(Method.REFRESH, lifetime(0)) == 437
    client.allocate()


def test_of_two_families_one_is_given_back() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate(BOTH)
    assert client.code(Method.REFRESH, IPV6, lifetime(0)) == 0
    assert stage.sockets == {client.relays[0]}
    assert client.code(Method.REFRESH, IPV6) == 443
    assert client.permit(PEER6) == 443
    assert client.code(Method.REFRESH, lifetime(700)) == 0
    stage.wait(650)
    assert stage.turn.has(client.at)


def test_an_allocation_lives_no_longer_than_the_operator_lets_it() -> None:
    stage = Stage(Limits(lifetime=900))
    client = stage.client()
    client.allocate()
    stage.wait(500)
    assert client.ask(Method.REFRESH).number(Attribute.LIFETIME) == 400
    stage.wait(400)
    assert not stage.turn.has(client.at)


def test_without_an_allocation_there_is_nothing_to_refresh_or_bind() -> None:
    client = Stage().client()
    assert client.code(Method.REFRESH) == 437
    assert client.permit(PEER) == 437
    assert client.bind(PEER) == 437


# --- permissions and channels -----------------------------------------------------------------------------------------


def test_a_permission_lets_in_and_out_by_address_for_five_minutes() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    [relay] = client.relays
    assert stage.arrives(relay, PEER, b"early") == []
    assert client.say(PEER, b"early") == []
    assert client.permit(PEER, ("203.0.113.10", 1)) == 0
    assert client.say(PEER, b"out") == [ToPeer(relay, b"out", PEER)]
    assert client.hears(stage.arrives(relay, (PEER[0], 7), b"in")) == ((PEER[0], 7), b"in")
    assert stage.arrives(relay, ("203.0.113.11", 5000), b"in") == []
    stage.wait(300)
    assert stage.arrives(relay, PEER, b"late") == []
    assert stage.refused(Refusal.PERMISSION) == 4
    assert (stage.turn.stats.to_peers, stage.turn.stats.to_clients) == (3, 2)


def test_a_channel_saves_the_header_and_lasts_ten_minutes() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    [relay] = client.relays
    assert client.bind(PEER) == 0
    assert client.send(channel_data(b"out") + b"\0") == [ToPeer(relay, b"out", PEER)]
    assert stage.arrives(relay, PEER, b"hello") == [ToClient(client.at, channel_data(b"hello"))]
    assert client.code(Method.REFRESH, lifetime(3600)) == 0
    stage.wait(599)
    assert client.send(channel_data(b"out")) == [ToPeer(relay, b"out", PEER)]
    assert client.bind(PEER) == 0
    stage.wait(600)
    assert client.send(channel_data(b"out")) == []
    assert stage.arrives(relay, PEER, b"hello") == []


def test_in_a_stream_channel_data_is_padded() -> None:
    stage = Stage()
    client = stage.client()
    client.at = FiveTuple(Transport.TCP, (SERVER, 3478), ("192.0.2.7", 1))
    client.allocate()
    client.bind(PEER)
    [effect] = stage.arrives(client.relays[0], PEER, b"hello")
    assert effect.data == channel_data(b"hello") + bytes(3)


def test_a_number_and_a_peer_belong_together() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    assert client.bind(PEER, 0x4001) == 0
    assert client.bind(PEER, 0x4002) == 400
    assert client.bind((PEER[0], 1), 0x4001) == 400
    assert client.bind((PEER[0], 1), 0x3FFF) == 400
    assert client.bind((PEER[0], 1), 0x8000) == 400
    assert client.bind(PEER6, 0x4003) == 443
    assert client.bind(("127.0.0.1", 1), 0x4003) == 403
    stage.wait(599)
    client.code(Method.REFRESH)
    stage.wait(1)
    assert client.bind(PEER, 0x4002) == 0
    assert client.bind((PEER[0], 1), 0x4001) == 0


def test_what_permission_and_channel_requests_lack() -> None:
    client = Stage().client()
    client.allocate()
    number = (Attribute.CHANNEL_NUMBER, b"\x40\0\0\0")
    assert client.permit() == 400
    assert client.code(Method.CREATE_PERMISSION, (Attribute.XOR_PEER_ADDRESS, b"\0\1")) == 400
    assert client.code(Method.CHANNEL_BIND, number) == 400
    assert client.code(Method.CHANNEL_BIND, (Attribute.CHANNEL_NUMBER, b"\x40\0")) == 400
    assert client.code(Method.CHANNEL_BIND) == 400


def test_all_addresses_of_a_request_are_permitted_or_none() -> None:
    client = Stage().client()
    client.allocate()
    assert client.permit(PEER, ("169.254.169.254", 80)) == 403
    assert client.say(PEER, b"x") == []


def test_an_allocation_has_so_many_peers_and_those_that_expired_make_room() -> None:
    stage = Stage(Limits(peers=2))
    client = stage.client()
    client.allocate()
    peers = [(f"203.0.113.{n}", 1) for n in range(4)]
    assert client.permit(*peers[:2]) == 0
    assert client.permit(peers[2]) == 508
    assert [client.bind((peers[0][0], n), 0x4000 + n) for n in range(3)] == [0, 0, 508]
    client.code(Method.REFRESH, lifetime(3600))
    stage.wait(600)
    assert client.permit(peers[2]) == 0
    assert client.bind(peers[3], 0x4005) == 0


# --- within a pair ----------------------------------------------------------------------------------------------------


def test_two_members_of_a_pair_reach_each_other_without_a_socket() -> None:
    stage = Stage()
    one, other = two_members(stage)
    assert one.permit(other.relays[0]) == 0
    assert one.say(other.relays[0], b"early") == []
    assert other.permit(one.relays[0]) == 0
    assert other.hears(one.say(other.relays[0], b"ping")) == (one.relays[0], b"ping")
    assert other.bind(one.relays[0]) == 0
    assert one.say(other.relays[0], b"ping") == [ToClient(other.at, channel_data(b"ping"))]
    assert one.hears(other.send(channel_data(b"pong"))) == (other.relays[0], b"pong")
    assert stage.turn.stats.to_peers == 12
    assert stage.turn.stats.to_clients == 0


def test_behind_a_nat_they_know_each_other_by_its_address() -> None:
    stage = Stage(addresses=("10.0.0.1",))
    stage.here.told = {Family.IPV4: "203.0.113.77"}
    one, other = two_members(stage)
    assert [each.relays[0][0] for each in (one, other)] == ["203.0.113.77"] * 2
    assert stage.sockets == {("10.0.0.1", each.relays[0][1]) for each in (one, other)}
    assert one.permit(other.relays[0]) == other.permit(one.relays[0]) == 0
    assert other.hears(one.say(other.relays[0], b"ping")) == (one.relays[0], b"ping")
    assert one.say(("203.0.113.77", 22), b"x") == []


def test_another_pair_is_not_reached_nor_anything_else_at_the_servers_address() -> None:
    stage = Stage()
    one, _ = two_members(stage)
    stranger = stage.client("other", port=3)
    stranger.allocate()
    assert stranger.permit(one.relays[0]) == 0
    assert stranger.say(one.relays[0], b"x") == []
    assert stranger.say((SERVER, 22), b"x") == []
    assert one.permit(stranger.relays[0]) == 0
    assert stage.arrives(one.relays[0], (SERVER, 22), b"x") == []
    assert stage.refused(Refusal.PEER) == 2


def test_only_known_addresses_if_the_operator_says_so() -> None:
    stage = Stage(Limits(known_only=True), known=("203.0.113.9", "2a00::/64"))
    one, other = two_members(stage)
    six = stage.client(port=3)
    six.allocate(IPV6)
    assert one.permit(PEER) == 0
    assert six.permit(PEER6) == 0
    assert one.permit(("203.0.113.10", 1)) == 403
    assert one.permit(other.relays[0]) == 0


# --- quotas -----------------------------------------------------------------------------------------------------------


def test_a_pair_has_so_many_allocations_and_all_together_too() -> None:
    stage = Stage(Limits(per_pair=2, total=3))
    one, other = two_members(stage)
    assert stage.client(port=3).code(Method.ALLOCATE, UDP) == 486
    stage.client("other", port=4).allocate()
    assert stage.client("third", port=5).code(Method.ALLOCATE, UDP) == 508
    other.code(Method.REFRESH, lifetime(0))
    assert stage.ended == []
    stage.client("third", port=5).allocate()
    one.code(Method.REFRESH, lifetime(0))
    assert stage.ended == [PairEnded(0, 0, False)]


def test_a_pair_relays_no_faster_than_it_may() -> None:
    stage = Stage(Limits(rate=2**20))
    one, _ = two_members(stage)
    one.permit(PEER)
    assert len([1 for _ in range(300) if one.say(PEER, bytes(1024))]) == 256
    assert stage.arrives(one.relays[0], PEER, bytes(1024)) == []
    assert stage.refused(Refusal.BANDWIDTH) == 45
    stage.wait(2**-8)
    assert len([1 for _ in range(10) if one.say(PEER, bytes(1024))]) == 4


def test_nor_do_all_together() -> None:
    stage = Stage(Limits(total_rate=2**20))
    clients = [stage.client(f"pair{n}", port=n) for n in range(3)]
    for client in clients:
        client.allocate()
        client.permit(PEER)
    assert sum(len(clients[n % 3].say(PEER, bytes(1024))) for n in range(300)) == 256


def test_a_pair_counts_as_relayed_from_so_many_bytes_on() -> None:
    stage = Stage()
    one, _ = two_members(stage)
    one.permit(PEER)
    for _ in range(4):
        assert stage.turn.stats.pairs == 0
        one.say(PEER, bytes(RELAYED_BYTES // 4))
    assert stage.turn.stats.pairs == 1
    stage.now += 5
    stage.do(stage.turn.close(stage.now))
    assert stage.ended == [PairEnded(RELAYED_BYTES, 5, True)]
    assert stage.sockets == set()


# --- what is no message -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x40",
        b"\x40\0\0",
        channel_data(b"x", 0x4001),
        b"\x40\0\0\2x",
        b"\xff" * 40,
        stun.encode(Method.BINDING, Class.REQUEST, bytes(12)),
        stun.encode(Method.ALLOCATE, Class.SUCCESS, bytes(12)),
        stun.encode(Method.DATA, Class.INDICATION, bytes(12)),
        stun.encode(Method.SEND, Class.INDICATION, bytes(12)),
        stun.encode(Method.SEND, Class.INDICATION, bytes(12), [(Attribute.XOR_PEER_ADDRESS, b"\0\1")]),
    ],
)
def test_silence(data: bytes) -> None:
    stage = Stage()
    client, stranger = stage.client(), stage.client(port=2)
    client.allocate()
    client.bind(PEER)
    assert client.send(data) == []
    assert stranger.send(data) == []
    assert stage.refused(Refusal.MALFORMED) == 2


@pytest.mark.parametrize(
    ("data", "turn"),
    [
        (stun.encode(Method.ALLOCATE, Class.REQUEST, bytes(12)), True),
        (stun.encode(Method.REFRESH, Class.ERROR, bytes(12)), True),
        (stun.encode(Method.SEND, Class.INDICATION, bytes(12)), True),
        (stun.encode(Method.BINDING, Class.REQUEST, bytes(12)), False),
        (channel_data(b"x"), True),
        (b"\x80\0", False),
        (b"\x40", False),
        (b"", False),
    ],
)
def test_what_is_for_the_relay_where_stun_has_the_same_port(data: bytes, turn: bool) -> None:
    assert is_turn(data) is turn


def test_dont_fragment_cannot_be_kept_so_such_data_is_dropped() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    client.permit(PEER)
    assert client.say(PEER, b"x", (Attribute.DONT_FRAGMENT, b"")) == []


def test_what_is_too_large_for_a_message_is_dropped() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    client.permit(PEER)
    assert stage.arrives(client.relays[0], PEER, bytes(65_001)) == []
    assert client.say(PEER, bytes(65_001)) == []
    assert stage.arrives(("203.0.113.1", 1), PEER, b"x") == []


def test_the_table_of_states_is_whole() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {event for row in TRANSITIONS.values() for event in row} == set(Event)
