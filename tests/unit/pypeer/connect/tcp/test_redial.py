"""When a connection that was refused is dialled again."""

import random
from itertools import pairwise

import pytest

from pypeer.connect.tcp.redial import AGAIN_S, AT_ONCE, FAR_S, PATIENCE, Redial

HALF: float = 0.025
"""From one side to the other's NAT, in seconds."""


def test_whom_a_network_refuses_dials_at_once_a_number_of_times() -> None:
    redial = Redial(lambda: 1.0)
    assert [redial.pause(FAR_S) for _ in range(AT_ONCE)] == [0.0] * AT_ONCE
    assert redial.pause(FAR_S) == AGAIN_S


def test_who_is_refused_close_by_waits_longer_and_longer() -> None:
    redial = Redial(lambda: 0.5)
    pauses = [redial.pause(FAR_S / 2) for _ in range(10)]
    assert pauses[0] == AGAIN_S / 2
    assert all(after == pytest.approx(before * PATIENCE) for before, after in pairwise(pauses))


@pytest.mark.parametrize("late", [(step + 0.5) * HALF / 10 for step in range(0, 200, 3)])
def test_two_that_nats_refuse_meet_within_two_tries(late: float) -> None:
    """However much later one begins: from then on it takes each side two SYNs at most."""
    ours = _sent(0.0, late + 8 * HALF)
    theirs = _sent(late, late + 8 * HALF)
    met = next(b for b in theirs if any(_cross(a, b) for a in ours))
    assert met <= late + 2 * HALF + 1e-9


def _sent(begin: float, until: float) -> list[float]:
    """When SYNs leave of which each is refused after a round trip."""
    redial, sent = Redial(random.random), [begin]
    while sent[-1] < until:
        sent.append(sent[-1] + 2 * HALF + redial.pause(2 * HALF))
    return sent


def _cross(one: float, other: float) -> bool:
    return abs(one - other) < HALF
