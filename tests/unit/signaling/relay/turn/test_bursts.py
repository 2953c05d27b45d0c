"""Datagrams that arrive together are treated as if they had come one by one."""

from collections.abc import Callable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.relay.turn.kinds import Refusal
from signaling.relay.turn.quota import Limits
from tests.unit.signaling.relay.turn.stage import PEER, Client, Stage

KINDS: Final[dict[str, Callable[[Client], bytes]]] = {
    "to a peer": lambda client: b"\x40\0\0\4sent",
    "to a peer, empty": lambda client: b"\x40\0\0\0",
    "to the other member": lambda client: b"\x40\1\0\4sent",
    "nobody's channel": lambda client: b"\x40\2\0\4sent",
    "cut off": lambda client: b"\x40\0\0\4se",
    "padded": lambda client: b"\x40\0\0\1s\0\0\0",
    "too short": lambda client: b"\x40\0",
    "nothing": lambda client: b"",
    "neither": lambda client: b"\x80\0\0\0",
    "a refresh": lambda client: client.request(0x004, transaction=bytes(12)),
}


def scene(**limits: float) -> tuple[Stage, Client, Client]:
    """A pair, with a channel to a peer outside and one to each other."""
    stage = Stage(limits=Limits(**limits))  # type: ignore[arg-type]
    one, other = stage.client(port=1), stage.client(member="b", port=2)
    one.allocate()
    other.allocate()
    assert one.bind(PEER) == 0
    assert one.bind(other.relays[0], 0x4001) == 0
    assert other.bind(one.relays[0]) == 0
    return stage, one, other


@given(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=12))
def test_from_a_client(kinds: list[str]) -> None:
    (stage, client, _), (same, alone, _) = scene(), scene()
    together = stage.do(stage.turn.burst([KINDS[kind](client) for kind in kinds], client.at, stage.now))
    assert together == [effect for kind in kinds for effect in alone.send(KINDS[kind](alone))]
    assert stage.turn.stats == same.turn.stats


@pytest.mark.parametrize("sender", ["a peer", "a stranger"])
def test_from_a_peer(sender: str) -> None:
    (stage, one, _), (same, alone, _) = scene(), scene()
    peer = PEER if sender == "a peer" else ("203.0.113.77", 1)
    datagrams = [b"one", b"two", b""]
    together = stage.do(stage.turn.arrived(datagrams, one.relays[0], peer, stage.now))
    assert together == [effect for data in datagrams for effect in same.arrives(alone.relays[0], peer, data)]
    assert len(together) == (3 if sender == "a peer" else 0)
    assert stage.turn.stats == same.turn.stats


def test_by_indications_too() -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    client.permit(PEER)
    sent = stage.do(stage.turn.arrived([b"one", b"two"], client.relays[0], PEER, stage.now))
    assert [client.hears([each]) for each in sent] == [(PEER, b"one"), (PEER, b"two")]


def test_beyond_the_rate_all_of_it_is_dropped() -> None:
    stage, one, _ = scene(rate=1000)
    full = b"\x40\0\x4e\x20" + bytes(20_000)
    assert len(stage.do(stage.turn.burst([full] * 3, one.at, stage.now))) == 3
    assert stage.do(stage.turn.burst([full] * 3, one.at, stage.now)) == []
    assert stage.refused(Refusal.BANDWIDTH) == 1
