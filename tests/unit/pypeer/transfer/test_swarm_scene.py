"""Whole swarms in virtual time: how much the sender's uplink is used, and that everybody comes to an end."""

from functools import partial

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from pypeer.errors import PeerError
from pypeer.protocol import limits
from pypeer.transfer.effects import Outcome
from tests.support.swarm_scene import MIB, Scene

pytestmark = pytest.mark.no_cover  # ten receivers at a time, on branches that other tests have taken each

TEN = 10
CHUNK = limits.CHUNK_BYTES


def run(receivers: int, mib: int, **options: float) -> Scene:
    scene = Scene([mib * MIB], **options)  # type: ignore[arg-type]
    for _ in range(receivers):
        scene.join()
    scene.run()
    assert all(isinstance(member.result, Outcome) for member in scene.members)
    return scene


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("connect_s", [0.3, 3.0])
def test_ten_receivers_need_little_more_than_one(seed: int, connect_s: float) -> None:
    one = run(1, 40, connect_s=connect_s)
    ten = run(TEN, 40, connect_s=connect_s, seed=seed)
    assert one.took > 33, "10 Mbit/s are not more"
    assert ten.took < 1.6 * one.took
    assert ten.data["sender"] < 1.6 * ten.bytes
    assert sum(ten.data.values()) < 10.6 * ten.bytes, "hardly anything comes twice"


@pytest.mark.parametrize("seed", range(2))
def test_a_short_file_is_shared_too(seed: int) -> None:
    assert run(TEN, 12, seed=seed).took < 2.2 * run(1, 12).took


def test_without_helping_it_takes_ten_times_as_long() -> None:
    one, ten = run(1, 4, connect_s=0.1), run(TEN, 4, connect_s=0.1, swarm=False)
    assert ten.took > 8 * one.took
    assert ten.data["helpers"] == 0


def test_a_quick_sender_does_not_wait_for_slow_helpers() -> None:
    alone = run(4, 12, mbit=1000, swarm=False)
    assert run(4, 12, mbit=1000, member_mbit=1).took < 2 * alone.took


def test_helpers_that_are_as_slow_as_the_sender_help_all_the_same() -> None:
    assert run(TEN, 40, member_mbit=10).took < 1.7 * run(1, 40).took


FAULTS = st.lists(
    st.tuples(
        st.floats(0, 30),
        st.sampled_from(["join", "leave", "lie", "cut sender", "cut helper"]),
        st.integers(0, 7),
    ),
    max_size=12,
)


def happens(scene: Scene, what: str, number: int) -> None:
    """One of the faults, to some member."""
    member = scene.members[number % len(scene.members)]
    if what == "join" and scene.here and len(scene.members) < 10:
        scene.join()
    elif what == "leave" and sum(each.here for each in scene.members) > 1:
        member.leave()
    elif what == "lie":
        member.stock.lies = True
    elif what.startswith("cut"):
        wires = [wire for wire in member.wires.values() if (wire.source == 1) == (what == "cut sender")]
        for wire in wires[:1]:
            wire.cut()


def swarm(sizes: list[int], members: int, faults: list[tuple[float, str, int]], seed: int) -> Scene:
    scene = Scene(sizes, seed=seed)
    for _ in range(members):
        scene.join()
    for when, what, number in faults:
        scene.clock.after(when, partial(happens, scene, what, number))
    return scene


SIZES = st.lists(st.sampled_from([0, 1, CHUNK, 3 * CHUNK + 5, 20 * CHUNK]), min_size=1, max_size=4)


@settings(max_examples=40, deadline=None)
@given(SIZES, st.integers(2, 6), FAULTS, st.integers(0, 2**16))
def test_everybody_who_stays_gets_everything(
    sizes: list[int], members: int, faults: list[tuple[float, str, int]], seed: int
) -> None:
    scene = swarm(sizes, members, faults, seed)
    scene.run(600)
    for member in scene.members:
        if member.here:
            assert isinstance(member.result, Outcome), f"{member.number} at {scene.clock.now}: {member.result}"
            assert (member.result.failed, len(member.files)) == (0, len(sizes))


@settings(max_examples=40, deadline=None)
@given(SIZES, st.integers(2, 6), FAULTS, st.integers(0, 2**16), st.floats(0, 40))
def test_when_the_sender_vanishes_everybody_has_everything_or_an_error(
    sizes: list[int], members: int, faults: list[tuple[float, str, int]], seed: int, when: float
) -> None:
    scene = swarm(sizes, members, faults, seed)
    scene.clock.after(when, scene.vanish)
    scene.run(1200)
    for member in scene.members:
        if member.here:
            assert member.result is not None, f"{member.number} waits for ever"
            event("error" if isinstance(member.result, PeerError) else "all")
