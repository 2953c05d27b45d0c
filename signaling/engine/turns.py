"""Long work on the event loop, done so that nobody notices."""

import asyncio
from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Final, TypeVar

T = TypeVar("T")

BREAK_S: Final = 0.005
"""Pause between two steps of what nobody waits for, which takes a fifth of the time then."""

TURNS: Final = 4
"""Of the loop, before each part of what somebody waits for: what has arrived is read in one, handed over in the next,
answered in the third, and the answer is sent in the fourth at the latest."""


class LoopTurns:
    """Turns (signaling.engine.index) of the event loop. `fault` is told when something fails that nobody waits for."""

    def __init__(self, fault: Callable[[Exception], None]) -> None:
        self._fault = fault
        self._working = asyncio.Lock()
        self._left: deque[Iterator[None]] = deque()
        self._clearing: asyncio.Task[None] | None = None

    async def in_turns(self, work: Generator[None, None, T]) -> T:
        """See Turns."""
        async with self._working:
            while True:
                try:
                    next(work)
                except StopIteration as end:
                    result: T = end.value
                    return result
                await _let_others()

    def afterwards(self, work: Iterator[None]) -> None:
        """See Turns: one comes after the other."""
        self._left.append(work)
        if self._clearing is None:
            self._clearing = asyncio.get_running_loop().create_task(self._clear())

    def close(self) -> None:
        """Let it all go."""
        if self._clearing is not None:
            self._clearing.cancel()

    async def _clear(self) -> None:
        while self._left:
            try:
                for _ in self._left[0]:
                    await asyncio.sleep(BREAK_S)
            except Exception as error:
                self._fault(error)
            self._left.popleft()
        self._clearing = None


async def _let_others() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)
