"""Frames in a stream of bytes: each is its length, four bytes in network order, and as many bytes; pure.

What arrives is put straight where it belongs: a large frame into memory of its own, which whoever takes it may keep,
all else into one buffer that small frames are cut from. What is to be sent is put together so that TLS gets few pieces.
"""

import struct
from typing import Final

from pypeer.octets import Arrived, Lasting

BUFFER_BYTES: Final = 512 * 1024
"""What is read at once: more than a reading of the socket brings (256 KiB, in uvloop)."""

LARGE_BYTES: Final = 64 * 1024
"""A frame that is this long gets memory of its own; a shorter one is not worth it."""

RECORD_BYTES: Final = 16 * 1024
"""What fits a record of TLS (RFC 8446, section 5.1)."""

HEADER: Final = struct.Struct("!I")


class FrameTooLongError(Exception):
    """The other side announced a frame that is longer than any; the text says how long."""


class Incoming:
    """Cuts what arrives into frames of at most `most` bytes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._view = memoryview(bytearray(BUFFER_BYTES))
        self._start = self._end = 0
        self._large: bytearray | None = None
        self._filled = 0

    def room(self) -> memoryview:
        """Where to put what arrives, from its start; never empty."""
        return self._view[self._end :] if self._large is None else memoryview(self._large)[self._filled :]

    def arrived(self, count: int) -> None:
        """So many bytes were put there: call `next` until there is nothing."""
        if self._large is None:
            self._end += count
        else:
            self._filled += count

    def next(self) -> Arrived | None:
        """The next whole frame, if there is one; raises FrameTooLongError."""
        if self._large is not None:
            return self._take_large()
        begin = self._start + HEADER.size
        if self._end < begin:
            self._wait()
            return None
        (length,) = HEADER.unpack_from(self._view, self._start)
        if length > self._most:
            raise FrameTooLongError(f"a frame of {length} bytes, more than {self._most}")
        if self._end < begin + length:
            self._wait_for(length)
            return None
        self._start = begin + length
        return bytes(self._view[begin : self._start])

    def _take_large(self) -> bytearray | None:
        large = self._large
        if large is None or self._filled < len(large):
            return None
        self._large = None
        return large

    def _wait_for(self, length: int) -> None:
        """The rest of a frame is to come: if that is large, into memory of its own."""
        if length < LARGE_BYTES:
            self._wait()
            return
        rest = self._view[self._start + HEADER.size : self._end]
        self._large, self._filled = bytearray(length), len(rest)
        self._large[: len(rest)] = rest
        self._start = self._end = 0

    def _wait(self) -> None:
        """Move the begun frame to the front, where all of it fits."""
        left = self._end - self._start
        if left and self._start:
            self._view[:left] = self._view[self._start : self._end]
        self._start, self._end = 0, left


class Outgoing:
    """Frames that wait for the end of the turn, so that many small ones leave in few records."""

    def __init__(self) -> None:
        self.bytes = 0
        self._parts: list[Lasting] = []

    def put(self, *parts: Lasting) -> None:
        """Put a frame of these parts behind the others."""
        length = sum(map(len, parts))
        self._parts += (HEADER.pack(length), *parts)
        self.bytes += HEADER.size + length

    def take(self) -> list[Lasting]:
        """All that waits, in pieces that each fill whole records but for the last; a large part is not copied."""
        parts, self._parts = self._parts, []
        self.bytes = 0
        last = memoryview(parts.pop()) if parts and len(parts[-1]) >= LARGE_BYTES else memoryview(b"")
        missing = -sum(map(len, parts)) % RECORD_BYTES
        head = b"".join((*parts, last[:missing]))
        return [piece for piece in (head, last[missing:]) if len(piece)]
