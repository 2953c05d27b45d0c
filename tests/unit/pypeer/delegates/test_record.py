"""How far a hand-over is, and when it is over."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from pypeer.delegates.record import TRANSITIONS, UNFINISHED_S, Item, Record, State, Step, id_of
from pypeer.protocol.messages import Entry

NEW = Record(b"o" * 32, "A" * 22, "Anna", "http://localhost:8080/", Path("/kept"), State.COPYING, 1000.0)


def test_it_is_copied_then_delegated() -> None:
    copied = NEW.stepped(Step.WHOLE, 1001.0)
    serving = copied.stepped(Step.DELEGATED, 1002.0)
    assert (serving.state, serving.changed) == (State.SERVING, 1002.0)
    assert serving.stepped(Step.REFUSED, 1003.0).state is State.COPIED
    assert copied.stepped(Step.BEGUN, 1004.0).state is State.COPYING


def test_what_is_not_in_the_table_is_refused() -> None:
    for state, step in product(State, Step):
        record = replace(NEW, state=state)
        assert record.may(step) is ((state, step) in TRANSITIONS)
        if not record.may(step):
            with pytest.raises(KeyError):
                record.stepped(step, 0.0)


def test_what_is_served_does_not_change_meanwhile() -> None:
    assert not replace(NEW, state=State.SERVING).may(Step.BEGUN)


def test_what_is_not_finished_is_kept_for_a_day() -> None:
    assert not NEW.is_over(1000.0 + UNFINISHED_S - 1)
    assert NEW.is_over(1000.0 + UNFINISHED_S)


def test_what_is_served_is_over_when_its_owner_said() -> None:
    serving = replace(NEW, state=State.SERVING, expires=5000.0)
    assert not serving.is_over(4999.0)
    assert serving.is_over(5000.0)
    assert not replace(serving, expires=None).is_over(1e12)


def test_two_owners_cannot_reach_what_is_of_the_other() -> None:
    assert NEW.id == id_of(b"o" * 32, "A" * 22)
    assert NEW.id != id_of(b"p" * 32, "A" * 22)
    assert len(NEW.id) == 16


def test_it_tells_how_much_it_is_and_whose() -> None:
    items = (Item(Entry(path="a", folder=True)), Item(Entry(path="a/b", size=5), "a/b"))
    record = replace(NEW, items=items, words=("guitar", "sunset"))
    assert (record.files, record.bytes) == (1, 5)
    assert len(record.peer) == 32
    assert len(record.short.split()) == 2
    assert "guitar" not in repr(record), "the words are a secret"
