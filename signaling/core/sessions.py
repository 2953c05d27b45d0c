"""All sessions of a node: made, resumed, left alone for the grace time, ended; and what each is told."""

from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec

from signaling.core.answers import failed
from signaling.core.contacts import Contacts
from signaling.core.directory import Directory
from signaling.core.effects import Count, Effect, Send, Tally
from signaling.core.locators import Locators
from signaling.core.policy import Policy
from signaling.core.quota import Bucket
from signaling.core.rendezvous import Rendezvous
from signaling.core.session import Numbered, Session
from signaling.core.states import Event, SessionState
from signaling.core.timers import Timers
from signaling.engine.base import Engine, Presence, Push
from signaling.engine.index import Index
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Called, ContactRequest
from signaling.protocol.directory import Ask, Asked, DirectoryRequest
from signaling.protocol.encoding import b64
from signaling.protocol.fields import IceServer, Resume
from signaling.protocol.messages import Error, Reply, Request
from signaling.protocol.rendezvous import Knocked, Lapsed, Left, LocatorRequest, Met, Opened, Renewed, Shut
from signaling.protocol.spaces import SealedRequest


class Relaying(NamedTuple):
    """What one member of a pair is told of relays: servers of TURN, and its ticket for the one in a WebSocket."""

    ice: tuple[IceServer, ...] = ()
    ticket: str | None = None
    ttl: float | None = None
    """Seconds for which both are good."""


Relays = Callable[[Session, str, str], Relaying]
"""The relays that a session is told as a member of a pair: `a`, who knocked, or `b`."""

ID_BYTES: Final = 12
"""Random bytes of a session's id: never twice in a life of a server."""

TOKEN_BYTES: Final = 32
"""Random bytes of a resume token: not to be guessed."""

AT_ONCE: Final = float("-inf")
"""A deadline that is due at the next tick."""


def no_relays(_session: Session, _pair: str, _member: str) -> Relaying:
    """Of a server that has none."""
    return Relaying()


