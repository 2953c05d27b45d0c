"""Places: which entries of a sealed space have a key, and what a sweep leaves of them."""

import pytest

from signaling.engine import places as module
from signaling.engine.places import Places
from tests.support.sweeping import swept


def test_a_sweep_leaves_what_is_there_as_it_is() -> None:
    places = Places()
    for entry, keys in enumerate((("all", "both", "first"), ("all", "gone"), ("all", "both", "last")), 1):
        for key in keys:
            places.add(key, entry)
    list(places.sweep({1, 3}))
    assert [list(places.of(key)) for key in ("all", "both", "first", "gone", "last")] == [[1, 3], [1, 3], [1], [], [3]]
    list(places.sweep({3}))
    assert [list(places.of(key)) for key in ("all", "both", "first", "last")] == [[3], [3], [], [3]]
    assert len(places) == 3


def test_what_comes_during_a_sweep_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEPT", 1)
    places, there = Places(), set[int]()
    for entry in range(40):
        places.add(f"old {entry}", entry)
        places.add("all", entry)
    there.update(range(0, 40, 3))
    for entry, _ in enumerate(places.sweep(there), 40):
        there.add(entry)
        places.add(f"new {entry}", entry)
        places.add(f"old {entry % 40}", entry)
        places.add("all", entry)
    assert {key: list(places.of(key)) for key in ("all", "old 1", "old 3")} == {
        "all": sorted(there),
        "old 1": [41, 81] if 81 in there else [41],
        "old 3": [3, 43],
    }
    list(places.sweep(there))
    assert len(places) == 1 + 40 + len(there) - 14


def test_keys_are_let_go_of_by_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FORGOTTEN", 2)
    places = Places()
    for entry in range(5):
        places.add(f"{entry}", entry)
    left = []
    while places:
        places.forget()
        left.append(len(places))
    assert left == [3, 1, 0]
    places.add("4", 7)
    assert list(places.of("4")) == [7]


def test_no_step_of_a_sweep_looks_at_all_keys() -> None:
    places, count = Places(), 40 * (module.SWEPT // module.KEY_WORK)
    for entry in range(count):
        places.add(f"{entry:8}", entry)
    steps, peak = swept(places.sweep(range(count)))
    assert steps == 41
    assert peak < 8 * count // 4, "a list of all keys takes four times as much"
