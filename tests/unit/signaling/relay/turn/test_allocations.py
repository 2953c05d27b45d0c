"""Allocate and Refresh, as RFC 8656 has them (sections 7 and 8)."""

import pytest

from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Method
from signaling.relay.turn.effects import CloseRelay, OpenRelay, PairEnded
from signaling.relay.turn.kinds import Transport
from signaling.relay.turn.quota import Limits
from tests.unit.signaling.relay.turn.stage import BOTH, IPV6, PEER, PEER6, SERVER, SERVER6, UDP, Stage, lifetime


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
