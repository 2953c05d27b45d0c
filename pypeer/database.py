"""SQLite files of this user that threads share: opened whole, or not at all."""

import sqlite3
from collections.abc import Callable
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
