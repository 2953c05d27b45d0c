"""What both kinds of links in memory do alike: frames that come early, waiting for room, and the end of both sides."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Self

from pypeer.links.link import SHORT_BYTES, LinkClosedError, Path

LOW_WATER_BYTES = 256 * 1024


class LinkEnd:
    """One end. Whoever makes two of them tells each of the other."""

    other: Self

    def __init__(self, path: Path, frame_bytes: int = 65536) -> None:
        self.path = path
        self.frame_bytes = frame_bytes
        self.buffered = 0
        """Bytes given to `send` and not yet handed over."""
        self.closed = False
        self._low_water = LOW_WATER_BYTES
        self._early: deque[bytes] = deque()
        self._room = asyncio.Event()
        self._on_frame: Callable[[bytes], None] | None = None
        self._on_close: Callable[[], None] | None = None

    def start(self, on_frame: Callable[[bytes], None], on_close: Callable[[], None]) -> None:
        """Deliver frames, also those that arrived before."""
        self._on_frame, self._on_close = on_frame, on_close
        while self._early and self._on_frame is not None:
            self._on_frame(self._early.popleft())
        if self.closed:
            self._close_now()

    def keep_short(self) -> None:
        """Wait for room earlier."""
        self._low_water = SHORT_BYTES

    def give_way(self) -> None:
        """It is alone here."""

    async def drain(self) -> None:
        """Wait for the low-water mark; raises LinkClosedError."""
        while self.buffered > self._low_water and not self.closed:
            self._room.clear()
            await self._room.wait()
        if self.closed:
            raise LinkClosedError("closed")

    def cut(self) -> None:
        """Close both ends at once; what is on its way is lost."""
        for end in (self, self.other):
            if not end.closed:
                end.closed = True
                end._room.set()
                end._lose()
                asyncio.get_running_loop().call_soon(end._close_now)

    def _lose(self) -> None:
        """What is kept here is on its way nowhere."""

    def _gone(self, size: int) -> None:
        self.buffered -= size
        if self.buffered <= self._low_water:
            self._room.set()

    def _arrive(self, frame: bytes) -> None:
        if self._on_frame is None:
            self._early.append(frame)
        else:
            self._on_frame(frame)

    def _close_now(self) -> None:
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close()
