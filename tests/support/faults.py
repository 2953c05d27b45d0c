"""A real disk on which the process dies at the n-th system call that changes something, or the power fails there.

`Faults` stands between the code under test and the functions of `os` that change files. At the chosen call the process
is dead: that call is done, done in part, or not done, and none after it. When the power fails, what was written and not
flushed since is lost in part: each piece of it is there, or zero, or the file ends where it ended when it was flushed.
Names are there at once: file systems may well keep a new name and lose what it names.
"""

import ctypes
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from pypeer.transfer import placing, syncing

CHANGING: Final = ("open", "write", "ftruncate", "link", "unlink", "rename", "replace", "mkdir", "rmdir", "utime")
"""Functions of `os` that change what is on the disk, as far as a fetch uses them; `fsync` and `chmod` go with them."""

Inode = tuple[int, int]


class Killed(BaseException):
    """The process is no more. No `except Exception` may notice."""


class Faults:
    """Counts calls, and kills at number `at`, if that is more than 0."""

    def __init__(self, patch: pytest.MonkeyPatch, chance: random.Random) -> None:
        self.calls = 0
        self.at = 0
        self._chance = chance
        self._dead = False
        self._open: set[int] = set()
        self._dirty: dict[Inode, list[tuple[int, int]]] = {}
        self._flushed_size: dict[Inode, int] = {}
        self._real = {name: getattr(os, name) for name in (*CHANGING, "fsync", "chmod", "close")}
        for name in (*CHANGING, "fsync", "chmod"):
            patch.setattr(os, name, self._wrapped(name))
        patch.setattr(os, "close", self._close)
        patch.setattr(syncing, "_syncfs", lambda: self._syncfs)
        self._rename = placing._renameat2()
        can_rename = self._rename is not None and chance.random() < 0.5  # else names are given by links
        patch.setattr(placing, "_renameat2", lambda: self._renameat2 if can_rename else None)

    def start(self, at: int) -> None:
        """Another run of the process, which dies at call `at`; never if that is 0."""
        self.calls, self.at, self._dead = 0, at, False

    def bury(self) -> None:
        """What the system does when a process has died: all that it had open is closed."""
        for handle in tuple(self._open):
            self._close(handle)
        self._dead = False
        self.at = 0

    def cut_power(self, below: Path) -> None:
        """Lose what was not flushed."""
        for path in below.rglob("*"):
            status = path.lstat()
            inode = (status.st_dev, status.st_ino)
            if path.is_file() and inode in self._dirty:
                self._lose(path, self._dirty[inode], self._flushed_size[inode])
        self._dirty.clear()

    def _lose(self, path: Path, pieces: list[tuple[int, int]], flushed: int) -> None:
        with path.open("r+b") as file:
            size = file.seek(0, 2)
            if self._chance.random() < 0.3:
                file.truncate(min(size, flushed))
                return
            for start, stop in pieces:
                if self._chance.random() < 0.5 and start < size:
                    file.seek(start)
                    file.write(bytes(min(stop, size) - start))

    def _wrapped(self, name: str) -> Callable[..., Any]:
        real = self._real[name]

        def call(*args: Any, **kwargs: Any) -> Any:
            if self._counts(name, args):
                self._step(lambda: self._half(name, real, args, kwargs))
            if name == "write":
                self._soil(args[0], len(args[1]))
            elif name == "fsync":
                # The disk below need not really be waited for.
                return self._clean(args[0])
            result = real(*args, **kwargs)
            if name == "open":
                self._open.add(result)
            return result

        return call

    def _counts(self, name: str, args: tuple[Any, ...]) -> bool:
        return name != "open" or bool(args[1] & os.O_CREAT)

    def _step(self, last: Callable[[], None]) -> None:
        if self._dead:
            raise Killed
        self.calls += 1
        if self.calls == self.at:
            last()
            self._dead = True
            raise Killed

    def _half(self, name: str, real: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """The call in which the process dies: a write may be done in part, anything else is done or not."""
        if name == "write":
            data = bytes(args[1])[: self._chance.randint(0, len(args[1]))]
            self._soil(args[0], len(data))
            real(args[0], data)
        elif self._chance.random() < 0.5:
            result = real(*args, **kwargs)
            if name == "open":
                self._open.add(result)

    def _soil(self, handle: int, length: int) -> None:
        status = os.fstat(handle)
        inode = (status.st_dev, status.st_ino)
        start = os.lseek(handle, 0, os.SEEK_CUR)
        self._flushed_size.setdefault(inode, status.st_size)
        self._dirty.setdefault(inode, []).append((start, start + length))

    def _clean(self, handle: int) -> None:
        status = os.fstat(handle)
        self._dirty.pop((status.st_dev, status.st_ino), None)
        self._flushed_size.pop((status.st_dev, status.st_ino), None)

    def _syncfs(self, handle: int) -> int:
        self._step(lambda: None)
        self._dirty.clear()
        self._flushed_size.clear()
        ctypes.set_errno(0)
        return 0

    def _renameat2(self, *args: Any) -> int:
        def half() -> None:
            if self._chance.random() < 0.5:
                self._rename(*args)

        self._step(half)
        return int(self._rename(*args))

    def _close(self, handle: int) -> None:
        self._open.discard(handle)
        self._real["close"](handle)
