"""The directory: who publishes which libraries, what is announced, found, looked into and asked for.

Each request is answered with the message to send; what is in libraries an index keeps, which may take its time. Other
requests are carried out meanwhile, and sessions end: so whatever it answers is looked at with what there is then.
"""

import base64
from collections.abc import Callable
from itertools import count
from typing import Final

import msgspec

from signaling.core.announced import fault_of
from signaling.core.answers import UNNUMBERED, failed, ok
from signaling.core.control import HANDLE_BYTES, OPEN, Control
from signaling.core.effects import Count, Effect, Flagged, Tally
from signaling.core.flags import Flags
from signaling.core.hits import ROOM, Hits, fitting
from signaling.core.libraries import Libraries, Library, peer_id
from signaling.core.policy import Policy
from signaling.core.quota import Rate
from signaling.core.rendezvous import AWAY_WAIT_S, Rendezvous
from signaling.core.session import Session
from signaling.core.spaces import SealedLibrary, Spaces
from signaling.engine.base import Engine, Holder
from signaling.engine.index import Counted, Index, Matches, Query
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import (
    Announce,
    Ask,
    Asked,
    Browse,
    DirectoryRequest,
    Flag,
    Found,
    Here,
    Listing,
    Peers,
    Publish,
    Published,
    Search,
    Shelf,
    Withdraw,
)
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.messages import Error, Reply
from signaling.protocol.spaces import SealedAnnounce, SealedLook, SealedPublish, SealedRequest

LIBRARY_BYTES: Final = 12
"""Random bytes of a library's id: never twice in a life of a server."""


