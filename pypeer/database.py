"""SQLite files of this user that threads share: opened whole, or not at all."""

import contextlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUSY_S: Final = 10.0
"""How long another process may hold a file: all of ours write a few rows at a time."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file says of itself, by SQLite's `application_id` and `user_version`; `tables` is how many it has."""

    application: int
    version: int
    tables: int


def connect(path: Path, prepare: Callable[[sqlite3.Connection], None]) -> sqlite3.Connection:
    """Open a file, and `prepare` it; raises sqlite3.Error, and leaves nothing open then."""
    db = sqlite3.connect(path, timeout=BUSY_S, check_same_thread=False)
    try:
        prepare(db)
    except sqlite3.Error:
        db.close()
        raise
    return db


def mark_of(db: sqlite3.Connection) -> Mark:
    """Read it; a file of another kind than SQLite's raises sqlite3.DatabaseError."""
    application, version = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version"))
    return Mark(application, version, db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])


@dataclass(frozen=True, slots=True)
class Form:
    """What a file has to be: its `application_id` and `user_version`, and the statement that makes the table of a new
    one. A later program reads what an earlier one has written."""

    application: int
    version: int
    table: str


class PrivateFile:
    """Of this user, for nobody else to read; several programs may use it at once, and `guard` is held for each use.

    Whatever fails raises what `failure` makes of it, an error whose text says what to do.
    """

    def __init__(self, path: Path, form: Form, failure: Callable[[Exception], Exception]) -> None:
        self.changes = 0
        """How often it was changed here."""
        self._failure = failure
        self._lock = threading.RLock()
        with self.guard():
            self.db = _open(path, form)

    def close(self) -> None:
        """No more is read or kept."""
        with self.guard():
            self.db.close()

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever something has changed, here or by another process."""
        with self.guard():
            return self.changes, int(self.db.execute("PRAGMA data_version").fetchone()[0])

    @contextlib.contextmanager
    def guard(self) -> Iterator[None]:
        """One thread at a time."""
        try:
            with self._lock:
                yield
        except (OSError, sqlite3.Error) as error:
            raise self._failure(error) from None


def _open(path: Path, form: Form) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would leave it to the umask
    return connect(path, lambda db: _prepare(db, form))


def _prepare(db: sqlite3.Connection, form: Form) -> None:
    """Raises sqlite3.DatabaseError for a file of another kind, or of a later version."""
    db.isolation_level = None  # what belongs together says so
    mark = mark_of(db)
    if mark.tables and (mark.application != form.application or mark.version > form.version):
        raise sqlite3.DatabaseError("it is of another kind, or of a later program")
    if not mark.tables:
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"PRAGMA application_id = {form.application}")
        db.execute(f"PRAGMA user_version = {form.version}")
        db.execute(form.table)
        db.execute("COMMIT")
