"""What tells that a file on this machine is still the one that it was."""

import os
import struct
from dataclasses import dataclass
from typing import Final

IDENTITY: Final = struct.Struct("<QQQq")
"""Device, inode, size and time of change, which tell that a file is still the one that was scanned. A tuple of these
numbers takes four times as much memory, and an offer has up to 200,000 files."""

PLACE: Final = slice(0, 16)
"""Device and inode in it."""

LOW: Final = 2**64 - 1
"""Of longer numbers of inodes (ReFS) the lower half tells them apart."""


def identity_of(status: os.stat_result) -> bytes:
    """From what stat said."""
    return IDENTITY.pack(status.st_dev & LOW, status.st_ino & LOW, status.st_size, status.st_mtime_ns)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file is, and what it was when it was scanned."""

    folder: str
    name: str
    identity: bytes
    may_grow: bool = False

    @property
    def path(self) -> str:
        """Its absolute path."""
        return os.path.join(self.folder, self.name)

    def is_same(self, status: os.stat_result) -> bool:
        """Whether a file is still the one that was scanned, or is longer, where that is allowed."""
        now = identity_of(status)
        return now == self.identity or (self.may_grow and self._has_grown(now))

    def _has_grown(self, now: bytes) -> bool:
        _, _, size, _ = IDENTITY.unpack(self.identity)
        return now[PLACE] == self.identity[PLACE] and IDENTITY.unpack(now)[2] > size
