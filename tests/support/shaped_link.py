"""Two ends of a link in memory with a rate and a delay, on the real clock, that can be cut, or fall silent."""

import asyncio
from collections import deque
from collections.abc import Callable

from pypeer.links.link import LinkClosedError, Path, Scope
from pypeer.octets import Lasting
from tests.support.link_end import LinkEnd

MBIT = 1_000_000 / 8


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


class ShapedLink(LinkEnd):
    """One end; `line` carries what is sent here."""

    def __init__(self, line: Line, path: Path) -> None:
        super().__init__(path)
        self.line = line

    def send(self, frame: bytes, rest: Lasting = b"") -> None:
        """Queue a frame; raises LinkClosedError."""
        if self.closed:
            raise LinkClosedError("closed")
        frame += rest
        self.buffered += len(frame)
        self.line.carry(len(frame), lambda: self._gone(len(frame)), lambda: self.other._arrive(frame))

    async def close(self) -> None:
        """Close both ends, once what was said last is there."""
        await asyncio.sleep(self.line.delay + 0.05)
        self.cut()

    def _arrive(self, frame: bytes) -> None:
        if not self.closed:
            super()._arrive(frame)


def shaped_pair(mbit: float, delay_s: float) -> tuple[ShapedLink, ShapedLink]:
    """Both ends of a link with this rate each way, and this delay there and back."""
    path = Path("direct", Scope.INTERNET, "memory:1", "memory:2")
    left, right = (ShapedLink(Line(mbit * MBIT, delay_s / 2), path) for _ in range(2))
    left.other, right.other = right, left
    return left, right
