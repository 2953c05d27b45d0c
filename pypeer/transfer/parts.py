"""The part files of a fetch, in one folder, each under a key that recognises it in another run. Blocking.

What follows one another in a file is written together: every call of the system lets go of the GIL, and a thread waits
to have it again while the event loop has much to do.
"""

import os
import sys
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pypeer.octets import Readable
from pypeer.transfer.sparse import is_hole, reserve
from pypeer.transfer.syncing import begin_sync

HANDLES: Final = 16
"""Part files kept open: more than are written at a time, far below any limit on open files."""

UNSYNCED_BYTES: Final = 16 * 1024 * 1024
"""When so much of a file was written it begins to leave for the disk: what is left to flush in the end takes a disk a
tenth of a second, and the more is asked for at once, the fewer and larger its writes are."""

_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class Parts:
    """Open part files, the one used last at the end. All methods raise OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = os.path.join(folder, "")
        self._open: OrderedDict[str, int] = OrderedDict()
        self._unsynced: Counter[int] = Counter()
        """Bytes by handle that were written since it last began to leave for the disk."""
        self._blocks: list[Readable] = []
        self._begin = self._end = (-1, 0)
        """Handle and offset where what waits to be written begins, and where it ends."""

    def path(self, key: str) -> Path:
        """Where a part file is."""
        return self._folder / key

    def stretch(self, key: str, size: int, holes: Iterable[tuple[int, int]]) -> Iterator[bool]:
        """Make a part file as long as the whole, without writing: for each hole, in bytes, whether it is one."""
        handle = self._handle(key)
        is_new = os.fstat(handle).st_size == 0
        os.ftruncate(handle, size)
        for start, stop in holes:
            yield is_new or is_hole(handle, start, stop - start)

    def spare(self, key: str, used: int) -> int:
        """Bytes that a part file takes on the disk beyond those in use."""
        try:
            blocks = getattr(os.stat(self.path(key)), "st_blocks", 0)
        except OSError:
            return 0
        return max(0, int(blocks) * 512 - used)

    def write(self, key: str, data: Readable, offset: int, room: int = 0) -> None:
        """Write all of these bytes at an offset, by `flush` at the latest; until then they must not change.

        The file is made if it is not there, with `room` reserved.
        """
        is_open = key in self._open
        handle = self._handle(key)
        if room and not is_open and not os.fstat(handle).st_size:
            reserve(handle, room)
        if self._end != (handle, offset):
            self.flush()
            self._begin = handle, offset
        self._blocks.append(data)
        self._end = handle, offset + len(data)

    def flush(self) -> None:
        """Write what waits for it."""
        blocks, self._blocks = self._blocks, []
        handle, offset = self._begin
        self._begin = self._end = (-1, 0)
        if blocks:
            _write_at(handle, blocks, offset)
            self._unsynced[handle] += sum(map(len, blocks))
            if self._unsynced[handle] >= UNSYNCED_BYTES:
                self._unsynced[handle] = 0
                begin_sync(handle)

    def write_whole(self, key: str, data: Readable) -> None:
        """Write all of a file at once."""
        handle = self._make(key)
        try:
            _write(handle, data)
        finally:
            os.close(handle)

    def complete(self, key: str) -> str:
        """Close a part file that has all its bytes: its path."""
        self.close(key)
        return self._root + key

    def close(self, key: str) -> None:
        """Close a part file, if it is open; writing opens it again."""
        self.flush()
        handle = self._open.pop(key, None)
        if handle is not None:
            del self._unsynced[handle]
            os.close(handle)

    def close_all(self) -> None:
        """Close them all."""
        for key in tuple(self._open):
            self.close(key)

    def _handle(self, key: str) -> int:
        if key in self._open:
            self._open.move_to_end(key)
            return self._open[key]
        self._open[key] = handle = self._make(key)
        if len(self._open) > HANDLES:
            self.close(next(iter(self._open)))
        return handle

    def _make(self, key: str) -> int:
        return os.open(self._root + key, _FLAGS, 0o666)


def _write_at(handle: int, blocks: list[Readable], offset: int) -> None:
    written = os.pwritev(handle, blocks, offset) if sys.platform == "linux" else 0
    if written == sum(map(len, blocks)):
        return
    os.lseek(handle, offset, os.SEEK_SET)
    for block in blocks:
        _write(handle, block)


def _write(handle: int, data: Readable) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]
