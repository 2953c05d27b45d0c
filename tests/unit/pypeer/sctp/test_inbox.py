"""What arrives in any order, several times, and what must not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.sctp import inbox as module
from pypeer.sctp.chunks import BEGIN, END, IMMEDIATE, Data, PacketError
from pypeer.sctp.inbox import GAPS_MAX, WINDOW_BYTES, WRAP, Inbox, unwrap

FIRST = WRAP - 3
"""Numbers wrap soon."""


def pieces(count: int, size: int = 10, each: int = 3) -> list[Data]:
    """Messages of `each` pieces."""
    found = []
    for number in range(count):
        flags = (BEGIN if number % each == 0 else 0) | (END if number % each == each - 1 else 0)
        found.append((flags, (FIRST + number) % WRAP, 0, 53, bytes([number % 256]) * size))
    return found


def is_urgent(inbox: Inbox) -> bool:
    """As it is now."""
    return inbox.urgent


@given(st.integers(1, 60), st.randoms(use_true_random=False))
def test_any_order_and_repetitions(count: int, chance: random.Random) -> None:
    sent = pieces(3 * count)
    inbox = Inbox(FIRST, 1000)
    arrives = sent * 2
    chance.shuffle(arrives)
    seen: set[int] = set()
    for piece in arrives:
        again = piece[1] in seen
        seen.add(piece[1])
        inbox.take(piece)
        assert not again or inbox.urgent
        told = inbox.sack()
        assert told.duplicates == ((piece[1],) if again else ())
        base = unwrap(told.cumulative, FIRST)
        named = {(base + number) % WRAP for first, last in told.gaps for number in range(first, last + 1)}
        named |= {number % WRAP for number in range(FIRST, base + 1)}
        assert named == seen
        assert all(last < first - 1 for (_, last), (first, _) in zip(told.gaps, told.gaps[1:], strict=False))
    assert [message for _, _, message in inbox.messages] == [
        b"".join(piece[4] for piece in sent[at : at + 3]) for at in range(0, len(sent), 3)
    ]
    assert inbox.sack().window == WINDOW_BYTES


def test_what_is_urgent() -> None:
    first, second, third, fourth = pieces(4, each=1)
    inbox = Inbox(FIRST, 100)
    inbox.take(first)
    assert not is_urgent(inbox)
    assert inbox.unsaid == 1
    inbox.take(third)
    assert is_urgent(inbox)
    assert inbox.sack().gaps == ((2, 2),)
    assert not is_urgent(inbox)
    inbox.take(second)
    assert is_urgent(inbox)
    inbox.sack()
    inbox.take((fourth[0] | IMMEDIATE, *fourth[1:]))
    assert is_urgent(inbox)


def test_a_message_that_never_ends() -> None:
    inbox = Inbox(0, 100)
    inbox.take((BEGIN, 0, 0, 53, bytes(60)))
    assert inbox.sack().window == WINDOW_BYTES - 60
    with pytest.raises(PacketError, match="more than 100"):
        inbox.take((0, 1, 0, 53, bytes(60)))


@pytest.mark.parametrize("flags", [(0,), (END,), (BEGIN, BEGIN), (BEGIN, BEGIN | END)])
def test_pieces_that_do_not_follow(flags: tuple[int, ...]) -> None:
    inbox = Inbox(0, 100)
    for number, each in enumerate(flags[:-1]):
        inbox.take((each, number, 0, 53, b"x"))
    with pytest.raises(PacketError):
        inbox.take((flags[-1], len(flags) - 1, 0, 53, b"x"))


def test_the_window_bounds_what_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WINDOW_BYTES", 25)
    inbox = Inbox(FIRST, 100)
    for piece in pieces(5, each=1)[1:]:
        inbox.take(piece)
    told = inbox.sack()
    assert told.window == 5
    assert told.gaps == ((2, 3),)


def test_not_more_gaps_than_fit() -> None:
    inbox = Inbox(0, 100)
    for number in range(1, 4 * GAPS_MAX, 2):
        inbox.take((3, number, 0, 53, b"x"))
    gaps = inbox.sack().gaps
    assert len(gaps) == GAPS_MAX
    assert gaps[0] == (2, 2)


def test_gaps_that_are_too_far_away_to_tell() -> None:
    inbox = Inbox(0, 100)
    inbox.take((3, 70_000, 0, 53, b"x"))
    assert inbox.sack().gaps == ()


def test_not_more_repetitions_than_needed() -> None:
    inbox = Inbox(0, 100)
    for _ in range(1000):
        inbox.take((3, 0, 0, 53, b"x"))
    assert len(inbox.sack().duplicates) <= module.REPEATS_MAX + 1
