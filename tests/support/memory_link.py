"""Two ends of a link in memory, with bounded buffers, and faults on purpose."""

import asyncio
from collections import deque
from collections.abc import Callable

from pypeer.links.link import LinkClosedError, Path, Scope
from pypeer.octets import Lasting
from tests.support.link_end import LinkEnd

BUFFER_BYTES = 4 * 1024 * 1024
"""More than this in a buffer means that somebody does not wait for room."""


class MemoryLink(LinkEnd):
    """One end. Frames move a few at a time, in turns of the event loop, so both ends and their buffers are used."""

    def __init__(self, frame_bytes: int = 65536, window: int = 16) -> None:
        super().__init__(Path("direct", Scope.MACHINE, "memory:1", "memory:2"), frame_bytes)
        self.peak = 0
        self.gives_way = False
        self.sent = 0
        self.break_after: int | None = None
        """Close both ends, losing what is on its way, when this many frames were sent from here."""
        self.change: Callable[[bytes], bytes] = lambda frame: frame
        self._window = window
        self._out: deque[bytes] = deque()
        self._moving = False
        self._empty = asyncio.Event()

    def give_way(self) -> None:
        """Note it."""
        self.gives_way = True

    def send(self, frame: bytes, rest: Lasting = b"") -> None:
        """Queue a frame; raises LinkClosedError, and AssertionError for a frame or a buffer beyond the limits."""
        if self.closed:
            raise LinkClosedError("closed")
        frame += rest
        assert len(frame) <= self.frame_bytes, f"a frame of {len(frame)} bytes"
        self._out.append(self.change(frame))
        self.buffered += len(frame)
        self.peak = max(self.peak, self.buffered)
        assert self.buffered <= BUFFER_BYTES, "the sender does not wait for room"
        self.sent += 1
        if self.break_after is not None and self.sent > self.break_after:
            asyncio.get_running_loop().call_soon(self.cut)
        elif not self._moving:
            self._moving = True
            asyncio.get_running_loop().call_soon(self._move)

    async def close(self) -> None:
        """Send what is queued, then close both ends."""
        while self._out and not self.closed:
            self._empty.clear()
            await self._empty.wait()
        self.cut()

    def _lose(self) -> None:
        self._out.clear()
        self._empty.set()

    def _move(self) -> None:
        self._moving = False
        for _ in range(min(self._window, len(self._out))):
            if self.closed:
                return
            frame = self._out.popleft()
            self.buffered -= len(frame)
            self.other._arrive(frame)
        self._gone(0)
        if not self._out:
            self._empty.set()
        elif not self._moving:
            self._moving = True
            asyncio.get_running_loop().call_soon(self._move)


def link_pair(frame_bytes: int = 65536) -> tuple[MemoryLink, MemoryLink]:
    """Both ends of a new link."""
    left, right = MemoryLink(frame_bytes), MemoryLink(frame_bytes)
    left.other, right.other = right, left
    return left, right
