"""Sealed spaces: who publishes what in which, and who finds it. Whoever does not know the tag of a space is told the
same as if there were none. What a space is, and what is in it, nobody here knows.
"""

from collections.abc import Callable, Container, Generator

import msgspec

from signaling.core.answers import UNNUMBERED, failed, ok, unknown_library
from signaling.core.effects import Count, Effect, Tally
from signaling.core.hits import ROOM, fitting
from signaling.core.libraries import LIBRARY_BYTES, peer_id
from signaling.core.policy import Policy
from signaling.core.sealed import SealedLibrary, Space, found
from signaling.core.session import Session
from signaling.engine.index import Turns
from signaling.engine.sealed import parts
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Published
from signaling.protocol.encoding import b64, is_canonical
from signaling.protocol.messages import Reply
from signaling.protocol.spaces import (
    KeyBox,
    Keyring,
    Keys,
    SealedAnnounce,
    SealedBrowse,
    SealedFound,
    SealedHere,
    SealedListing,
    SealedLook,
    SealedPeers,
    SealedPublish,
    SealedSearch,
    SealedShelf,
)


class Spaces:
    """All of one server. `room` says how many files more the directory has room for, `turns` lets others go on."""

    def __init__(
        self,
        policy: Policy,
        entropy: Callable[[int], bytes],
        emit: Callable[[Effect], None],
        room: Callable[[], int],
        turns: Turns,
    ) -> None:
        self.files = 0
        self.weight = 0
        """What is in all of them, in files of open libraries."""
        self._policy = policy
        self._entropy = entropy
        self._emit = emit
        self._room = room
        self._turns = turns
        self._numbers = 0
        self._spaces: dict[str, Space] = {}
        self._libraries: dict[str, SealedLibrary] = {}
        self._keys: dict[str, dict[int, KeyBox]] = {}
        """Boxes by token, then by the number of their library: the newest last."""
        self._of_session: dict[str, dict[str, SealedLibrary]] = {}

    def __len__(self) -> int:
        return len(self._libraries)

    def named(self, name: str) -> SealedLibrary | None:
        """The library of that id."""
        return self._libraries.get(name)

    def of_session(self, session: Session) -> dict[str, SealedLibrary]:
        """What a session has published, by id."""
        return self._of_session.get(session.id, {})

    def of_peers(self, peers: Container[str]) -> list[SealedLibrary]:
        """What these identities have published."""
        return [library for library in self._libraries.values() if peer_id(library.owner.key) in peers]

    def publish(self, session: Session, request: SealedPublish) -> Reply:
        """Begin a library."""
        if len(request.keys) > max(0, self._room()):
            return failed(request, ErrorCode.TOO_MANY, "the directory has no room for the keys of this library")
        self._numbers += 1
        shown = SealedShelf(
            library=b64(self._entropy(LIBRARY_BYTES)),
            peer=session.key,
            box=request.box,
            ask=request.ask,
            reach=request.reach,
        )
        tokens = tuple(dict.fromkeys(key.token for key in request.keys))
        library = SealedLibrary(self._numbers, request.space, session, shown, len(tokens), tokens)
        self.weight += library.weight
        for key in request.keys:
            self._keys.setdefault(key.token, {})[library.number] = key
        self._libraries[shown.library] = library
        self._of_session.setdefault(session.id, {})[shown.library] = library
        self._spaces.setdefault(request.space, Space()).libraries[library.number] = library
        most = self._policy.files_per_library
        return Published(seq=UNNUMBERED, re=request.id, library=shown.library, most=most)

    def drop(self, library: SealedLibrary) -> None:
        """End a library; a space in which nothing is left is forgotten."""
        name, owner, space = library.shown.library, library.owner.id, self._spaces[library.space]
        del self._libraries[name], self._of_session[owner][name], space.libraries[library.number]
        if not self._of_session[owner]:
            del self._of_session[owner]
        self.files -= library.shown.files
        self.weight -= library.weight
        space.entries.end(library.number)
        self._turns.afterwards(space.entries.forget())
        for token in library.tokens:
            del self._keys[token][library.number]
            if not self._keys[token]:
                del self._keys[token]
        if not space.libraries:
            del self._spaces[library.space]

    async def announce(self, library: SealedLibrary, request: SealedAnnounce) -> Reply:
        """Take what is new in a library of whoever announces it."""
        if not all(is_canonical(each.tag) and is_canonical(each.box) for each in request.files):
            return failed(request, ErrorCode.BAD_MESSAGE, "a tag or a box is no base64url")
        return await self._turns.in_turns(self._taking(library, request))

    def look(self, request: SealedLook) -> Reply:
        """Search a space, or look who is there, or into a library."""
        match request:
            case SealedSearch():
                return self._search(request)
            case SealedPeers():
                return self._peers(request)
            case Keys():
                found = (self._keys[token] for token in dict.fromkeys(request.tokens) if token in self._keys)
                newest = tuple(boxes[max(boxes)] for boxes in found)
                return Keyring(seq=UNNUMBERED, re=request.id, keys=newest)
            case _:
                return self._browse(request)

    def _is_there(self, library: SealedLibrary) -> bool:
        return self.named(library.shown.library) is library

    def _taking(self, library: SealedLibrary, request: SealedAnnounce) -> Generator[None, None, Reply]:
        """In parts, between which the library may end. Room is taken for all of it before the first."""
        if not self._is_there(library):
            return unknown_library(request)
        entries = self._spaces[library.space].entries
        files, weight = entries.growth(library.number, request.files, request.gone)
        if library.shown.files + files > self._policy.files_per_library or weight > max(0, self._room()):
            text = f"a library may have {self._policy.files_per_library} files, and the directory has room for "
            return failed(request, ErrorCode.TOO_MANY, text + str(max(0, self._room())))
        self.weight += weight
        library.weight += weight
        gone = request.gone
        for part in parts(request.files):
            yield
            if not self._is_there(library):
                return unknown_library(request)
            entries.change(library.number, part, gone)
            gone = ()
        self.files += files
        there, whole = library.shown.files + files, library.shown.whole or request.whole
        library.shown = msgspec.structs.replace(library.shown, files=there, whole=whole)
        return ok(request)

    def _search(self, request: SealedSearch) -> Reply:
        space = self._spaces.get(request.space)
        if request.tag is not None and not is_canonical(request.tag):
            return failed(request, ErrorCode.BAD_MESSAGE, "no tag of a file")
        hits, shelves, more = ((), (), False) if space is None else found(space, request)
        self._emit(Count(Tally.SEARCHES, "found" if hits else "nothing"))
        return SealedFound(seq=UNNUMBERED, re=request.id, hits=hits, libraries=shelves, more=more)

    def _peers(self, request: SealedPeers) -> Reply:
        space = self._spaces.get(request.space, Space())
        there = {library.shown.library: library for library in space.libraries.values()}
        later = sorted(name for name in there if request.after is None or name > request.after)
        shelves, room = fitting((there[name].shelf for name in later), ROOM)
        return SealedHere(seq=UNNUMBERED, re=request.id, libraries=shelves, more=not room)

    def _browse(self, request: SealedBrowse) -> Reply:
        library = self.named(request.library)
        if library is None or library.space != request.space:
            return unknown_library(request)
        page, more = self._spaces[library.space].entries.browse(library.number, request.after)
        files, room = fitting(page, ROOM)
        return SealedListing(seq=UNNUMBERED, re=request.id, files=files, more=more or not room)