class Sessions:
    """The sessions hosted here. Nothing is sent to a session but through `tell` and `arrived`."""

    def __init__(
        self,
        policy: Policy,
        make_engine: Callable[[Callable[[str, Push], None]], Engine],
        entropy: Callable[[int], bytes],
        wall: Callable[[], float],
        emit: Callable[[Effect], None],
        relays: Relays = no_relays,
        index: Index | None = None,
    ) -> None:
        self.engine = make_engine(self.arrived)
        self.rendezvous = Rendezvous(policy, self.engine, entropy, emit)
        self._locators = Locators(policy, self.engine, entropy, wall)
        self.contacts = Contacts(policy, self.engine, self.rendezvous)
        self.directory: Directory | None = None
        if index is not None:
            self.directory = Directory(policy, self.engine, index, self.rendezvous, entropy, emit)
        self._policy = policy
        self._entropy = entropy
        self._emit = emit
        self._relays = relays
        self._by_id: dict[str, Session] = {}
        self._by_token: dict[str, Session] = {}
        self._by_key: dict[str, dict[str, Session]] = {}
        self._grace: Timers[str] = Timers()
        self._lapses: Timers[tuple[str, str]] = Timers()

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def all(self) -> list[Session]:
        """Everybody who is here, or away."""
        return list(self._by_id.values())

    async def new(self, key: str) -> Session:
        """Make a session."""
        session = Session(
            id=b64(self._entropy(ID_BYTES)),
            token=b64(self._entropy(TOKEN_BYTES)),
            key=key,
            requests=Bucket(self._policy.requests),
        )
        self._by_id[session.id] = self._by_token[session.token] = session
        self._by_key.setdefault(key, {})[session.id] = session
        await self.engine.set_presence(session.id, Presence.HERE)
        self._emit(Count(Tally.SIGN_INS, "new"))
        return session

    def surplus(self, key: str) -> Session | None:
        """The oldest session of an identity that has as many as it may."""
        sessions = self._by_key.get(key, {})
        return next(iter(sessions.values())) if len(sessions) >= self._policy.sessions_per_key else None

    async def resume(self, resume: Resume, key: str, now: float) -> Session | None:
        """Find the session to go on with. One that cannot give back all that was missed ends instead."""
        session = self._by_token.get(resume.token)
        if session is None or session.key != key:
            return None
        if not session.can_resume(resume.seen):
            await self.end(session, "gone", now)
            return None
        session.happens(Event.RESUMED)
        self._grace.cancel(session.id)
        await self.engine.set_presence(session.id, Presence.HERE)
        self._emit(Count(Tally.SIGN_INS, "resumed"))
        return session

    async def lost(self, session: Session, now: float) -> None:
        """The connection of a session broke."""
        session.connection = None
        session.happens(Event.LOST)
        self._grace.set(session.id, now + self._policy.grace)
        await self.engine.set_presence(session.id, Presence.AWAY)

    async def end(self, session: Session, reason: str, now: float) -> None:
        """A session is over."""
        session.happens(Event.END)
        session.connection = None
        del self._by_id[session.id], self._by_token[session.token], self._by_key[session.key][session.id]
        if not self._by_key[session.key]:
            del self._by_key[session.key]
        self._grace.cancel(session.id)
        for locator in session.locators:
            self._lapses.cancel((session.id, locator))
        if self.directory is not None:
            self.directory.end(session)
        self.contacts.end(session)
        await self._locators.end(session, now)
        await self.rendezvous.end(session, reason)
        await self.engine.set_presence(session.id, None)

    async def tick(self, now: float) -> None:
        """End what nobody came back to, and codes whose time is over."""
        for session_id in self._grace.due(now):
            await self.end(self._by_id[session_id], "gone", now)
        for session_id, locator in self._lapses.due(now):
            await self._locators.lapse(self._by_id[session_id], locator, now)

    async def answer(self, session: Session, address: str, request: Request, now: float) -> Reply:
        """Carry out a request of a session. Only what the directory does may take a while."""
        if isinstance(request, ContactRequest):
            return await self.contacts.answer(session, address, request, now)
        if isinstance(request, LocatorRequest):
            return await self._locators.answer(session, address, request, now)
        if not isinstance(request, DirectoryRequest | SealedRequest | Ask):
            return await self.rendezvous.answer(session, address, request, now)
        if self.directory is None:
            return failed(request, ErrorCode.NO_DIRECTORY, "this server keeps no directory")
        return await self.directory.answer(session, address, request, now)

    def opened(self, session: Session, opened: Opened, now: float) -> None:
        """A session holds a locator now, for that long."""
        self._lapses.set((session.id, opened.locator), now + opened.ttl)

    def shut(self, session: Session, shut: Shut) -> None:
        """A session no longer holds a locator."""
        self._lapses.cancel((session.id, shut.locator))

    def tell(self, session: Session, message: Numbered) -> None:
        """Number a message and send it, now or after a resume; one that has ended meanwhile is told nothing."""
        if session.state is SessionState.ENDED:
            return
        if isinstance(message, Error):
            self._emit(Count(Tally.ERRORS, message.code.value))
        forgotten = session.forgotten
        text = session.number(self._with_relays(session, message))
        if session.connection is not None:
            self._emit(Send(session.connection, text))
        elif session.forgotten > forgotten:
            self._grace.set(session.id, AT_ONCE)

    def _with_relays(self, session: Session, message: Numbered) -> Numbered:
        """Only two that have met learn of relays, each with credentials of its own."""
        if not isinstance(message, Met | Knocked | Asked | Called | Renewed):
            return message
        if not isinstance(message, Renewed):
            session.members[message.pair] = "a" if isinstance(message, Met) else "b"
        ice, ticket, ttl = self._relays(session, message.pair, session.members[message.pair])
        return msgspec.structs.replace(message, ice=ice, relay=ticket, ttl=ttl)

    def arrived(self, session_id: str, push: Push) -> None:
        """Another session, or the clock, has something to tell one that lives here."""
        session = self._by_id.get(session_id)
        if session is None:
            return
        match push:
            case Left():
                session.pair_ended(push.pair)
            case Lapsed():
                session.locators.pop(push.locator, None)
                self._lapses.cancel((session.id, push.locator))
            case _:
                pass
        self.tell(session, push)
