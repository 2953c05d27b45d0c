"""Where records are kept: a file for each command in the background, in the user's own folder, and locks that its
process holds.

A lock is what tells that the process lives: a number of a process may be another's by now. Blocking, POSIX only.
"""

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from pypeer.background.record import Record
from pypeer.home import state_path

ID: Final = re.compile(r"[0-9a-f]{8}")

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)


def default_folder() -> Path:
    """In BYWAY_HOME, else in the user's folder for state."""
    return state_path("offers")


class Keeper:
    """Keeps the record of one command for as long as its process lives."""

    def __init__(self, folder: Path, name: str) -> None:
        """Take the lock; raises OSError, BlockingIOError if another process has it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._name = name
        self._claims: list[tuple[Path, int]] = []
        self._lock = os.open(folder / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        if not _take(self._lock):
            os.close(self._lock)
            raise BlockingIOError(f"another process serves {name}")

    def claim(self, what: str) -> bool:
        """Whether nobody else does this now; nobody else can from now on, until this process ends."""
        path = self._folder / f"{hashlib.sha256(os.fsencode(what)).hexdigest()[:16]}.claim"
        while True:
            lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if not _take(lock):
                os.close(lock)
                return False
            if _is_there(path, lock):
                self._claims.append((path, lock))
                return True
            os.close(lock)  # whoever had it has removed it meanwhile

    def write(self, record: Record) -> None:
        """Replace what was written before; whole or not at all, and for nobody else to read: it has the code."""
        new = self._folder / f"{self._name}.new"
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(_encode(record))
        os.replace(new, self._folder / f"{self._name}.json")

    def close(self, keep: bool = False) -> None:
        """It is over: nothing is left, but, to `keep`, its record for whoever started it."""
        for path, lock in self._claims:
            _unlink(path)
            os.close(lock)
        if not keep:
            remove(self._folder, self._name)
        os.close(self._lock)


def read(folder: Path, name: str) -> Record | None:
    """The record of one command, if there is one yet."""
    try:
        return _decoder.decode((folder / f"{name}.json").read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None


def served(folder: Path) -> Iterator[Record]:
    """Records of all whose processes live, oldest first; what others left behind is removed."""
    names = sorted(file.stem for file in folder.glob("*.json") if ID.fullmatch(file.stem))
    records = [record for name in names if _lives(folder, name) and (record := read(folder, name)) is not None]
    yield from sorted(records, key=lambda record: record.started)


def _lives(folder: Path, name: str) -> bool:
    try:
        lock = os.open(folder / f"{name}.lock", os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        if not _take(lock):
            return True
        remove(folder, name)
        return False
    finally:
        os.close(lock)


def remove(folder: Path, name: str) -> None:
    """Nothing is left of one."""
    for suffix in ("json", "new", "log", "lock"):
        _unlink(folder / f"{name}.{suffix}")


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def _is_there(path: Path, lock: int) -> bool:
    """Whether what was locked still is what others find under this name."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(lock), path.stat())
    return False


def _encode(record: Record) -> bytes:
    """As JSON; names that are no UTF-8 (PEP 383) as far as it goes."""
    try:
        return _encoder.encode(record)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(record), ensure_ascii=False).encode("utf-8", "replace")


def _take(lock: int) -> bool:
    """Whether nobody had it; freed when the process ends, however it ends."""
    import fcntl  # not on Windows, where nothing here is used

    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
