"""The directory of a server, as one asks it: searches, who is here, what is in a library. Follows pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pypeer.errors import AbsentError, ServerError
from pypeer.finding import found
from pypeer.finding.found import File, Folder, FoundLibrary, Hit
from pypeer.finding.sought import HITS_DEFAULT, HITS_MAX, Sought
from pypeer.signaling_client.client import SignalingClient
from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Browse, Found, Here, Listing, Peers, Search

PATIENCE_S: Final = 15.0
"""How long a person waits for a server that is asked too often."""

PAGES_MAX: Final = 10_000
"""Pages that are followed at most: some million names, more than anybody reads, and an end to a server without one."""


class Directory:
    """Asks one server. All raise ServerError; `no-directory` is one that keeps none."""

    def __init__(self, client: SignalingClient) -> None:
        self._client = client

    async def search(self, sought: Sought, limit: int = HITS_DEFAULT) -> list[Hit]:
        """Up to so many files, the best first."""
        hits: list[Hit] = []
        limit = min(limit, HITS_MAX)
        more = True
        while more and len(hits) < limit:
            request = Search(
                id=1,
                words=tellable(sought.words)[: limits.SEARCH_CHARS],
                handle=sought.handle,
                kind=sought.kind,
                least=sought.least,
                most=sought.most,
                peer=sought.peer,
                skip=min(len(hits), limits.SEARCH_SKIP_MAX),
                limit=min(limit - len(hits), limits.SEARCH_HITS_MAX),
            )
            with self._asking():
                answer = await self._client.ask(request, Found, PATIENCE_S)
                page = found.hits(answer)
            hits += page
            more = answer.more and bool(page)
        return hits[:limit]

    async def libraries(self) -> list[FoundLibrary]:
        """All that are here."""
        here: dict[str, FoundLibrary] = {}
        after = None
        for _ in range(PAGES_MAX):
            with self._asking():
                answer = await self._client.ask(Peers(id=1, after=after), Here, PATIENCE_S)
                page = [found.library(shelf) for shelf in answer.libraries]
            is_new = any(each.library not in here for each in page)
            here |= {each.library: each for each in page}
            if not answer.more or not is_new:
                break
            after = page[-1].library
        return list(here.values())

    async def browse(self, library: str, path: str = "") -> list[Folder | File]:
        """All that is in a folder of a library, as the server calls it; AbsentError if that is not there any more."""
        things: list[Folder | File] = []
        after = ""
        for _ in range(PAGES_MAX):
            with self._asking():
                request = Browse(id=1, library=library, path=tellable(path), after=after)
                answer = await self._client.ask(request, Listing, PATIENCE_S)
                page: list[Folder | File] = [*found.folders(answer, path), *found.files(answer, path)]
            things += page
            names = [each.name for each in answer.folders] + [each.name for each in answer.files]
            if not answer.more or not names or names[-1] == after:
                break
            after = names[-1]
        return things

    @contextmanager
    def _asking(self) -> Iterator[None]:
        if limits.CAP_DIRECTORY not in self._client.caps:
            raise self._without()
        try:
            yield
        except ServerError as error:
            if error.code in (ErrorCode.NO_DIRECTORY, ErrorCode.UNKNOWN_TYPE):
                raise self._without() from None
            if error.code == ErrorCode.UNKNOWN_LIBRARY:
                raise gone() from None
            raise
        except ValueError as error:
            raise ServerError(f"The server answered with what cannot be: {error}.", "protocol", False) from None

    def _without(self) -> ServerError:
        return ServerError(
            f"The server at {self._client.url} keeps no directory, so nothing can be found there: use another server "
            "(--server), or ask for a code.",
            ErrorCode.NO_DIRECTORY.value,
            retry=False,
        )


def tellable(text: str) -> str:
    """A text as the contract takes it, whatever bytes the command line had: the server would refuse no Unicode."""
    return text.encode("utf-8", "replace").decode()


def gone() -> AbsentError:
    """A library ended between being found and being asked."""
    return AbsentError("That library is not here any more: its owner has gone. Search again.")
