from hypothesis import given
from hypothesis import strategies as st

from signaling.core.timers import SLACK, Timers


def test_due_in_order_and_once() -> None:
    timers: Timers[str] = Timers()
    for key, when in (("c", 3), ("a", 1), ("b", 2)):
        timers.set(key, when)
    assert list(timers.due(2)) == ["a", "b"]
    assert list(timers.due(2)) == []
    assert list(timers.due(9)) == ["c"]


def test_setting_anew_and_cancelling() -> None:
    timers: Timers[str] = Timers()
    timers.set("later", 1)
    timers.set("later", 5)
    timers.set("never", 1)
    timers.cancel("never")
    timers.cancel("unknown")
    assert list(timers.due(4)) == []
    assert list(timers.due(5)) == ["later"]


def test_setting_while_taking() -> None:
    timers: Timers[str] = Timers()
    timers.set("a", 1)
    taken = []
    for key in timers.due(1):
        taken.append(key)
        if len(taken) < 3:
            timers.set(key, 1)
    assert taken == ["a", "a", "a"]


def test_what_is_left_behind_does_not_pile_up() -> None:
    timers: Timers[int] = Timers()
    for number in range(100_000):
        timers.set(number % 10, number)
    assert len(timers) == 10
    assert len(timers._heap) <= 2 * 10 + SLACK
    for number in range(10):
        timers.cancel(number)
    assert list(timers.due(1e9)) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 20))), max_size=200))
def test_like_a_dictionary(steps: list[tuple[int, int | None]]) -> None:
    timers: Timers[int] = Timers()
    model: dict[int, int] = {}
    for key, when in steps:
        if when is None:
            timers.cancel(key)
            model.pop(key, None)
        else:
            timers.set(key, when)
            model[key] = when
    assert len(timers) == len(model)
    due = list(timers.due(10))
    assert sorted(due) == sorted(key for key, when in model.items() if when <= 10)
    assert [model[key] for key in due] == sorted(model[key] for key in due)
