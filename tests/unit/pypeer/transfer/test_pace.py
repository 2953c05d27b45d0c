"""What is known of one link."""

import pytest

from pypeer.transfer import pace
from pypeer.transfer.pace import Pace

CHUNK = 262_144
FRAME = 65_536


def driven(rate: float, delay: float, seconds: float = 4.0) -> Pace:
    """A link on which one chunk after the other was asked for and came, one of them alone."""
    link = Pace()
    link.asked(True, 0.0)
    link.answered(0.0, delay)
    now = delay
    while now < seconds:
        before, asked_at = link.delivered, now
        now += CHUNK / rate
        link.heard(CHUNK, now)
        link.landed(before, asked_at, now)
    return link


def test_a_link_of_which_nothing_is_known_is_an_ordinary_one() -> None:
    link = Pace()
    assert (link.rate, link.delay) == (pace.ORDINARY_RATE, pace.ORDINARY_DELAY_S)
    assert link.window(CHUNK, 0) == pace.FIRST_BYTES
    assert link.window(8 * CHUNK, 0) == 16 * CHUNK
    link.answered(0, 0.1)
    assert link.window(CHUNK, 0) == pace.FIRST_BYTES, "until a rate is known, too"


@pytest.mark.parametrize(("rate", "delay"), [(12_500_000, 0.01), (2_500_000, 0.08), (625_000, 0.2)])
def test_the_window_is_what_fills_the_link_and_two_chunks(rate: float, delay: float) -> None:
    link = driven(rate, delay)
    assert link.rate == pytest.approx(rate)
    assert link.delay == delay
    assert link.window(CHUNK, 4) == pytest.approx(rate * (1.25 * delay + 0.05) + 2 * CHUNK)
    assert link.needs(CHUNK) == pytest.approx(delay + CHUNK / rate)


def test_the_rate_falls_within_two_seconds_and_rises_at_once() -> None:
    link = driven(1_000_000, 0.01)
    now = 4.0
    for _ in range(5):
        before = link.delivered
        link.heard(50_000, now + 0.5)
        link.landed(before, now, now + 0.5)
        now += 0.5
    assert link.rate == pytest.approx(100_000)
    before = link.delivered
    link.heard(500_000, now + 0.1)
    link.landed(before, now, now + 0.1)
    assert link.rate == pytest.approx(5_000_000)


def test_an_answer_that_took_no_time_tells_nothing() -> None:
    link = Pace()
    link.heard(CHUNK, 1)
    link.landed(0, 1, 1)
    link.landed(0, 2, 1)
    assert link.rate == pace.ORDINARY_RATE


def test_the_least_delay_counts_for_ten_seconds_then_the_link_runs_empty_to_measure() -> None:
    link = driven(1_000_000, 0.05)
    link.answered(5.0, 5.5)
    assert link.delay == 0.05
    link.answered(6.0, 6.02)
    assert link.delay == pytest.approx(0.02)
    assert link.window(CHUNK, 16) > 0
    assert link.window(CHUNK, 16.1) == 0
    link.answered(16.5, 17.0)
    assert link.delay == 0.5
    assert link.window(CHUNK, 17) > 0


def test_the_least_delay_counts_for_longer_once_it_is_measured_again() -> None:
    link = driven(1_000_000, 0.5)
    link.answered(8.0, 8.5)
    assert link.window(CHUNK, 18.0) > 0
    assert link.window(CHUNK, 18.6) == 0


def test_a_silence_is_borne_as_long_as_the_delay_and_a_frame_suggest() -> None:
    link = Pace()
    link.asked(True, 1.0)
    link.asked(False, 3.0)
    assert not link.is_stalled(FRAME, 4.0)
    assert link.is_stalled(FRAME, 4.1)
    quick, slow = driven(12_500_000, 0.01), driven(62_500, 0.2, 20)
    for known, patience in ((quick, 0.5), (slow, 4 * (0.2 + FRAME / 62_500))):
        at = known._quiet_since
        assert not known.is_stalled(FRAME, at + patience - 0.01)
        assert known.is_stalled(FRAME, at + patience + 0.01)
        assert known.due(0, at + 0.3) == pytest.approx(0.3)
    quick.excuse(100)
    assert not quick.is_stalled(FRAME, 100.4)


def test_a_stalled_link_rests_longer_each_time_and_gets_one_chunk_alone_until_it_answers() -> None:
    link = driven(1_000_000, 0.01)
    now, rests = 10.0, []
    for _ in range(7):
        link.rest(now)
        assert link.is_resting(now)
        assert link.window(CHUNK, now) == 0
        rests.append(link._rest_until - now)
        now = link._rest_until
        assert not link.is_resting(now)
    assert rests == [1, 2, 4, 8, 16, 30, 30]
    link.rest(now)
    link.heard(1, now)
    assert not link.is_resting(now)


def test_a_clock_that_jumps_back_does_no_harm() -> None:
    link = driven(1_000_000, 0.05)
    assert not link.is_stalled(FRAME, -100)
    assert link.due(0, -100) == 0
    link.answered(5, -100)
    assert link.delay == 0
    link.landed(0, 5, -100)
    assert link.rate == pytest.approx(1_000_000)
