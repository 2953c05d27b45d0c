"""Files with holes, and room for files without. Blocking.

A hole is what reads as zeros and takes no room on the disk (lseek(2): SEEK_DATA, SEEK_HOLE; Linux, macOS, BSD). Where a
system cannot tell, a file has none, and everything is read.
"""

import contextlib
import ctypes
import errno
import os
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from pypeer.protocol import limits
from pypeer.transfer import chunks

LOOKS: Final = 10_000
"""Pieces of data that are looked for in one file: a tenth of a second. What comes behind them is taken for data."""

_TMPFS: Final = 0x01021994
"""From linux/magic.h."""

_STATFS_BYTES: Final = 256
"""More than any system's `struct statfs`, which begins with the kind of the file system."""

_NO_ROOM: Final = frozenset((errno.ENOSPC, errno.EDQUOT, errno.EFBIG))

Holes = tuple[tuple[int, int], ...]
"""Chunks from the first up to before the second number."""


def holes_of(path: str, status: os.stat_result) -> Holes:
    """The largest holes of a file that hold whole chunks, as many as an entry may tell of; raises OSError."""
    size = status.st_size
    if not hasattr(os, "SEEK_DATA") or size <= limits.CHUNK_BYTES or status.st_blocks * 512 >= size:
        return ()
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        found = [hole for start, stop in _gaps(handle, size) if (hole := _whole_chunks(start, stop, size))]
    finally:
        os.close(handle)
    return tuple(sorted(sorted(_joined(found), key=_length)[-limits.HOLES :]))


def is_hole(handle: int, offset: int, length: int) -> bool:
    """Whether this part of an open file is in a hole for certain."""
    if not hasattr(os, "SEEK_DATA"):
        return False
    try:
        return os.lseek(handle, offset, os.SEEK_DATA) >= offset + length
    except OSError as error:
        return error.errno == errno.ENXIO and os.fstat(handle).st_size >= offset + length


def is_in_memory(handle: int) -> bool:
    """Whether an open file is in a file system that keeps files in memory (statfs(2), Linux)."""
    told = ctypes.create_string_buffer(_STATFS_BYTES)
    failed = ctypes.CDLL(None).fstatfs(handle, told)
    return not failed and ctypes.c_long.from_buffer(told).value == _TMPFS


def reserve(handle: int, size: int) -> None:
    """Take room for a whole file at once, where the file system can without writing it; raises OSError if it is full.

    So a full disk is noticed before hours of fetching, and the file lies in few pieces. In memory nothing is reserved:
    all of it would be cleared, which takes as long as writing it, and until then nothing could be written.
    """
    allocate = _fallocate()
    if allocate is None or is_in_memory(handle):
        return
    if allocate(handle, 0, 0, size) and ctypes.get_errno() in _NO_ROOM:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _gaps(handle: int, size: int) -> Iterator[tuple[int, int]]:
    """Holes in bytes."""
    at = 0
    for _ in range(LOOKS):
        try:
            data = os.lseek(handle, at, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                yield at, size
            return
        if data > at:
            yield at, min(data, size)
        with contextlib.suppress(OSError):
            at = os.lseek(handle, data, os.SEEK_HOLE)
        if at <= data or at >= size:
            return


def _whole_chunks(start: int, stop: int, size: int) -> tuple[int, int] | None:
    step = chunks.chunk_bytes(size)
    first, end = -(-start // step), chunks.chunk_count(size) if stop == size else stop // step
    return (first, end) if first < end else None


def _joined(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Holes that touch are one."""
    joined: list[tuple[int, int]] = []
    for start, stop in found:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _length(hole: tuple[int, int]) -> int:
    return hole[1] - hole[0]


@cache
def _fallocate() -> Any:
    """fallocate(2), not posix_fallocate(3), which writes the whole file where there is no better way."""
    try:
        call = ctypes.CDLL(None, use_errno=True).fallocate64
    except (AttributeError, OSError, TypeError):
        return None
    call.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    return call
