"""The index of the directory in this process: SQLite's FTS5 in memory, in a thread of its own."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from signaling.engine.entries import SLICE, Entries, flat
from signaling.engine.finding import browse, search
from signaling.engine.index import Counted, Matches, Page, Query
from signaling.engine.turns import Work, Worker
from signaling.protocol.directory import Folder


def available() -> bool:
    """Whether the SQLite of this Python has what is needed: FTS5, and RETURNING (3.35)."""
    with sqlite3.connect(":memory:") as database:
        options = {row[0] for row in database.execute("pragma compile_options")}
    return "ENABLE_FTS5" in options and sqlite3.sqlite_version_info >= (3, 35)


TIDYING: Final = 0
"""What is no library's."""


class FtsIndex:
    """See Index. `fault` is told, in a thread, when it fails at something that nobody waits for."""

    def __init__(self, fault: Callable[[Exception], None]) -> None:
        self._entries = Entries()
        self._live: set[int] = set()
        self._worker = Worker("directory", fault)
        self._tidying = False
        """Whether it is to be tidied up, and that has not begun."""

    def begin(self, library: int) -> None:
        """See Index."""
        self._live.add(library)

    def end(self, library: int) -> None:
        """See Index; the entries themselves go later."""
        self._live.discard(library)
        self._worker.leave(self._clear(library), library)
        self._tidy()

    async def announce(self, library: int, folders: Sequence[Folder], gone: Sequence[int], most: int) -> Counted | None:
        """See Index."""
        counted = await self._worker.ask(self._announce(library, folders, gone, most), library)
        self._tidy()
        return counted

    async def search(self, query: Query) -> Matches:
        """See Index."""
        return await self._worker.ask(self._search(query))

    async def browse(self, library: int, path: str, after: str) -> Page:
        """See Index."""
        return await self._worker.ask(self._browse(library, path, after))

    def close(self) -> None:
        """Let it all go."""
        self._worker.close()
        self._entries.database.close()

    def _announce(
        self, library: int, folders: Sequence[Folder], gone: Sequence[int], most: int
    ) -> Work[Counted | None]:
        files = flat(folders)
        if self._entries.after(library, (file for _, file in files), gone) > most:
            return None
        for start in range(0, len(gone), SLICE):
            self._entries.drop(library, gone[start : start + SLICE])
            yield
        for start in range(0, len(files), SLICE):
            if library not in self._live:
                break
            self._entries.add(library, files[start : start + SLICE])
            yield
        return self._entries.counted(library)

    def _search(self, query: Query) -> Work[Matches]:
        yield from ()
        return search(self._entries, query, self._live)

    def _browse(self, library: int, path: str, after: str) -> Work[Page]:
        yield from ()
        return browse(self._entries, library, path, after)

    def _clear(self, library: int) -> Work[None]:
        yield from self._entries.clear(library)

    def _tidy(self) -> None:
        """Have the index tidied up, by turns with what is written, until nothing is left to be."""
        if not self._tidying:
            self._tidying = True
            self._worker.leave(self._merge(), TIDYING)

    def _merge(self) -> Work[None]:
        self._tidying = False
        while self._entries.tidy():
            yield
