"""The WebSockets of one node that are open, by the numbers of their connections."""

import asyncio
from typing import Final

from signaling.http.wire import Wire
from signaling.protocol.codes import CloseCode

BATCH: Final = 256
"""Connections closed at once when the server ends."""

BATCH_S: Final = 0.05
"""Pause between two batches: 10,000 connections take two seconds."""


class Wires:
    """Found by their numbers, and waited for in the end."""

    def __init__(self) -> None:
        self._open: dict[int, Wire] = {}
        self._empty = asyncio.Event()

    def __len__(self) -> int:
        return len(self._open)

    def add(self, number: int, wire: Wire) -> None:
        """One is open."""
        self._open[number] = wire

    def remove(self, number: int) -> None:
        """One has gone."""
        del self._open[number]
        if not self._open:
            self._empty.set()

    def get(self, number: int) -> Wire | None:
        """The one of this connection, if it is still there."""
        return self._open.get(number)

    def all(self) -> tuple[Wire, ...]:
        """All that are open."""
        return tuple(self._open.values())

    async def close(self, code: CloseCode) -> None:
        """Close all, batch by batch: whoever comes back then does not come with all others."""
        waiting = self.all()
        for start in range(0, len(waiting), BATCH):
            for wire in waiting[start : start + BATCH]:
                wire.close(code)
            await asyncio.sleep(BATCH_S)

    async def wait_closed(self) -> None:
        """Until none is open."""
        while self._open:
            self._empty.clear()
            await self._empty.wait()
