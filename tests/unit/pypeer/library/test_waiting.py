"""Files that may still be written to wait until they have settled."""

from pypeer.library.waiting import SETTLE_S, Waiting

NOW = 1_000_000.0


def test_what_is_old_comes_at_once_and_in_order() -> None:
    waiting = Waiting()
    for name in "abc":
        waiting.put(name, 10, NOW - 100, NOW)
    assert waiting.wait(NOW) == 0.0
    assert waiting.take(2, 100, NOW) == ["a", "b"]
    assert waiting.take(2, 100, NOW) == ["c"]
    assert waiting.wait(NOW) is None
    assert not waiting


def test_about_as_much_as_is_asked_for_and_at_least_one() -> None:
    waiting = Waiting()
    for name, size in (("a", 60), ("b", 60), ("c", 500), ("d", 1)):
        waiting.put(name, size, NOW - 100, NOW)
    assert waiting.take(9, 100, NOW) == ["a", "b"]
    assert waiting.take(9, 100, NOW) == ["c"]
    assert waiting.take(9, 0, NOW) == ["d"]


def test_what_has_just_changed_settles_first() -> None:
    waiting = Waiting()
    waiting.put("a", 1, NOW - 0.5, NOW)
    assert waiting.take(9, 9, NOW) == []
    assert waiting.wait(NOW) == SETTLE_S
    waiting.put("a", 2, NOW + 1, NOW + 1)
    assert waiting.take(9, 9, NOW + SETTLE_S) == []
    assert waiting.take(9, 9, NOW + 1 + SETTLE_S) == ["a"]


def test_times_from_the_future_hold_up_nothing() -> None:
    waiting = Waiting()
    waiting.put("a", 1, NOW + 1e6, NOW)
    waiting.put("b", 1, NOW, NOW)
    assert waiting.take(9, 9, NOW - 1e5) == ["a", "b"]


def test_what_is_dropped_does_not_come() -> None:
    waiting = Waiting()
    waiting.put("a", 1, NOW, NOW)
    waiting.put("b", 1, 0, NOW)
    assert len(waiting) == 2
    waiting.drop("a")
    waiting.drop("b")
    assert waiting.take(9, 9, NOW + 99) == []
