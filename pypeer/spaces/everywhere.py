"""The open directory of a server, and the sealed spaces of this user there.

They are never asked for the same at once. What is sought in the open the server reads; the same words, or the same
handle, sought in a space would tell it what their tokens stand for. Only who is there is listed of all together.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from pypeer.errors import AbsentError, ServerError
from pypeer.finding.directory import Directory
from pypeer.finding.found import File, Folder, FoundLibrary, Hit
from pypeer.finding.sought import ALL, CONTACTS, HITS_DEFAULT, HITS_MAX, OPEN, Sought
from pypeer.secure.code import library_password
from pypeer.signaling_client.client import SignalingClient
from pypeer.spaces.directory import SpaceDirectory
from pypeer.spaces.merging import merged
from pypeer.spaces.shelf import is_of_contacts
from pypeer.spaces.shelves import Shelves
from pypeer.spaces.space import Space, same
from signaling.protocol.codes import ErrorCode

T = TypeVar("T")


class Everywhere:
    """Asks one server. `spaces` says which this user is in, and is asked again each time; `shelves` are those of
    contacts. `only` is the name of the one to look into, OPEN, ALL or CONTACTS; without it the libraries of all are
    listed, and nothing can be sought. All raise ServerError; `no-directory` is a server that keeps none."""

    def __init__(
        self,
        client: SignalingClient,
        spaces: Callable[[], Sequence[Space]],
        only: str | None = None,
        shelves: Shelves | None = None,
    ) -> None:
        self._client = client
        self._spaces = spaces
        self._only = only
        self._shelves = shelves or Shelves(client, None, list)
        self._open = Directory(client)
        self._known: dict[bytes, SpaceDirectory] = {}

    @property
    def hint(self) -> str:
        """What to add where something is not found in the open, for one who may have meant a space; or nothing."""
        if self._only != OPEN or not self._spaces():
            return ""
        return " If it is in a sealed space of yours, say in which: --space NAME, or --space all."

    def within(self, only: str) -> "Everywhere":
        """The same, for one space alone, or OPEN, ALL or CONTACTS."""
        return Everywhere(self._client, self._spaces, only, self._shelves)

    async def search(self, sought: Sought, limit: int = HITS_DEFAULT) -> list[Hit]:
        """Up to so many files, the best first."""
        limit = min(limit, HITS_MAX)
        if self._only == OPEN:
            return await self._open.search(sought, limit)
        assert self._only is not None, "what is sought is never told in the open and in a space at once"
        await self._look()
        return merged(await self._all([each.search(sought, limit) for each in self._sealed()]), limit)

    async def libraries(self) -> list[FoundLibrary]:
        """All that are here."""
        await self._look()
        work = [each.libraries() for each in self._sealed()]
        if self._only in (None, OPEN):
            work.insert(0, self._open.libraries())
        return [library for libraries in await self._all(work) for library in libraries]

    async def browse(self, library: FoundLibrary, path: str = "") -> list[Folder | File]:
        """All that is in a folder of a library; AbsentError if that is not there any more."""
        if not library.space:
            return await self._open.browse(library.library, path)
        return await self._of(library.space).browse(library.library, path)

    def password(self, space: str, library: str) -> bytes:
        """What the key exchange is fed with where a library is asked, which was found in a space, if it was in one."""
        return self._of(space).space.keys.password(library) if space else library_password(library)

    def _sealed(self) -> list[SpaceDirectory]:
        """The spaces to be asked; what was learned of each stays."""
        wanted = [space for space in (*self._spaces(), *self._shelves.known) if self._is_wanted(space)]
        self._known = {space.keys.key: self._directory(space) for space in wanted}
        return list(self._known.values())

    async def _look(self) -> None:
        """Learn of the spaces of contacts, if one of them may be meant."""
        if self._only in (None, ALL, CONTACTS) or is_of_contacts(self._only or ""):
            await self._shelves.look(needed=self._only not in (None, ALL))

    def _is_wanted(self, space: Space) -> bool:
        if self._only == CONTACTS:
            return space.owner is not None
        return self._only in (None, ALL) or (self._only != OPEN and same(space.name) == same(self._only or ""))

    def _directory(self, space: Space) -> SpaceDirectory:
        known = self._known.get(space.keys.key)
        return known if known is not None and known.space == space else SpaceDirectory(self._client, space)

    def _of(self, name: str) -> SpaceDirectory:
        """The space of a name; raises AbsentError for one that was left meanwhile."""
        for each in self._sealed():
            if each.space.name == name:
                return each
        raise AbsentError(f"You are not in the space {name!r} any more.")

    async def _all(self, work: Sequence[Coroutine[Any, Any, list[T]]]) -> list[list[T]]:
        """All answers. A server that knows no spaces is as good as one on which they are empty, unless one was asked
        for."""
        answers = await asyncio.gather(*work, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not self._is_for_nothing(answer):
                raise self._explained(answer)
        return [answer for answer in answers if isinstance(answer, list)]

    def _is_for_nothing(self, error: BaseException) -> bool:
        return self._only is None and isinstance(error, ServerError) and error.code == ErrorCode.UNKNOWN_TYPE

    def _explained(self, error: BaseException) -> BaseException:
        if isinstance(error, ServerError) and error.code == ErrorCode.UNKNOWN_TYPE:
            text = f"The server at {self._client.url} knows no sealed spaces: its operator has to update it."
            return ServerError(text, error.code, retry=False)
        return error
