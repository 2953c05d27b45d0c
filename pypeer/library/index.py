"""The index of roots: which file, when it was last seen, had which root, so that a restart need not hash anything.

It is believed for what is announced, and never for what is sent: that is hashed as it is read. SQLite, in the user's
folder for state; blocking, for threads. Without it everything is hashed again, and nothing else changes.
"""

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pypeer.database import connect, mark_of
from pypeer.home import state_path

APPLICATION: Final = 0x42795761
"""`application_id` of the file (`ByWa`), so that no other is taken for it."""

FORMAT: Final = 1
"""`user_version` of the file: one of another format is made anew."""

DAY_S: Final = 24 * 3600

KEPT_DAYS: Final = 90
"""How long a file is remembered that was not seen: a disk in a drawer comes back, most others do not."""

DEVICE: Final = 8
"""The device at the beginning of what tells a file apart: its number may change with each start of the machine."""


def default_path() -> Path:
    """In BYWAY_HOME, else in the user's folder for state."""
    return state_path("roots.sqlite")


class RootIndex:
    """Open it, and close it in the end. `complaint` says what is wrong with the file, if anything is or was."""

    def __init__(self, path: Path) -> None:
        self.complaint = ""
        self._lock = threading.RLock()
        self._today = int(time.time() // DAY_S)
        self._db: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._db = self._open(path)
        except (OSError, sqlite3.Error) as error:
            self._give_up(error)

    def find(self, path: str, identity: bytes) -> bytes | None:
        """The root of a file, if it was this very one when it was hashed (pypeer.transfer.identity.identity_of)."""
        row = self._run("SELECT version, root, day FROM roots WHERE path = ?", os.fsencode(path))
        if row is None or row[0] != identity[DEVICE:] or len(row[1]) != 32:
            return None
        if row[2] != self._today:
            self._run("UPDATE roots SET day = ? WHERE path = ?", self._today, os.fsencode(path))
        return bytes(row[1])

    def put(self, rows: Iterable[tuple[str, bytes, bytes]]) -> None:
        """Remember the roots of files: path, what tells it apart, root."""
        for path, identity, root in rows:
            values = (os.fsencode(path), identity[DEVICE:], root, self._today)
            self._run("REPLACE INTO roots VALUES (?, ?, ?, ?)", *values)

    def save(self) -> None:
        """Write what is new, so that a program that is killed need not hash it again."""
        with self._guard():
            if self._db is not None:
                self._db.commit()

    def close(self) -> None:
        """Write what is new, forget what is old, and close."""
        self._run("DELETE FROM roots WHERE day < ?", self._today - KEPT_DAYS)
        self.save()
        if self._db is not None:
            self._db.close()
            self._db = None

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            return connect(path, _prepare)
        except sqlite3.OperationalError:
            raise  # locked, full, read-only: the file may be sound
        except sqlite3.DatabaseError:
            self.complaint = f"the index of hashes in {path} was damaged, and is made anew"
            for suffix in ("", "-wal", "-shm"):
                path.with_name(path.name + suffix).unlink(missing_ok=True)
            return connect(path, _prepare)

    def _run(self, statement: str, *values: object) -> tuple[bytes, bytes, int] | None:
        row: tuple[bytes, bytes, int] | None = None
        with self._guard():
            if self._db is not None:
                row = self._db.execute(statement, values).fetchone()
        return row

    @contextlib.contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            with self._lock:
                yield
        except sqlite3.Error as error:
            self._give_up(error)

    def _give_up(self, error: Exception) -> None:
        db, self._db = self._db, None
        self.complaint = f"hashes are not remembered for the next time: {error}"
        if db is not None:
            with contextlib.suppress(sqlite3.Error):
                db.close()


def _prepare(db: sqlite3.Connection) -> None:
    """Raises sqlite3.DatabaseError for a file of another kind, or format."""
    mark = mark_of(db)
    if mark.tables and (mark.application, mark.version) != (APPLICATION, FORMAT):
        raise sqlite3.DatabaseError("it is of another kind")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = OFF")  # what is lost when the power fails is hashed again
    db.execute(f"PRAGMA application_id = {APPLICATION}")
    db.execute(f"PRAGMA user_version = {FORMAT}")
    db.execute(
        "CREATE TABLE IF NOT EXISTS roots (path BLOB PRIMARY KEY, version BLOB, root BLOB, day INTEGER) WITHOUT ROWID"
    )
    db.commit()
