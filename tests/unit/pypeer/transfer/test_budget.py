"""How fast data may flow."""

import pytest

from pypeer.protocol.limits import CHUNK_BYTES
from pypeer.protocol.messages import Entry
from pypeer.transfer.asking import Asking
from pypeer.transfer.budget import BURST_S, Budget
from pypeer.transfer.fetch import Fetch


def test_a_rate_is_kept_whatever_the_pieces() -> None:
    budget = Budget(1000.0)
    now = used = 0.0
    for piece in (10, 700, 3, 2000, 1) * 20:
        now += budget.spend(piece, now)
        used += piece
    assert used / now == pytest.approx(1000.0, rel=0.01)


def test_what_is_saved_is_bounded() -> None:
    budget = Budget(1000.0)
    assert budget.is_open(0)
    assert budget.spend(int(BURST_S * 1000), 3600) == 0
    assert budget.spend(500, 3600) == 0.5


def test_those_who_share_it_take_turns() -> None:
    budget = Budget(1000.0)
    assert [budget.spend(100, 0) for _ in range(3)] == pytest.approx([0.1, 0.2, 0.3])


def test_nothing_is_begun_while_something_is_owed() -> None:
    budget = Budget(1000.0)
    budget.spend(1000, 0)
    assert not budget.is_open(0.9)
    assert budget.is_open(1.01)


def test_a_clock_that_jumps_back_does_no_harm() -> None:
    budget = Budget(1000.0)
    budget.spend(1000, 10)
    assert not budget.is_open(5)
    assert budget.is_open(6)


@pytest.mark.parametrize("rate", [0, -1])
def test_what_is_no_rate(rate: float) -> None:
    with pytest.raises(ValueError, match="more than 0"):
        Budget(rate)


def test_chunks_are_asked_for_as_the_budget_allows() -> None:
    size = 4 * CHUNK_BYTES
    link = Asking(0, 0, 65_536)
    fetch = Fetch([Entry(path="f", size=size)], {}, {0: link}, budget=Budget(CHUNK_BYTES))
    asked = []
    for now in (0.0, 0.5, 1.01, 1.5, 9.0):
        fetch.pump([link], now)
        asked.append(len(link.flights))
    assert asked == [1, 1, 2, 2, 3]  # little is saved up
