"""Who may send what to whom: permissions, channels, and the two members of a pair (RFC 8656, sections 9 to 12)."""

from signaling.protocol.stun import Attribute, Method
from signaling.relay.turn.effects import ToClient, ToPeer
from signaling.relay.turn.kinds import Family, FiveTuple, Refusal, Transport
from signaling.relay.turn.quota import Limits
from tests.unit.signaling.relay.turn.stage import IPV6, PEER, PEER6, SERVER, Stage, channel_data, lifetime, two_members


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
