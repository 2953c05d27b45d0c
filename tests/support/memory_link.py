"""Two ends of a link in memory, with bounded buffers, and faults on purpose."""

import asyncio
from collections import deque
from collections.abc import Callable

from pypeer.links.link import SHORT_BYTES, LinkClosedError, Path, Scope

BUFFER_BYTES = 4 * 1024 * 1024
"""More than this in a buffer means that somebody does not wait for room."""

LOW_WATER_BYTES = 256 * 1024


class MemoryLink:
    """One end. Frames move a few at a time, in turns of the event loop, so both ends and their buffers are used."""

    def __init__(self, frame_bytes: int = 65536, window: int = 16) -> None:
        self.path = Path("direct", Scope.MACHINE, "memory:1", "memory:2")
        self.frame_bytes = frame_bytes
        self.other: MemoryLink
        self.peak = 0
        self.gives_way = False
        self.sent = 0
        self.break_after: int | None = None
        """Close both ends, losing what is on its way, when this many frames were sent from here."""
        self.change: Callable[[bytes], bytes] = lambda frame: frame
        self._window = window
        self._out: deque[bytes] = deque()
        self._low_water = LOW_WATER_BYTES
        self._early: deque[bytes] = deque()
        self._buffered = 0
        self._closed = False
        self._moving = False
        self._room = asyncio.Event()
        self._empty = asyncio.Event()
        self._on_frame: Callable[[bytes], None] | None = None
        self._on_close: Callable[[], None] | None = None

    @property
    def buffered(self) -> int:
        """Bytes given to `send` and not yet handed over."""
        return self._buffered

    @property
    def closed(self) -> bool:
        """Whether this end is closed."""
        return self._closed

    def keep_short(self) -> None:
        """Wait for room earlier."""
        self._low_water = SHORT_BYTES

    def give_way(self) -> None:
        """Note it."""
        self.gives_way = True

    def start(self, on_frame: Callable[[bytes], None], on_close: Callable[[], None]) -> None:
        """Deliver frames, also those that arrived before."""
        self._on_frame, self._on_close = on_frame, on_close
        while self._early and self._on_frame is not None:
            self._on_frame(self._early.popleft())
        if self._closed:
            self._close_now()

    def send(self, frame: bytes, rest: bytes | memoryview = b"") -> None:
        """Queue a frame; raises LinkClosedError, and AssertionError for a frame or a buffer beyond the limits."""
        if self._closed:
            raise LinkClosedError("closed")
        frame += rest
        assert len(frame) <= self.frame_bytes, f"a frame of {len(frame)} bytes"
        self._out.append(self.change(frame))
        self._buffered += len(frame)
        self.peak = max(self.peak, self._buffered)
        assert self._buffered <= BUFFER_BYTES, "the sender does not wait for room"
        self.sent += 1
        if self.break_after is not None and self.sent > self.break_after:
            asyncio.get_running_loop().call_soon(self.cut)
        elif not self._moving:
            self._moving = True
            asyncio.get_running_loop().call_soon(self._move)

    async def drain(self) -> None:
        """Wait for the low-water mark; raises LinkClosedError."""
        while self._buffered > self._low_water and not self._closed:
            self._room.clear()
            await self._room.wait()
        if self._closed:
            raise LinkClosedError("closed")

    async def close(self) -> None:
        """Send what is queued, then close both ends."""
        while self._out and not self._closed:
            self._empty.clear()
            await self._empty.wait()
        self.cut()

    def cut(self) -> None:
        """Close both ends at once; what is on its way is lost."""
        for end in (self, self.other):
            if not end._closed:
                end._closed = True
                end._out.clear()
                end._room.set()
                end._empty.set()
                asyncio.get_running_loop().call_soon(end._close_now)

    def _move(self) -> None:
        self._moving = False
        for _ in range(min(self._window, len(self._out))):
            if self._closed:
                return
            frame = self._out.popleft()
            self._buffered -= len(frame)
            self.other._arrive(frame)
        if self._buffered <= self._low_water:
            self._room.set()
        if not self._out:
            self._empty.set()
        elif not self._moving:
            self._moving = True
            asyncio.get_running_loop().call_soon(self._move)

    def _arrive(self, frame: bytes) -> None:
        if self._on_frame is None:
            self._early.append(frame)
        else:
            self._on_frame(frame)

    def _close_now(self) -> None:
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close()


def link_pair(frame_bytes: int = 65536) -> tuple[MemoryLink, MemoryLink]:
    """Both ends of a new link."""
    left, right = MemoryLink(frame_bytes), MemoryLink(frame_bytes)
    left.other, right.other = right, left
    return left, right
