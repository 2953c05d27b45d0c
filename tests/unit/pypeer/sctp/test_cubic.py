"""The window of RFC 9438, and slow start that ends in time."""

import pytest

from pypeer.sctp.cubic import BETA, CSS_ROUNDS, FIRST_SEGMENTS, LEAST_SEGMENTS, RTT_SAMPLES, C, Cubic

SEGMENT = 1000
RTT = 0.1


def round_trip(cubic: Cubic, now: float, rtt: float = RTT) -> None:
    """A whole window is acknowledged, piece by piece."""
    for _ in range(int(cubic.window / SEGMENT)):
        cubic.sample(rtt, now)
        cubic.acknowledged(SEGMENT, rtt, now)
    cubic.round_over()


def test_slow_start_doubles_and_a_loss_ends_it() -> None:
    cubic = Cubic(SEGMENT)
    assert cubic.window == FIRST_SEGMENTS * SEGMENT
    round_trip(cubic, 0.0)
    assert cubic.window == 2 * FIRST_SEGMENTS * SEGMENT
    cubic.lost(0.0)
    assert cubic.window == pytest.approx(2 * FIRST_SEGMENTS * SEGMENT * BETA)
    assert not cubic.slow_start


def test_it_comes_back_to_where_it_was_after_k_seconds_and_then_goes_beyond() -> None:
    cubic = Cubic(SEGMENT)
    cubic.window = 1000.0 * SEGMENT
    cubic.lost(0.0)
    k = (1000 * (1 - BETA) / C) ** (1 / 3)
    now = 0.0
    windows = {}
    while now < k + 4:
        round_trip(cubic, now)
        now += RTT
        windows[now] = cubic.window / SEGMENT
    at_k = min(windows, key=lambda at: abs(at - k))
    assert windows[at_k] == pytest.approx(1000, rel=0.02)
    half = min(windows, key=lambda at: abs(at - k / 2))
    assert windows[half] > 950, "most of the way is made early"
    assert windows[max(windows)] > 1010


def test_small_windows_grow_like_reno() -> None:
    cubic = Cubic(SEGMENT)
    cubic.lost(0.0)
    before = cubic.window
    for number in range(40):
        round_trip(cubic, number * 0.002, 0.002)
    assert cubic.window - before > 10 * SEGMENT


def test_losses_in_a_row_give_way_faster() -> None:
    cubic = Cubic(SEGMENT)
    cubic.window = 100.0 * SEGMENT
    cubic.lost(0.0)
    cubic.lost(0.0)
    assert cubic.window == pytest.approx(100 * SEGMENT * BETA**2)
    for _ in range(20):
        cubic.lost(0.0)
    assert cubic.window == LEAST_SEGMENTS * SEGMENT


def test_a_time_out_begins_anew_and_can_be_undone() -> None:
    cubic = Cubic(SEGMENT)
    cubic.window = 100.0 * SEGMENT
    cubic.timed_out(0.0)
    assert cubic.window == SEGMENT
    assert cubic.slow_start
    cubic.undo()
    assert cubic.window == 100 * SEGMENT


def test_slow_start_ends_when_the_delay_grows() -> None:
    cubic = Cubic(SEGMENT)
    round_trip(cubic, 0.0)
    before = cubic.window
    round_trip(cubic, 0.1, RTT + 0.02)
    assert cubic.slow_start
    assert cubic.window < 1.8 * before
    for number in range(CSS_ROUNDS):
        round_trip(cubic, 0.2 + number, RTT + 0.02)
    assert not cubic.slow_start


def test_slow_start_goes_on_when_it_was_a_whim() -> None:
    cubic = Cubic(SEGMENT)
    round_trip(cubic, 0.0)
    for _ in range(RTT_SAMPLES):
        cubic.sample(RTT + 0.02, 0.0)
    cubic.round_over()
    for _ in range(RTT_SAMPLES):
        cubic.sample(RTT, 0.0)
    before = cubic.window
    cubic.acknowledged(SEGMENT, RTT, 1.0)
    assert cubic.window == before + SEGMENT
