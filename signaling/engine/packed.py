"""The index of the directory in the memory of this process: see signaling.engine.entries."""

import asyncio
from collections.abc import Callable, Generator, Sequence
from typing import Final, TypeVar

from signaling.engine.entries import Entries, parts
from signaling.engine.finding import browse, search
from signaling.engine.index import Counted, Matches, Page, Query
from signaling.protocol.listed import Folder

T = TypeVar("T")

BREAK_S: Final = 0.005
"""Pause between two steps of tidying up, which takes a fifth of the time then."""

TURNS: Final = 4
"""Of the loop, before each part of an announcement: what has arrived is read in one, handed over in the next, answered
in the third, and the answer is sent in the fourth at the latest."""


class PackedIndex:
    """See Index. `fault` is told when it fails at something that nobody waits for.

    A search is carried out at once, and an announcement in parts of a millisecond or two, between which the loop has
    turns for whatever else arrives: so nobody who searches waits for one, nor for several, which follow each other.
    """

    def __init__(self, fault: Callable[[Exception], None]) -> None:
        self._entries = Entries()
        self._fault = fault
        self._working = asyncio.Lock()
        self._tidying: asyncio.Task[None] | None = None

    def begin(self, library: int) -> None:
        """See Index."""
        self._entries.begin(library)

    def end(self, library: int) -> None:
        """See Index."""
        self._entries.end(library)
        self._tidy()

    async def announce(self, library: int, folders: Sequence[Folder], gone: Sequence[int], most: int) -> Counted | None:
        """See Index."""
        return await self.in_turns(self._taking(library, folders, gone, most))

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

    async def search(self, query: Query) -> Matches:
        """See Index."""
        return search(self._entries, query)

    async def browse(self, library: int, path: str, after: str) -> Page:
        """See Index."""
        return browse(self._entries, library, path, after)

    def close(self) -> None:
        """Let it all go."""
        if self._tidying is not None:
            self._tidying.cancel()

    def _taking(
        self, library: int, folders: Sequence[Folder], gone: Sequence[int], most: int
    ) -> Generator[None, None, Counted | None]:
        if not self._entries.fits(library, folders, gone, most):
            return None
        for part in parts(folders):
            yield
            self._entries.announce(library, part, gone)
            gone = ()
        self._tidy()
        return self._entries.counted(library)

    def _tidy(self) -> None:
        if self._entries.untidy and self._tidying is None:
            self._tidying = asyncio.get_running_loop().create_task(self._sweep())

    async def _sweep(self) -> None:
        try:
            for _ in self._entries.tidy():
                await asyncio.sleep(BREAK_S)
        except Exception as error:
            self._fault(error)
        self._tidying = None


async def _let_others() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)
