"""The index of the directory in the memory of this process: see signaling.engine.entries."""

from collections.abc import Callable, Generator, Iterator, Sequence

from signaling.engine.entries import Entries, parts
from signaling.engine.finding import browse, search
from signaling.engine.index import Counted, Matches, Page, Query
from signaling.engine.turns import LoopTurns
from signaling.protocol.listed import Folder


class PackedIndex(LoopTurns):
    """See Index. `fault` is told when it fails at something that nobody waits for.

    A search is carried out at once, and an announcement in parts of a millisecond or two, between which the loop has
    turns for whatever else arrives: so nobody who searches waits for one, nor for several, which follow each other.
    """

    def __init__(self, fault: Callable[[Exception], None]) -> None:
        super().__init__(fault)
        self._entries = Entries()
        self._is_tidying = False

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

    async def search(self, query: Query) -> Matches:
        """See Index."""
        return search(self._entries, query)

    async def browse(self, library: int, path: str, after: str) -> Page:
        """See Index."""
        return browse(self._entries, library, path, after)

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
        if self._entries.untidy and not self._is_tidying:
            self._is_tidying = True
            self.afterwards(self._tidied())

    def _tidied(self) -> Iterator[None]:
        try:
            yield from self._entries.tidy()
        finally:
            self._is_tidying = False
