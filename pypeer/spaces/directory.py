"""A sealed space at one server, as a member asks it. Follows pages."""

from typing import Final

from pypeer.errors import ServerError
from pypeer.finding import found
from pypeer.finding.directory import PAGES_MAX, PATIENCE_S, gone
from pypeer.finding.found import File, Folder, FoundLibrary, Hit
from pypeer.finding.sought import HITS_DEFAULT, Sought
from pypeer.signaling_client.client import SignalingClient
from pypeer.spaces.blinding import Blinder
from pypeer.spaces.boxes import SealedFile
from pypeer.spaces.opened import Reader
from pypeer.spaces.space import Space
from pypeer.spaces.tree import inside
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.spaces import (
    SealedBrowse,
    SealedFound,
    SealedHere,
    SealedListing,
    SealedPeers,
    SealedSearch,
)

STEP: Final = limits.SEARCH_HITS_MAX
"""Hits of one page: all are looked at, and what is best is known only then."""


class SpaceDirectory:
    """Asks one server about one space. All raise ServerError; `unknown-type` is one that knows no spaces."""

    def __init__(self, client: SignalingClient, space: Space) -> None:
        self.space = space
        self.reader = Reader(space.keys, space.owner)
        self._client = client
        self._tag = space.keys.tag
        self._blinder = Blinder(space.keys)

    async def search(self, sought: Sought, limit: int = HITS_DEFAULT) -> list[Hit]:
        """Up to so many files, the best first. What it is narrowed down to, the server is not told."""
        groups = self._blinder.groups(sought.words)
        tag = None if sought.handle is None else self.space.keys.file_tag(sought.handle)
        ranked: list[tuple[int, Hit]] = []
        for skip in range(0, limits.SEARCH_SKIP_MAX + 1, STEP) if groups or tag else ():
            request = SealedSearch(id=1, space=self._tag, words=groups, tag=tag, skip=skip, limit=STEP)
            answer = await self._client.ask(request, SealedFound, PATIENCE_S)
            for order, told in self.reader.found(answer, sought):
                ranked += ((order, hit) for hit in found.hits(told, self.space.name))
            if not answer.more or not answer.hits:
                break
        return [hit for _, hit in sorted(ranked, key=lambda each: each[0])][:limit]

    async def libraries(self) -> list[FoundLibrary]:
        """All that are in it."""
        here: dict[str, FoundLibrary] = {}
        after = None
        for _ in range(PAGES_MAX):
            request = SealedPeers(id=1, space=self._tag, after=after)
            answer = await self._client.ask(request, SealedHere, PATIENCE_S)
            opened = (found.library(shelf, self.space.name) for shelf in self.reader.shelves(answer.libraries))
            here |= {library.library: library for library in opened}
            last = answer.libraries[-1].library if answer.libraries else after
            if not answer.more or last == after:
                break
            after = last
        return list(here.values())

    async def browse(self, library: str, path: str = "") -> list[Folder | File]:
        """All that is in a folder of a library; AbsentError if the library is not there any more."""
        if not self.reader.knows(library):
            await self.libraries()
        if not self.reader.knows(library):
            raise gone()
        return inside(await self._files(library), path)

    async def _files(self, library: str) -> list[SealedFile]:
        files: list[SealedFile] = []
        after = 0
        for _ in range(PAGES_MAX):
            request = SealedBrowse(id=1, space=self._tag, library=library, after=after)
            try:
                answer = await self._client.ask(request, SealedListing, PATIENCE_S)
            except ServerError as error:
                if error.code == ErrorCode.UNKNOWN_LIBRARY:
                    raise gone() from None
                raise
            files += self.reader.files(library, (item.box for item in answer.files))
            if not answer.more or not answer.files or answer.files[-1].place <= after:
                break
            after = answer.files[-1].place
        return files
