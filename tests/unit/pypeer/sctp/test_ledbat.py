"""LEDBAT++: it grows slowly, gives way to any queue, and looks now and then at the path without itself."""

from math import inf

import pytest

from pypeer.sctp.cubic import FIRST_SEGMENTS
from pypeer.sctp.ledbat import (
    BASE_MINUTES,
    LEAST_SEGMENTS,
    MINUTE_S,
    SLOWDOWN_EVERY,
    TARGET_LEAST_S,
    TARGET_PART,
    TARGET_S,
    TARGET_WEIGHT,
    Delays,
    Ledbat,
    Phase,
)

SEGMENT = 1000
BASE = 0.06


def round_trip(ledbat: Ledbat, now: float, queue: float = 0.0) -> float:
    """A whole window is acknowledged; when it is over."""
    rtt = BASE + queue
    for _ in range(max(1, int(ledbat.window / SEGMENT))):
        ledbat.sample(rtt, now)
        ledbat.acknowledged(SEGMENT, rtt, now)
    ledbat.round_over()
    return now + rtt


def steady(window: int = 100) -> Ledbat:
    """One that has found its window, and knows the path."""
    ledbat = Ledbat(SEGMENT)
    ledbat.sample(BASE, 0.0)
    ledbat.window = float(window * SEGMENT)
    for _ in range(3):
        round_trip(ledbat, 0.0, TARGET_S)
    assert ledbat.phase is Phase.STEADY
    ledbat.window = float(window * SEGMENT)
    return ledbat


def phase_of(ledbat: Ledbat) -> Phase:
    """As it is now."""
    return ledbat.phase


def test_the_base_is_the_least_of_ten_minutes() -> None:
    delays = Delays()
    assert (delays.base, delays.queue, delays.depth) == (inf, 0.0, 0.0)
    delays.sample(0.05, 0.0)
    for minute in range(1, BASE_MINUTES + 1):
        assert delays.base == 0.05
        delays.sample(0.08, minute * MINUTE_S)
    assert delays.base == 0.08
    delays.sample(0.03, BASE_MINUTES * MINUTE_S + 1)
    assert delays.base == 0.03


def test_a_moment_in_which_somebody_was_held_up_is_no_queue() -> None:
    delays = Delays()
    delays.sample(0.05, 0.0)
    delays.round_over()
    delays.sample(0.09, 0.1)
    assert delays.queue == 0
    delays.round_over()
    delays.sample(0.09, 0.2)
    assert delays.queue == pytest.approx(0.04)
    delays.forget()
    assert delays.queue == 0


def test_the_first_growth_is_slow_and_ends_before_the_target() -> None:
    ledbat = Ledbat(SEGMENT)
    assert ledbat.slow_start
    now = round_trip(ledbat, 0.0)
    assert ledbat.window == pytest.approx(FIRST_SEGMENTS * 1.5 * SEGMENT), "half as fast: two targets fit in two bases"
    for _ in range(2):
        now = round_trip(ledbat, now, 0.8 * TARGET_S)
    assert ledbat.phase is Phase.STEADY


def test_below_the_target_it_grows_by_part_of_a_segment_a_round_trip() -> None:
    ledbat = steady()
    ledbat._due = inf
    round_trip(ledbat, 1.0)
    round_trip(ledbat, 1.1)
    before = ledbat.window
    round_trip(ledbat, 1.2)
    assert ledbat.window - before == pytest.approx(SEGMENT / 2, rel=0.05)


@pytest.mark.parametrize(("queue", "left"), [(1.2 * TARGET_S, 0.82), (10 * TARGET_S, 0.5)])
def test_above_it_the_window_shrinks_the_more_the_longer_the_queue(queue: float, left: float) -> None:
    ledbat = steady()
    ledbat._due = inf
    for _ in range(2):
        ledbat.sample(BASE + queue, 1.0)
        ledbat.round_over()
    round_trip(ledbat, 1.0, queue)
    assert ledbat.window / (100 * SEGMENT) == pytest.approx(left, abs=0.03)
    for _ in range(100):
        round_trip(ledbat, 2.0, queue)
    assert ledbat.window == pytest.approx(LEAST_SEGMENTS * SEGMENT, rel=0.5)


def test_it_slows_down_and_comes_back_and_waits_for_long() -> None:
    ledbat = steady()
    now = round_trip(ledbat, 10.0)
    assert ledbat.phase is Phase.SLOWDOWN
    assert ledbat.window == LEAST_SEGMENTS * SEGMENT
    began = 10.0
    while phase_of(ledbat) is not Phase.STEADY:
        now = round_trip(ledbat, now)
    assert ledbat.window == pytest.approx(100 * SEGMENT, rel=0.02)
    assert ledbat._due - now == pytest.approx(SLOWDOWN_EVERY * (now - began), rel=0.1)


def test_it_does_not_come_back_into_a_queue_of_others() -> None:
    ledbat = steady()
    now = round_trip(ledbat, 10.0)
    while ledbat.phase is not Phase.STEADY:
        now = round_trip(ledbat, now, 2 * TARGET_S)
    assert ledbat.window < 10 * SEGMENT


def test_losses_halve_it_and_tell_how_deep_the_queue_is() -> None:
    ledbat = steady()
    ledbat._due = inf
    for _ in range(4):
        ledbat.sample(BASE + 0.04, 1.0)
    ledbat.lost(1.0)
    assert ledbat.window == 50 * SEGMENT
    assert ledbat.target == pytest.approx(TARGET_PART * 0.04)
    before = ledbat.target
    for _ in range(4):
        ledbat.sample(BASE, 2.0)
    ledbat.lost(2.0)
    assert ledbat.target == pytest.approx(before + TARGET_WEIGHT * (TARGET_LEAST_S - before))


def test_a_loss_ends_the_first_growth_and_no_slowdown() -> None:
    ledbat = Ledbat(SEGMENT)
    ledbat.lost(0.0)
    assert (ledbat.phase, ledbat.target) == (Phase.STEADY, TARGET_LEAST_S)
    ledbat = steady()
    round_trip(ledbat, 10.0)
    ledbat.lost(10.0)
    assert ledbat.phase is Phase.SLOWDOWN


def test_a_time_out_begins_anew_and_can_be_undone() -> None:
    ledbat = steady()
    ledbat.timed_out(1.0)
    assert (ledbat.window, ledbat.phase) == (SEGMENT, Phase.REGROWTH)
    ledbat.undo()
    assert ledbat.window == 100 * SEGMENT
