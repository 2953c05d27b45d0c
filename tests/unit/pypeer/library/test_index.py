"""The index of roots: remembered, never taken from another file, and made anew where it cannot be read."""

import sqlite3
from pathlib import Path

import pytest

from pypeer.library import index
from pypeer.library.index import RootIndex, default_path
from pypeer.transfer.identity import IDENTITY

A, B = b"a" * 32, b"b" * 32
DEVICE, INODE = 5, 7
FILE = IDENTITY.pack(DEVICE, INODE, 100, 1_000_000_007)


def test_roots_are_remembered(tmp_path: Path) -> None:
    roots = RootIndex(tmp_path / "new" / "roots.sqlite")
    assert roots.find("/a", FILE) is None
    roots.put([("/a", FILE, A), ("/\udcff", FILE, B)])
    assert roots.find("/a", FILE) == A
    roots.close()
    again = RootIndex(tmp_path / "new" / "roots.sqlite")
    assert (again.find("/a", FILE), again.find("/\udcff", FILE)) == (A, B)
    assert again.complaint == ""
    again.close()


@pytest.mark.parametrize(
    ("identity", "found"),
    [
        (IDENTITY.pack(9, INODE, 100, 1_000_000_007), True),
        (IDENTITY.pack(DEVICE, 8, 100, 1_000_000_007), False),
        (IDENTITY.pack(DEVICE, INODE, 101, 1_000_000_007), False),
        (IDENTITY.pack(DEVICE, INODE, 100, 1_000_000_008), False),
    ],
)
def test_only_of_the_same_file(tmp_path: Path, identity: bytes, found: bool) -> None:
    """On whatever number of device: it may be another after the machine was started anew."""
    roots = RootIndex(tmp_path / "roots.sqlite")
    roots.put([("/a", FILE, A)])
    assert (roots.find("/a", identity) is not None) == found
    roots.close()


@pytest.mark.parametrize("content", [b"not a database at all, and long enough to be told apart" * 20, None])
def test_a_damaged_or_foreign_file_is_made_anew_with_a_word(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "roots.sqlite"
    if content is None:
        with sqlite3.connect(path) as db:
            db.execute("CREATE TABLE roots (a, b)")
        db.close()
    else:
        path.write_bytes(content)
    roots = RootIndex(path)
    assert "made anew" in roots.complaint
    roots.put([("/a", FILE, A)])
    roots.close()
    again = RootIndex(path)
    assert again.find("/a", FILE) == A
    assert again.complaint == ""
    again.close()


def test_where_it_cannot_be_kept_nothing_else_fails(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    roots = RootIndex(tmp_path / "file" / "roots.sqlite")
    assert "not remembered" in roots.complaint
    roots.put([("/a", FILE, A)])
    assert roots.find("/a", FILE) is None
    roots.save()
    roots.close()


def test_what_fails_later_is_said_and_ends_nothing(tmp_path: Path) -> None:
    roots = RootIndex(tmp_path / "roots.sqlite")
    with sqlite3.connect(tmp_path / "roots.sqlite") as other:
        other.execute("DROP TABLE roots")
    other.close()
    assert roots.find("/a", FILE) is None
    assert "not remembered" in roots.complaint
    roots.put([("/a", FILE, A)])
    roots.close()


def test_what_was_not_seen_for_long_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, now = tmp_path / "roots.sqlite", [1000 * index.DAY_S]
    monkeypatch.setattr("pypeer.library.index.time.time", lambda: now[0])
    roots = RootIndex(path)
    roots.put([("/seen", FILE, A), ("/unseen", FILE, B)])
    roots.close()
    now[0] += index.KEPT_DAYS // 2 * index.DAY_S
    roots = RootIndex(path)
    assert roots.find("/seen", FILE) == A
    roots.close()
    now[0] += (index.KEPT_DAYS // 2 + 1) * index.DAY_S
    RootIndex(path).close()
    roots = RootIndex(path)
    assert (roots.find("/seen", FILE), roots.find("/unseen", FILE)) == (A, None)
    roots.close()


def test_it_is_where_state_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("BYWAY_HOME", str(tmp_path))
    assert default_path() == tmp_path / "roots.sqlite"
    monkeypatch.delenv("BYWAY_HOME")
    assert default_path().name == "roots.sqlite"
