"""Which chunk is next, and how many may be outstanding."""

import json

from pypeer.protocol import limits
from pypeer.transfer.schedule import Schedule, Window
from tests.vectors import make_schedule


def drain(schedule: Schedule) -> list[tuple[int, int]]:
    taken = []
    while (want := schedule.peek()) is not None:
        taken.append(want)
        schedule.take()
    return taken


def test_in_order_and_what_comes_back_first() -> None:
    schedule = Schedule()
    schedule.add(1, 0, 2)
    schedule.add(2, 5, 5)
    schedule.add(3, 7, 8)
    schedule.take()
    schedule.give_back(1, 0)
    assert drain(schedule) == [(1, 0), (1, 1), (3, 7)]


def test_dropped_files_are_skipped_unless_they_begin_again() -> None:
    schedule = Schedule()
    schedule.add(1, 0, 2)
    schedule.add(2, 0, 1)
    schedule.drop(1)
    schedule.give_back(1, 9)
    assert drain(schedule) == [(2, 0)]
    schedule.add(1, 0, 1)
    assert drain(schedule) == [(1, 0)]


def test_window_of_bytes() -> None:
    window = Window()
    for _ in range(16):
        assert window.has_room(2**30, 0)
        window.add(limits.CHUNK_BYTES)
    assert not window.has_room(2**30, 0)
    window.remove(limits.CHUNK_BYTES)
    assert window.has_room(2**30, 0)


def test_window_of_requests() -> None:
    window = Window()
    for _ in range(limits.WINDOW_REQUESTS):
        assert window.has_room(1, 0)
        window.add(1)
    assert not window.has_room(1, 0)


def test_two_of_the_largest_chunks() -> None:
    window = Window()
    for _ in range(2):
        assert window.has_room(2**40, 0)
        window.add(limits.CHUNK_BYTES_MAX)
    assert not window.has_room(2**40, 0)
    assert not window.has_room(1, 0)


def test_what_is_preferred_comes_before_all_else() -> None:
    schedule = Schedule()
    for file in range(3):
        schedule.add(file, 0, 2)
    assert schedule.peek() == (0, 0)
    schedule.take()
    schedule.prefer([2, 7, 1])
    assert drain(schedule) == [(2, 0), (2, 1), (1, 0), (1, 1), (0, 1)]


def test_vectors_are_what_the_code_makes() -> None:
    assert json.loads(json.dumps(make_schedule.build())) == json.loads(make_schedule.FILE.read_text("utf-8"))
