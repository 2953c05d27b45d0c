"""Quotas of the relay, and what is no message for it."""

import pytest

from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Class, Method
from signaling.relay.turn.allocation import TRANSITIONS, Event, State
from signaling.relay.turn.core import is_turn
from signaling.relay.turn.effects import PairEnded
from signaling.relay.turn.kinds import Refusal
from signaling.relay.turn.quota import RELAYED_BYTES, Limits
from tests.unit.signaling.relay.turn.stage import PEER, UDP, Stage, channel_data, lifetime, two_members


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
