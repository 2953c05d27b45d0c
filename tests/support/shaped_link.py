"""Two ends of a link in memory with a rate and a delay, on the real clock, that can be cut, or fall silent."""

import asyncio
from collections import deque
from collections.abc import Callable

from pypeer.links.link import SHORT_BYTES, LinkClosedError, Path, Scope

MBIT = 1_000_000 / 8
LOW_WATER_BYTES = 256 * 1024


class Line:
    """What carries frames one way, one after the other: `rate` bytes a second, each `delay` seconds under way."""

    def __init__(self, rate: float, delay: float) -> None:
        self.rate = rate
        self.delay = delay
        self.carried = 0
        """Bytes so far."""
        self._free_at = 0.0
        self._held: deque[Callable[[], None]] | None = None

    def carry(self, size: int, gone: Callable[[], None], arrived: Callable[[], None]) -> None:
        """Call `gone` when all of it is on its way, `arrived` when all of it is there."""
        loop = asyncio.get_running_loop()
        self.carried += size
        self._free_at = max(loop.time(), self._free_at) + size / self.rate
        loop.call_at(self._free_at, gone)
        loop.call_at(self._free_at + self.delay, self._arrive, arrived)

    def hold(self) -> None:
        """Nothing arrives until `go_on`, in order."""
        self._held = self._held or deque()

    def go_on(self) -> None:
        """What was held arrives now."""
        held, self._held = self._held or deque(), None
        for arrived in held:
            arrived()

    def _arrive(self, arrived: Callable[[], None]) -> None:
        if self._held is None:
            arrived()
        else:
            self._held.append(arrived)


class ShapedLink:
    """One end; `line` carries what is sent here."""

    def __init__(self, line: Line, path: Path) -> None:
        self.path = path
        self.frame_bytes = 65536
        self.line = line
        self.other: ShapedLink
        self.buffered = 0
        self._low_water = LOW_WATER_BYTES
        self._early: deque[bytes] = deque()
        self._closed = False
        self._room = asyncio.Event()
        self._on_frame: Callable[[bytes], None] | None = None
        self._on_close: Callable[[], None] | None = None

    def start(self, on_frame: Callable[[bytes], None], on_close: Callable[[], None]) -> None:
        """Deliver frames, also those that arrived before."""
        self._on_frame, self._on_close = on_frame, on_close
        while self._early:
            on_frame(self._early.popleft())
        if self._closed:
            self._close_now()

    def send(self, frame: bytes, rest: bytes | memoryview = b"") -> None:
        """Queue a frame; raises LinkClosedError."""
        if self._closed:
            raise LinkClosedError("closed")
        frame += rest
        self.buffered += len(frame)
        self.line.carry(len(frame), lambda: self._gone(len(frame)), lambda: self.other._arrive(frame))

    def keep_short(self) -> None:
        """Wait for room earlier."""
        self._low_water = SHORT_BYTES

    def give_way(self) -> None:
        """It is alone here."""

    async def drain(self) -> None:
        """Wait for the low-water mark; raises LinkClosedError."""
        while self.buffered > self._low_water and not self._closed:
            self._room.clear()
            await self._room.wait()
        if self._closed:
            raise LinkClosedError("closed")

    async def close(self) -> None:
        """Close both ends, once what was said last is there."""
        await asyncio.sleep(self.line.delay + 0.05)
        self.cut()

    def cut(self) -> None:
        """Close both ends at once; what is on its way is lost."""
        for end in (self, self.other):
            if not end._closed:
                end._closed = True
                end._room.set()
                asyncio.get_running_loop().call_soon(end._close_now)

    def _gone(self, size: int) -> None:
        self.buffered -= size
        if self.buffered <= self._low_water:
            self._room.set()

    def _arrive(self, frame: bytes) -> None:
        if self._closed:
            return
        if self._on_frame is None:
            self._early.append(frame)
        else:
            self._on_frame(frame)

    def _close_now(self) -> None:
        on_close, self._on_close = self._on_close, None
        if on_close is not None:
            on_close()


def shaped_pair(mbit: float, delay_s: float) -> tuple[ShapedLink, ShapedLink]:
    """Both ends of a link with this rate each way, and this delay there and back."""
    path = Path("direct", Scope.INTERNET, "memory:1", "memory:2")
    left, right = (ShapedLink(Line(mbit * MBIT, delay_s / 2), path) for _ in range(2))
    left.other, right.other = right, left
    return left, right
