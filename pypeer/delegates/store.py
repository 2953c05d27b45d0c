"""Where it is kept what this peer serves for others: SQLite, in the user's folder for state, for nobody else to read,
since the words of codes are in it; several programs may use it at once. Blocking, for threads."""

import os
from pathlib import Path
from typing import Any, Final

import msgspec

from pypeer.database import Form, PrivateFile
from pypeer.delegates.record import Item, Record, State
from pypeer.errors import PeerError
from pypeer.home import state_path

FORM: Final = Form(
    application=0x42795764,  # ByWd
    version=1,
    table=(
        "CREATE TABLE IF NOT EXISTS kept (id TEXT PRIMARY KEY, owner BLOB NOT NULL, handover TEXT NOT NULL, "
        "name TEXT NOT NULL, server TEXT NOT NULL, folder TEXT NOT NULL, state TEXT NOT NULL, "
        "changed REAL NOT NULL, title TEXT NOT NULL, text INTEGER NOT NULL, items BLOB NOT NULL, "
        "delegation TEXT NOT NULL, words TEXT NOT NULL, times INTEGER, guesses INTEGER NOT NULL, expires REAL, "
        "called TEXT NOT NULL)"
    ),
)

_COLUMNS: Final = (
    "id, owner, handover, name, server, folder, state, changed, title, text, items, delegation, words, times, guesses, "
    "expires, called"
)
_MARKS: Final = ", ".join("?" * len(_COLUMNS.split(",")))
_items = msgspec.json.Decoder(tuple[Item, ...])


class KeepError(PeerError):
    """What is served for others cannot be read or kept; the text says what to do."""

    code = "bad-serving"


def default_path() -> Path:
    """In BYWAY_HOME, else in the user's folder for state."""
    return state_path("serving.sqlite")


class KeptStore:
    """Open it, and close it in the end. All methods raise KeepError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = PrivateFile(path, FORM, self._failed)
        self._guard = self._file.guard
        self._db = self._file.db

    def __enter__(self) -> "KeptStore":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever something has changed, here or by another process."""
        return self._file.version

    def all(self) -> list[Record]:
        """Everything, by its owner and what it is called."""
        with self._guard():
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM kept ORDER BY name, title, id").fetchall()
        return [_read(row) for row in rows]

    def find(self, record_id: str) -> Record | None:
        """The one with this id."""
        with self._guard():
            row = self._db.execute(f"SELECT {_COLUMNS} FROM kept WHERE id = ?", (record_id,)).fetchone()
        return None if row is None else _read(row)

    def put(self, record: Record) -> None:
        """Keep it like this from now on."""
        with self._guard():
            self._db.execute(f"REPLACE INTO kept ({_COLUMNS}) VALUES ({_MARKS})", _row(record))
            self._file.changes += 1

    def remove(self, record_id: str) -> None:
        """Forget it; its files are somebody else's affair."""
        with self._guard():
            self._db.execute("DELETE FROM kept WHERE id = ?", (record_id,))
            self._file.changes += 1

    def _failed(self, error: Exception) -> KeepError:
        return KeepError(
            f"cannot use the list of what is served for others in {self._path}: {error}; free some space or repair "
            "it, or move it away: then nothing is served until it is handed over once more"
        )


def _row(it: Record) -> tuple[object, ...]:
    items, words = msgspec.json.encode(it.items), "-".join(it.words)
    head = (
        it.id,
        it.owner,
        it.handover,
        it.name,
        it.server,
        os.fspath(it.folder),
        it.state.value,
        it.changed,
        it.title,
    )
    return (*head, it.text, items, it.delegation, words, it.times, it.guesses, it.expires, it.called)


def _read(row: tuple[Any, ...]) -> Record:
    values = dict(zip(_COLUMNS.split(", "), row, strict=True))
    del values["id"]
    made = {
        "folder": Path(values["folder"]),
        "state": State(values["state"]),
        "text": bool(values["text"]),
        "items": _items.decode(values["items"]),
        "words": tuple(values["words"].split("-")) if values["words"] else (),
    }
    return Record(**(values | made))