class Directory:
    """The rules over an index."""

    def __init__(
        self,
        policy: Policy,
        engine: Engine,
        index: Index,
        rendezvous: Rendezvous,
        entropy: Callable[[int], bytes],
        emit: Callable[[Effect], None],
    ) -> None:
        self.files = 0
        self.folders = 0
        """In all libraries."""
        self._coming = 0
        """Files that are being announced and may be more than before."""
        self._policy = policy
        self._engine = engine
        self._index = index
        self._rendezvous = rendezvous
        self._entropy = entropy
        self._emit = emit
        self._numbers = count(1)
        self._libraries = Libraries()
        self._control = OPEN
        self.flags = Flags()
        """What the operator was told of."""
        self.spaces = Spaces(policy, entropy, emit, lambda: policy.directory_files - self.entries - self._coming)
        """What only members see."""

    def __len__(self) -> int:
        return len(self._libraries)

    @property
    def totals(self) -> tuple[int, int, int]:
        """Libraries, files and folders of all, for the operator; of sealed ones nobody here knows the folders."""
        return len(self) + len(self.spaces), self.files + self.spaces.files, self.folders

    @property
    def entries(self) -> int:
        """What is kept for all libraries."""
        return self.files + self.folders + self.spaces.weight

    async def answer(
        self, session: Session, address: str, request: DirectoryRequest | SealedRequest | Ask, now: float
    ) -> Reply:
        """Carry out a request."""
        match request:
            case Publish() | SealedPublish():
                return self._publish(session, request)
            case Announce():
                return await self._announce(session, address, request, now)
            case SealedAnnounce():
                return await self._announce_sealed(session, address, request, now)
            case Withdraw():
                return self._withdraw(session, request)
            case Ask():
                return await self._ask(session, address, request, now)
            case Flag():
                return await self._flag(session, address, request, now)
            case _:
                return await self._limited_look(session, address, request, now)

    def govern(self, control: Control) -> None:
        """What the operator has decided holds from now on."""
        self._control = control
        taken = [number for peer in control.taken_peers for number in self._libraries.of_peer(peer)]
        for library in filter(None, map(self._libraries.numbered, taken)):
            self._drop(library)
        for sealed in self.spaces.of_peers(control.taken_peers):
            self.spaces.drop(sealed)

    def end(self, session: Session) -> None:
        """A session is over, and all that it published."""
        for library in list(self._libraries.of_session(session).values()):
            self._drop(library)
        for sealed in list(self.spaces.of_session(session).values()):
            self.spaces.drop(sealed)

    def _publish(self, session: Session, request: Publish | SealedPublish) -> Reply:
        if peer_id(session.key) in self._control.taken_peers:
            text = "the operator of this server has taken down what you publish: ask there"
            return failed(request, ErrorCode.TAKEN_DOWN, text)
        published = len(self._libraries.of_session(session)) + len(self.spaces.of_session(session))
        if published >= self._policy.libraries_per_session:
            text = f"a session may publish {self._policy.libraries_per_session} libraries"
            return failed(request, ErrorCode.TOO_MANY, text)
        if isinstance(request, SealedPublish):
            return self.spaces.publish(session, request)
        shown = Shelf(
            library=b64(self._entropy(LIBRARY_BYTES)),
            peer=session.key,
            name=request.name,
            description=request.description,
            ask=request.ask,
            reach=request.reach,
        )
        library = Library(next(self._numbers), session, shown)
        self._libraries.add(library)
        self._index.begin(library.number)
        most = self._policy.files_per_library
        return Published(seq=UNNUMBERED, re=request.id, library=shown.library, most=most)

    def _withdraw(self, session: Session, request: Withdraw) -> Reply:
        sealed = self.spaces.of_session(session).get(request.library)
        if sealed is not None:
            self.spaces.drop(sealed)
            return ok(request)
        library = self._libraries.of_session(session).get(request.library)
        if library is None:
            return _unknown(request)
        self._drop(library)
        return ok(request)

    def _drop(self, library: Library) -> None:
        self._libraries.remove(library)
        self.files -= library.shown.files
        self.folders -= library.folders
        self._index.end(library.number)

    async def _announce(self, session: Session, address: str, request: Announce, now: float) -> Reply:
        library = self._libraries.of_session(session).get(request.library)
        if library is None:
            return _unknown(request)
        fault = fault_of(request.folders)
        if fault:
            return failed(request, ErrorCode.BAD_MESSAGE, fault)
        files = sum(len(folder.files) for folder in request.folders)
        if files and library.folders >= self._policy.files_per_library:
            text = f"a library may have {self._policy.files_per_library} folders"
            return failed(request, ErrorCode.TOO_MANY, text)
        refused = await self._charge(session, address, request, files + len(request.gone), now)
        if refused is not None:
            return refused
        granted = max(0, min(files, self._policy.directory_files - self.entries - self._coming))
        self._coming += granted
        library.coming += granted
        most = min(self._policy.files_per_library, library.shown.files + library.coming)
        try:
            counted = await self._index.announce(library.number, request.folders, request.gone, most)
        finally:
            self._coming -= granted
            library.coming -= granted
        return self._announced(library, request, counted)

    async def _announce_sealed(self, session: Session, address: str, request: SealedAnnounce, now: float) -> Reply:
        """Looked up again once it may be: engines may take a while to say so."""
        refused = None
        if request.library in self.spaces.of_session(session):
            refused = await self._charge(session, address, request, len(request.files) + len(request.gone), now)
        library = self.spaces.of_session(session).get(request.library)
        if library is None:
            return _unknown(request)
        return refused or self.spaces.announce(library, request)

    async def _charge(
        self, session: Session, address: str, request: Announce | SealedAnnounce, files: int, now: float
    ) -> Error | None:
        """Count what is announced; the refusal, if that is too much."""
        rate = self._policy.announcing
        wait = await self._take("announce", session, address, (rate, rate), min(files, rate.burst), now)
        if not wait:
            return None
        return failed(request, ErrorCode.RATE_LIMITED, "too many files announced from this address", wait)

    def _announced(self, library: Library, request: Announce, counted: Counted | None) -> Reply:
        if library not in self._libraries:
            return _unknown(request)
        if counted is None:
            text = f"a library may have {self._policy.files_per_library} files, and the directory has room for "
            text += str(max(0, self._policy.directory_files - self.entries))
            return failed(request, ErrorCode.TOO_MANY, text)
        self.files += counted.files - library.shown.files
        self.folders += counted.folders - library.folders
        library.folders = counted.folders
        whole = library.shown.whole or request.whole
        changed = {"files": counted.files, "bytes": counted.bytes, "whole": whole}
        library.shown = msgspec.structs.replace(library.shown, **changed)
        return ok(request)

    async def _limited_look(
        self, session: Session, address: str, request: Search | Peers | Browse | SealedLook, now: float
    ) -> Reply:
        rates = self._policy.searching, self._policy.searching_address
        wait = await self._take("search", session, address, rates, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many searches", wait)
        match request:
            case Search():
                return await self._search(request)
            case Browse():
                return await self._browse(request)
            case Peers():
                return self._peers(request)
            case _:
                return self.spaces.look(request)

    async def _search(self, request: Search) -> Reply:
        found = Matches((), False)
        libraries = None if request.peer is None else self._libraries.of_peer(request.peer)
        if libraries != ():
            found = await self._index.search(_query(request, libraries))
        told = Hits(self._libraries)
        more = not told.fill(each for each in found.matches if not self._control.hides(each.root)) or found.more
        self._emit(Count(Tally.SEARCHES, "found" if told.hits else "nothing"))
        return Found(seq=UNNUMBERED, re=request.id, hits=tuple(told.hits), libraries=tuple(told.shelves), more=more)

    def _peers(self, request: Peers) -> Reply:
        shelves, room = fitting((library.shelf for library in self._libraries.after(request.after)), ROOM)
        return Here(seq=UNNUMBERED, re=request.id, libraries=shelves, more=not room)

    async def _browse(self, request: Browse) -> Reply:
        library = self._libraries.named(request.library)
        if library is None:
            return _unknown(request)
        page = await self._index.browse(library.number, request.path, request.after)
        if library not in self._libraries:
            return _unknown(request)
        folders, room = fitting(page.folders, ROOM)
        files, room = fitting((file for file in page.files if not self._control.hides(file.root)), room)
        return Listing(seq=UNNUMBERED, re=request.id, folders=folders, files=files, more=page.more or not room)

    async def _ask(self, session: Session, address: str, request: Ask, now: float) -> Reply:
        """Who knows the id of a sealed library may ask for it; whether it may have anything, its owner finds out."""
        library: Library | SealedLibrary | None = self._libraries.named(request.library)
        library = library or self.spaces.named(request.library)
        if library is None:
            return _unknown(request)
        owner = library.owner
        if owner is session:
            return failed(request, ErrorCode.BAD_MESSAGE, "a session cannot ask for its own library")
        if library.away:
            text = "whoever published this library has lost the connection"
            return failed(request, ErrorCode.SENDER_AWAY, text, AWAY_WAIT_S)
        wait = await self._take("ask", session, address, (self._policy.asking,) * 2, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many libraries asked for from this address", wait)
        holder = Holder(owner.id, owner.key, now)
        return await self._rendezvous.meet(
            session,
            holder,
            request,
            None,
            lambda pair: Asked(seq=UNNUMBERED, pair=pair, library=request.library, peer=session.key),
        )

    async def _flag(self, session: Session, address: str, request: Flag, now: float) -> Reply:
        library: Library | SealedLibrary | None = self._libraries.named(request.library)
        library = library or self.spaces.named(request.library)
        if library is None:
            return _unknown(request)
        wait = await self._take("flag", session, address, (self._policy.flagging,) * 2, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "the operator was told of too much from here", wait)
        peer, by = peer_id(library.owner.key), peer_id(session.key)
        handle = "" if request.root is None else handle_of(request.root)
        name = library.shown.name if isinstance(library, Library) else ""
        told = self.flags.add(peer, handle, by)
        self._emit(Count(Tally.FLAGS, request.fault))
        self._emit(Flagged(name, peer, handle, request.fault, request.note, by, told))
        return ok(request)

    async def _take(
        self, what: str, session: Session, address: str, rates: tuple[Rate, Rate], cost: float, now: float
    ) -> float:
        """Count something for an identity, then for an address; the seconds to wait, if it is too much."""
        wait = await self._engine.take(f"{what} {session.key}", rates[0], cost, now)
        return wait or await self._engine.take(f"{what} {address}", rates[1], cost, now)


def handle_of(root: str) -> str:
    """The handle of a root, as messages have it."""
    return base64.b32encode(unb64(root)[:HANDLE_BYTES]).decode("ascii").lower()


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


def _unknown(request: DirectoryRequest | SealedRequest | Ask) -> Error:
    return failed(
        request, ErrorCode.UNKNOWN_LIBRARY, "this library is not there, or is another session's: search again"
    )
