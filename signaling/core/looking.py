"""What is told of libraries that are published for everybody: who is here, what is found, what is in a folder.

An index answers, which may take its time; what it says is held against what there is then.
"""

import base64
from collections.abc import Callable

from signaling.core.answers import UNNUMBERED, unknown_library
from signaling.core.control import OPEN, Control
from signaling.core.effects import Count, Effect, Tally
from signaling.core.hits import ROOM, Hits, fitting
from signaling.core.libraries import Libraries
from signaling.engine.index import Index, Matches, Query
from signaling.protocol.directory import Browse, Found, Here, Listing, Peers, Search
from signaling.protocol.messages import Reply


class Looking:
    """The rules over an index. `control` is what the operator wants left out of every answer."""

    def __init__(self, index: Index, libraries: Libraries, emit: Callable[[Effect], None]) -> None:
        self.control: Control = OPEN
        self._index = index
        self._libraries = libraries
        self._emit = emit

    async def look(self, request: Search | Peers | Browse) -> Reply:
        """Carry out a request."""
        match request:
            case Search():
                return await self._search(request)
            case Browse():
                return await self._browse(request)
            case _:
                return self._peers(request)

    async def _search(self, request: Search) -> Reply:
        found = Matches((), False)
        libraries = None if request.peer is None else self._libraries.of_peer(request.peer)
        if libraries != ():
            found = await self._index.search(_query(request, libraries))
        told = Hits(self._libraries)
        more = not told.fill(each for each in found.matches if not self.control.hides(each.root)) or found.more
        self._emit(Count(Tally.SEARCHES, "found" if told.hits else "nothing"))
        return Found(seq=UNNUMBERED, re=request.id, hits=tuple(told.hits), libraries=tuple(told.shelves), more=more)

    def _peers(self, request: Peers) -> Reply:
        shelves, room = fitting((library.shelf for library in self._libraries.after(request.after)), ROOM)
        return Here(seq=UNNUMBERED, re=request.id, libraries=shelves, more=not room)

    async def _browse(self, request: Browse) -> Reply:
        library = self._libraries.named(request.library)
        if library is None:
            return unknown_library(request)
        page = await self._index.browse(library.number, request.path, request.after)
        if library not in self._libraries:
            return unknown_library(request)
        folders, room = fitting(page.folders, ROOM)
        files, room = fitting((file for file in page.files if not self.control.hides(file.root)), room)
        return Listing(seq=UNNUMBERED, re=request.id, folders=folders, files=files, more=page.more or not room)


def _query(request: Search, libraries: tuple[int, ...] | None) -> Query:
    handle = None if request.handle is None else base64.b32decode(request.handle.upper())
    return Query(
        words=request.words,
        handle=handle,
        kind=request.kind,
        least=request.least,
        most=request.most,
        libraries=libraries,
        skip=request.skip,
        limit=request.limit,
    )
