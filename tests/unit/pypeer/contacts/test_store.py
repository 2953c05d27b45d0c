"""Contacts on disk: kept, changed by several programs, and not lost."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from pypeer.contacts import store as module
from pypeer.contacts.standing import Change, Standing
from pypeer.contacts.store import MET_MAX, Store, StoreError, default_path
from pypeer.errors import AbsentError
from pypeer.identity import Identity

KEYS = [Identity.from_seed(bytes([number]) * 32).key for number in range(6)]
SECRET, NEWER = b"s" * 32, b"t" * 32


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(tmp_path / "state" / "contacts.sqlite", clock) as store:
        yield store


def test_who_is_met_is_there_the_next_time(store: Store, tmp_path: Path) -> None:
    bob, is_new = store.met(KEYS[0], SECRET, "Bob")
    assert is_new
    assert (bob.name, bob.standing, bob.secret, bob.met, bob.seen) == ("Bob", Standing.MET, SECRET, 100.0, 100.0)
    with Store(tmp_path / "state" / "contacts.sqlite") as again:
        assert again.all() == [bob]
        assert again.find(KEYS[0]) == bob
        assert again.find(KEYS[1]) is None


def test_who_was_only_met_is_forgotten_at_once(store: Store) -> None:
    for number in range(3):
        store.met(KEYS[number], SECRET, f"n{number}")
    store.change("n1", Change.ADD)
    assert (store.forget_met(), store.forget_met()) == (2, 0)
    assert [each.name for each in store.all()] == ["n1"]


def test_nobody_else_can_read_it(store: Store, tmp_path: Path) -> None:
    store.met(KEYS[0], SECRET, "Bob")
    for file in (tmp_path / "state").iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_names_differ_and_stay(store: Store, clock: Clock) -> None:
    store.met(KEYS[0], SECRET, "Bob")
    other, _ = store.met(KEYS[1], SECRET, "bob")
    assert other.name == "bob 2"
    clock.now = 200
    again, is_new = store.met(KEYS[0], NEWER, "Robert")
    assert (again.name, is_new, again.met, again.before) == ("Bob", False, 200, SECRET)
    assert store.rename("Bob", "Robert").name == "Robert"
    assert [each.name for each in store.all()] == ["bob 2", "Robert"]
    nameless, _ = store.met(KEYS[2], SECRET, "\n")
    assert nameless.name == "_"
    assert store.met(KEYS[3], SECRET, "")[0].name == Identity.from_seed(bytes([3]) * 32).name


def test_our_person_says_what_somebody_is_when_they_meet(store: Store) -> None:
    bob, _ = store.met(KEYS[0], SECRET, "Bob", Change.ADD)
    assert (bob.name, bob.standing) == ("Bob", Standing.ASK)
    bob, _ = store.met(KEYS[0], NEWER, "Bobby", Change.ADD)
    assert (bob.name, bob.standing) == ("Bobby", Standing.ASK)
    bob, _ = store.met(KEYS[0], NEWER, "", Change.ADD)
    assert bob.name == "Bobby"


def test_a_call_with_the_new_secret_ends_the_old_one(store: Store, clock: Clock) -> None:
    store.met(KEYS[0], SECRET, "Bob")
    bob, _ = store.met(KEYS[0], NEWER, "Bob")
    clock.now = 300
    store.called(bob, SECRET)
    assert store.all()[0].secrets == (NEWER, SECRET)
    store.called(bob, NEWER)
    assert (store.all()[0].secrets, store.all()[0].seen) == ((NEWER,), 300)
    store.remove("Bob")
    store.called(bob, NEWER)
    assert store.all() == []


def test_changes_are_noticed_here_and_in_another_program(store: Store, tmp_path: Path) -> None:
    store.met(KEYS[0], SECRET, "Bob")
    with Store(tmp_path / "state" / "contacts.sqlite") as other:
        seen, here = other.version, store.version
        assert store.change("Bob", Change.ALLOW).standing is Standing.ALWAYS
        assert other.version != seen
        assert store.version != here
        seen = other.version
        assert other.version == seen
        with pytest.raises(AbsentError):
            store.change("Carl", Change.ADD)
        assert other.version == seen
        assert other.change(Identity.from_seed(bytes([0]) * 32).id, Change.BLOCK).standing is Standing.BLOCKED
    assert store.all()[0].standing is Standing.BLOCKED


def test_of_those_who_were_only_met_the_last_are_kept(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MET_MAX == 1000
    monkeypatch.setattr(module, "MET_MAX", 2)
    store.met(KEYS[0], SECRET, "contact", Change.ADD)
    for number in range(1, 5):
        clock.now += 1
        store.met(KEYS[number], SECRET, f"met {number}")
    assert [each.name for each in store.all()] == ["contact", "met 3", "met 4"]


@pytest.mark.parametrize("content", [b"no database, but a long text of somebody" * 100, None])
def test_what_is_something_else_is_left_as_it_is(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "contacts.sqlite"
    if content is None:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE other (x)")
        db.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="move it away"):
        Store(path)
    assert path.read_bytes() == before


def test_a_later_format_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "contacts.sqlite"
    Store(path).close()
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 2")
    db.close()
    with pytest.raises(StoreError, match="later program"):
        Store(path)


def test_a_folder_that_cannot_be_made_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        Store(tmp_path / "file" / "contacts.sqlite")


def test_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BYWAY_HOME", str(tmp_path))
    assert default_path() == tmp_path / "contacts.sqlite"
    monkeypatch.delenv("BYWAY_HOME")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert os.fspath(default_path()).endswith("contacts.sqlite")
