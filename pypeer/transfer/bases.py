"""Earlier versions of files that are offered: what of them is still the same is not fetched again. Blocking.

A base is a file under the name that one on offer would have, or the part of one that was begun before it changed at the
sender. Nothing is taken from it but chunks that have the hash that the sender tells.
"""

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, merkle


class Bases:
    """Bases of `entries`, all of them in the folder `into`. One is open at a time, the one read last."""

    def __init__(self, into: Path, entries: Sequence[Entry]) -> None:
        self.counts: dict[int, int] = {}
        """How many chunks of a file there are in its base, counted from its start."""
        self._into = into
        self._entries = entries
        self._paths: dict[int, Path] = {}
        self._open: tuple[int, int] | None = None

    def look(self, file: int, *places: Path) -> None:
        """Take the first of these that is a file, and not behind a symbolic link, if there is one yet."""
        size = self._entries[file].size
        if file in self._paths or chunks.chunk_count(size) < 2:
            return
        for place in places:
            length = self._length(place)
            if length:
                self._paths[file] = place
                self.counts[file] = min(chunks.chunk_count(size), -(-length // chunks.chunk_bytes(size)))
                return

    def read(self, file: int, chunk: int, digest: bytes) -> bytearray | None:
        """A chunk of the base, if it has this hash."""
        try:
            data = read_chunk(self._handle(file), self._entries[file].size, chunk)
        except OSError:
            return None  # gone, or unreadable: then it is fetched
        same = data is not None and merkle.chunk_hash(data, self._entries[file].size) == digest
        return bytearray(data) if data is not None and same else None

    def close(self) -> None:
        """Close what is open; reading opens it again."""
        if self._open is not None:
            os.close(self._open[1])
            self._open = None

    def _handle(self, file: int) -> int:
        if self._open is None or self._open[0] != file:
            self.close()
            flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            self._open = file, os.open(self._paths[file], flags)
        return self._open[1]

    def _length(self, place: Path) -> int:
        """Size of a file, 0 of anything else."""
        try:
            status = os.lstat(place)
            real = Path(os.path.realpath(place.parent)) == Path(os.path.realpath(self._into), *self._inner(place))
        except (OSError, ValueError):
            return 0
        return status.st_size if real and stat.S_ISREG(status.st_mode) else 0

    def _inner(self, place: Path) -> tuple[str, ...]:
        return place.parent.relative_to(self._into).parts


def read_chunk(handle: int, size: int, chunk: int) -> bytes | None:
    """A chunk of an open file, as if it were so long; None if it ends before. Raises OSError."""
    length = chunks.chunk_length(size, chunk)
    os.lseek(handle, chunk * chunks.chunk_bytes(size), os.SEEK_SET)
    data = os.read(handle, length)
    return data if len(data) == length else None
