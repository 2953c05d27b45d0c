"""The directory: who publishes which libraries, what is announced, found, looked into and asked for.

Each request is answered with the message to send; what is in libraries an index keeps, which may take its time. Other
requests are carried out meanwhile, and sessions end: so whatever it answers is looked at with what there is then.
What is for everybody is in `publishing` and `looking`, what only members of a space see in `spaces`.
"""

from collections.abc import Callable

from signaling.core.answers import UNNUMBERED, failed, ok, unknown_library
from signaling.core.charging import charge
from signaling.core.control import OPEN, Control, handle_of
from signaling.core.effects import Count, Effect, Flagged, Tally
from signaling.core.flags import Flags
from signaling.core.libraries import Libraries, Library, peer_id
from signaling.core.looking import Looking
from signaling.core.policy import Policy
from signaling.core.publishing import Publishing
from signaling.core.rendezvous import AWAY_WAIT_S, Rendezvous
from signaling.core.sealed import SealedLibrary
from signaling.core.session import Session
from signaling.core.spaces import Spaces
from signaling.engine.base import Engine, Holder
from signaling.engine.index import Index
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import (
    Announce,
    Ask,
    Asked,
    Browse,
    DirectoryRequest,
    Peers,
    Publish,
    Search,
    Withdraw,
)
from signaling.protocol.flags import Flag
from signaling.protocol.messages import Error, Reply
from signaling.protocol.spaces import SealedAnnounce, SealedLook, SealedPublish, SealedRequest


class Directory:
    """Who may do what, how often, and who is told of it."""

    def __init__(
        self,
        policy: Policy,
        engine: Engine,
        index: Index,
        rendezvous: Rendezvous,
        entropy: Callable[[int], bytes],
        emit: Callable[[Effect], None],
    ) -> None:
        self.flags = Flags()
        """What the operator was told of."""
        self._policy = policy
        self._engine = engine
        self._rendezvous = rendezvous
        self._emit = emit
        self._control = OPEN
        self._libraries = Libraries()
        self._looking = Looking(index, self._libraries, emit)
        self._publishing = Publishing(policy, index, self._libraries, entropy, self._room)
        self.spaces = Spaces(policy, entropy, emit, self._room, index)
        """What only members see."""

    def __len__(self) -> int:
        return len(self._libraries)

    @property
    def totals(self) -> tuple[int, int, int]:
        """Libraries, files and folders of all, for the operator; of sealed ones nobody here knows the folders."""
        open_ones = self._publishing
        return len(self) + len(self.spaces), open_ones.files + self.spaces.files, open_ones.folders

    @property
    def entries(self) -> int:
        """What is kept for all libraries."""
        return self._publishing.files + self._publishing.folders + self.spaces.weight

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
                return await self._look(session, address, request, now)

    def govern(self, control: Control) -> None:
        """What the operator has decided holds from now on."""
        self._control = self._looking.control = control
        taken = [number for peer in control.taken_peers for number in self._libraries.of_peer(peer)]
        for library in filter(None, map(self._libraries.numbered, taken)):
            self._publishing.drop(library)
        for sealed in self.spaces.of_peers(control.taken_peers):
            self.spaces.drop(sealed)

    def end(self, session: Session) -> None:
        """A session is over, and all that it published."""
        for library in list(self._libraries.of_session(session).values()):
            self._publishing.drop(library)
        for sealed in list(self.spaces.of_session(session).values()):
            self.spaces.drop(sealed)

    def _room(self) -> int:
        return self._policy.directory_files - self.entries - self._publishing.coming

    def _named(self, name: str) -> Library | SealedLibrary | None:
        """Who knows the id of a sealed library may ask for it; whether it may have anything, its owner finds out."""
        return self._libraries.named(name) or self.spaces.named(name)

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
        return self._publishing.publish(session, request)

    def _withdraw(self, session: Session, request: Withdraw) -> Reply:
        sealed = self.spaces.of_session(session).get(request.library)
        library = self._libraries.of_session(session).get(request.library)
        if sealed is not None:
            self.spaces.drop(sealed)
        elif library is not None:
            self._publishing.drop(library)
        else:
            return unknown_library(request)
        return ok(request)

    async def _announce(self, session: Session, address: str, request: Announce, now: float) -> Reply:
        library = self._libraries.of_session(session).get(request.library)
        if library is None:
            return unknown_library(request)
        files = sum(len(folder.files) for folder in request.folders)
        refused = self._publishing.refusal(library, request)
        refused = refused or await self._charge_files(session, address, request, files + len(request.gone), now)
        return refused or await self._publishing.announce(library, request)

    async def _announce_sealed(self, session: Session, address: str, request: SealedAnnounce, now: float) -> Reply:
        """Looked up again once it may be: engines may take a while to say so."""
        refused = None
        if request.library in self.spaces.of_session(session):
            files = len(request.files) + len(request.gone)
            refused = await self._charge_files(session, address, request, files, now)
        library = self.spaces.of_session(session).get(request.library)
        if library is None:
            return unknown_library(request)
        return refused or await self.spaces.announce(library, request)

    async def _charge_files(
        self, session: Session, address: str, request: Announce | SealedAnnounce, files: int, now: float
    ) -> Error | None:
        """Count what is announced; the refusal, if that is too much."""
        rate = self._policy.announcing
        wait = await charge(self._engine, "announce", session, address, (rate, rate), min(files, rate.burst), now)
        if not wait:
            return None
        return failed(request, ErrorCode.RATE_LIMITED, "too many files announced from this address", wait)

    async def _look(
        self, session: Session, address: str, request: Search | Peers | Browse | SealedLook, now: float
    ) -> Reply:
        rates = self._policy.searching, self._policy.searching_address
        wait = await charge(self._engine, "search", session, address, rates, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "too many searches", wait)
        if isinstance(request, SealedLook):
            return self.spaces.look(request)
        return await self._looking.look(request)

    async def _ask(self, session: Session, address: str, request: Ask, now: float) -> Reply:
        library = self._named(request.library)
        if library is None:
            return unknown_library(request)
        owner = library.owner
        if owner is session:
            return failed(request, ErrorCode.BAD_MESSAGE, "a session cannot ask for its own library")
        if library.away:
            text = "whoever published this library has lost the connection"
            return failed(request, ErrorCode.SENDER_AWAY, text, AWAY_WAIT_S)
        wait = await charge(self._engine, "ask", session, address, (self._policy.asking,) * 2, 1, now)
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
        library = self._named(request.library)
        if library is None:
            return unknown_library(request)
        wait = await charge(self._engine, "flag", session, address, (self._policy.flagging,) * 2, 1, now)
        if wait:
            return failed(request, ErrorCode.RATE_LIMITED, "the operator was told of too much from here", wait)
        peer, by = peer_id(library.owner.key), peer_id(session.key)
        handle = "" if request.root is None else handle_of(request.root)
        name = library.shown.name if isinstance(library, Library) else ""
        told = self.flags.add(peer, handle, by)
        self._emit(Count(Tally.FLAGS, request.fault))
        self._emit(Flagged(name, peer, handle, request.fault, request.note, by, told))
        return ok(request)
