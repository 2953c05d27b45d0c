"""Files of the user that nobody else may read, changed by one program at a time. Blocking, and short."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec


def read_private(path: Path) -> bytes | None:
    """What is in it, None if there is none; raises OSError, and ValueError for a file that others may read."""
    if not path.exists():
        return None
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ValueError(f"others may read it: run chmod 600 {path}")
    return path.read_bytes()


def write_private(path: Path, content: msgspec.Struct) -> None:
    """As JSON, whole or not at all; raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(content), indent=1))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Nobody else changes the file meanwhile, whose folder is made if need be; the lock ends with the process.

    Where the system has none, the last of two that write at once wins. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if os.name == "posix":
            import fcntl  # not on Windows

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
