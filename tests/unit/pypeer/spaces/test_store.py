"""The file of spaces: changed whole, by one at a time, read by nobody else, and never made anew over what is there."""

import json
import os
import threading
from pathlib import Path

import pytest

from pypeer.errors import AbsentError
from pypeer.home import state_path
from pypeer.spaces import store as module
from pypeer.spaces.space import Space, new_space
from pypeer.spaces.store import FILE_NAME, SpaceError, SpaceStore
from tests.unit.pypeer.spaces.samples import FAMILY


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "spaces.json"


@pytest.fixture
def store(path: Path) -> SpaceStore:
    return SpaceStore(path, lambda: 7.0)


def test_it_begins_empty_and_keeps_what_is_made(store: SpaceStore, path: Path) -> None:
    assert store.all() == []
    assert not path.exists()
    made, other = store.create("Our  kin"), store.create("Band")
    assert (made.name, made.since) == ("Our kin", 7.0)
    assert SpaceStore(path).all() == [other, made]
    assert SpaceStore(path).named("OUR kin") == made
    assert [each.name for each in path.parent.iterdir() if each.suffix not in (".json", ".lock")] == []


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_nobody_else_may_read_it(store: SpaceStore, path: Path) -> None:
    store.create("Kin")
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(SpaceError, match="chmod 600"):
        store.all()


def test_one_space_is_joined_once_and_names_are_told_apart(store: SpaceStore) -> None:
    kept, is_new = store.join(FAMILY)
    assert (kept, is_new) == (Space("Family", FAMILY.keys, 7.0), True)
    assert store.join(FAMILY, "Kin") == (kept, False)
    fresh = Space("family", new_space("x", 0.0).keys)
    assert store.join(fresh)[0].name == "family (2)"
    third = Space("third", new_space("x", 0.0).keys)
    for taken in ("FAMILY", "  ", "all"):
        with pytest.raises(SpaceError):
            store.join(third, taken)
    assert store.join(third, "Kin")[0].name == "Kin"


def test_names_that_are_taken_or_none_make_no_space(store: SpaceStore) -> None:
    store.create("Kin")
    for bad in ("kin", "", " ", "All"):
        with pytest.raises(SpaceError):
            store.create(bad)
    assert len(store.all()) == 1


def test_a_space_is_left_and_renewed_by_its_name(store: SpaceStore) -> None:
    old, other = store.create("Kin"), store.create("Band")
    new = store.renew("kin")
    assert (new.name, new.keys == old.keys) == ("Kin", False)
    assert store.all() == [other, new]
    assert store.leave("band") == other
    assert store.all() == [new]
    for act in (store.leave, store.renew, store.named):
        with pytest.raises(AbsentError, match="no space called"):
            act("band")


def test_there_are_not_more_than_a_search_may_ask_in(store: SpaceStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPACES_MAX", 2)
    store.create("a")
    store.create("b")
    with pytest.raises(SpaceError, match="the most"):
        store.join(FAMILY)
    assert [each.name for each in store.all()] == ["a", "b"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        json.dumps({"v": 2, "spaces": []}).encode(),
        json.dumps({"v": 1, "spaces": [{"name": "x", "key": "AAAA"}]}).encode(),
        json.dumps({"v": 1, "spaces": [{"name": "", "key": "A" * 43}]}).encode(),
    ],
)
def test_a_file_that_cannot_be_read_is_left_as_it_is(store: SpaceStore, path: Path, content: bytes) -> None:
    """Keys that are lost are spaces that are lost."""
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    for act in (store.all, lambda: store.create("Kin"), lambda: store.join(FAMILY)):
        with pytest.raises(SpaceError, match="where your spaces are kept"):
            act()
    assert path.read_bytes() == content


def test_a_change_that_cannot_be_written_leaves_what_was(
    store: SpaceStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = store.create("Kin")

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(SpaceError, match="no space left"):
        store.create("Band")
    assert store.all() == [made]
    assert {each.name for each in path.parent.iterdir()} == {"spaces.json", "spaces.lock"}


def test_several_that_change_it_at_once_lose_nothing(path: Path) -> None:
    threads = [threading.Thread(target=SpaceStore(path).create, args=(f"space {number}",)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {each.name for each in SpaceStore(path).all()} == {f"space {number}" for number in range(12)}


def test_it_is_where_the_user_wants_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BYWAY_HOME", str(tmp_path))
    assert state_path(FILE_NAME) == tmp_path / "spaces.json"
    monkeypatch.delenv("BYWAY_HOME")
    assert state_path(FILE_NAME).name == "spaces.json"
