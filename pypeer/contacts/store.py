"""Where contacts are kept: SQLite, in the user's folder for state, for nobody else to read; several programs may use it
at once. Blocking, for threads.

It holds secrets with which others can be called, and it is not made anew when it is damaged: what is in it cannot be
found out again without meeting everybody once more.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from pypeer.contacts.contact import Contact
from pypeer.contacts.naming import named, unique
from pypeer.contacts.standing import Change, Standing
from pypeer.database import Form, PrivateFile
from pypeer.errors import PeerError
from pypeer.home import state_path

FORM: Final = Form(
    application=0x42795763,  # ByWc
    version=1,
    table=(
        "CREATE TABLE IF NOT EXISTS contacts (key BLOB PRIMARY KEY, secret BLOB NOT NULL, before BLOB, "
        "name TEXT NOT NULL, standing TEXT NOT NULL, met REAL NOT NULL, seen REAL NOT NULL) WITHOUT ROWID"
    ),
)

MET_MAX: Final = 1000
"""Peers that were only met are kept so many; then those go who were not seen for the longest time. A code that is
posted to many must not fill the disk, and no person meets as many whom they want to find again."""

_COLUMNS: Final = "key, secret, before, name, standing, met, seen"


class StoreError(PeerError):
    """Contacts cannot be read or kept; the text says what to do."""

    code = "bad-contacts"


def default_path() -> Path:
    """In BYWAY_HOME, else in the user's folder for state."""
    return state_path("contacts.sqlite")


class Store:
    """Open it, and close it in the end. All methods raise StoreError."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._file = PrivateFile(path, FORM, self._failed)
        self._guard = self._file.guard
        self._db = self._file.db

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """No more is read or kept."""
        self._file.close()

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever something has changed, here or by another process."""
        return self._file.version

    def all(self) -> list[Contact]:
        """Everybody who was met, in the order of names."""
        with self._guard():
            rows = self._db.execute(f"SELECT {_COLUMNS} FROM contacts").fetchall()
        return sorted(map(_read, rows), key=lambda each: (each.name.casefold(), each.key))

    def find(self, key: bytes) -> Contact | None:
        """Whoever has this key, if it was met."""
        with self._guard():
            row = self._db.execute(f"SELECT {_COLUMNS} FROM contacts WHERE key = ?", (key,)).fetchone()
        return None if row is None else _read(row)

    def met(self, key: bytes, secret: bytes, name: str, change: Change | None = None) -> tuple[Contact, bool]:
        """Somebody was met by a code, and calls itself `name`: the contact, and whether it is a new one.

        With `change` our person says what it is from now on, and `name` is what our person calls it, if not empty.
        """
        with self._writing():
            before = self.find(key)
            now = self._clock()
            contact = self._new(key, secret, name, now) if before is None else before.met_again(secret, now)
            if change is not None:
                contact = contact.changed(change)
                contact = self._renamed(contact, name) if name and before is not None else contact
            self._write(contact)
            self._forget_surplus()
        return contact, before is None

    def called(self, contact: Contact, secret: bytes) -> None:
        """A call with this secret has come to a meeting."""
        with self._writing():
            now = self.find(contact.key)
            if now is not None:
                self._write(now.called(secret, self._clock()))

    def change(self, who: str, change: Change) -> Contact:
        """Our person does something about somebody, by name, two words or id; AbsentError and AmbiguousError, too."""
        with self._writing():
            contact = named(self.all(), who).changed(change)
            self._write(contact)
        return contact

    def rename(self, who: str, name: str) -> Contact:
        """Our person calls somebody otherwise; raises AbsentError and AmbiguousError, too."""
        with self._writing():
            contact = self._renamed(named(self.all(), who), name)
            self._write(contact)
        return contact

    def remove(self, who: str) -> Contact:
        """Forget somebody, who can then neither call nor be called; raises AbsentError and AmbiguousError, too."""
        with self._writing():
            contact = named(self.all(), who)
            self._db.execute("DELETE FROM contacts WHERE key = ?", (contact.key,))
        return contact

    def forget_met(self) -> int:
        """Forget all who were only met, and are no contacts; how many that were."""
        with self._writing():
            return self._db.execute("DELETE FROM contacts WHERE standing = 'met'").rowcount

    def _new(self, key: bytes, secret: bytes, name: str, now: float) -> Contact:
        contact = Contact(key, secret, "", Standing.MET, now, now)
        return self._renamed(contact, name)

    def _renamed(self, contact: Contact, name: str) -> Contact:
        others = [each for each in self.all() if each.key != contact.key]
        return replace(contact, name=unique(name, contact.short, others))

    def _write(self, contact: Contact) -> None:
        values = (contact.key, contact.secret, contact.before, contact.name, contact.standing.value)
        self._db.execute(
            f"REPLACE INTO contacts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", (*values, contact.met, contact.seen)
        )

    def _forget_surplus(self) -> None:
        self._db.execute(
            "DELETE FROM contacts WHERE standing = 'met' AND key NOT IN "
            "(SELECT key FROM contacts WHERE standing = 'met' ORDER BY seen DESC LIMIT ?)",
            (MET_MAX,),
        )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """What is read in here has not changed when it is written; whole or not at all."""
        with self._guard():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.rollback()
                raise
            self._db.commit()
            self._file.changes += 1

    def _failed(self, error: Exception) -> StoreError:
        return StoreError(
            f"cannot use the contacts in {self._path}: {error}; free some space or repair it, or move it away to "
            "begin anew: then you have to meet everybody by a code once more"
        )


def _read(row: tuple[bytes, bytes, bytes | None, str, str, float, float]) -> Contact:
    key, secret, before, name, standing, met, seen = row
    return Contact(key, secret, name, Standing(standing), met, seen, before)
