"""What is served for others outlives the program, and is for nobody else to read."""

import sqlite3
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from pypeer.delegates.record import Item, Record, State
from pypeer.delegates.store import KeepError, KeptStore
from pypeer.protocol.messages import Entry

ITEMS = (Item(Entry(path="a/ü.txt", size=5, mtime=1, root="ab" * 32), "a/ü.txt"), Item(Entry(path="b", folder=True)))
RECORD = Record(
    b"o" * 32, "A" * 22, "Anna", "http://localhost:8080/", Path("/kept"), State.SERVING, 1000.5, "photos", items=ITEMS,
    delegation="x" * 238, words=("guitar", "sunset"), times=3, guesses=2, expires=2000.0, called="Anna B.",
)  # fmt: skip


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "home" / "serving.sqlite"
    with KeptStore(path) as store:
        store.put(RECORD)
    with KeptStore(path) as store:
        assert store.all() == [RECORD]
        assert store.find(RECORD.id) == RECORD
        assert store.find("0" * 16) is None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_change_is_seen_by_others(tmp_path: Path) -> None:
    with KeptStore(tmp_path / "s") as one, KeptStore(tmp_path / "s") as other:
        before = other.version
        one.put(RECORD)
        assert other.version != before
        seen = one.version
        one.put(replace(RECORD, guesses=1, words=(), times=None, expires=None))
        assert one.version != seen
        [changed] = other.all()
        assert (changed.guesses, changed.words, changed.times, changed.expires) == (1, (), None, None)
        other.remove(RECORD.id)
        assert one.all() == []


def test_a_file_of_another_kind_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE mine (x)")
    before = path.read_bytes()
    with pytest.raises(KeepError, match="of another kind"):
        KeptStore(path)
    assert path.read_bytes() == before
