"""One node of the server: connections and their messages in, effects out.

    connect -> challenge;  hello -> welcome, new or resumed;  requests -> answers, in order, each once;
    disconnect -> the session waits for the grace time;  tick -> what is late is closed, ended or lapsed

The shell calls `receive` for one message of a connection after the other. Effects go to `emit` in the order in which
they have to be carried out for one connection.
"""

from collections.abc import Callable
from typing import Final

from signaling.core.answers import failed
from signaling.core.connection import Connection
from signaling.core.connections import Connections
from signaling.core.control import OPEN, Control
from signaling.core.effects import Count, Effect, Fault, Send, Tally
from signaling.core.libraries import peer_id
from signaling.core.names import Names
from signaling.core.policy import Policy
from signaling.core.session import Session
from signaling.core.sessions import Relays, Sessions, no_relays
from signaling.core.sign_in import Refused, refusal
from signaling.core.states import ConnectionState, Event
from signaling.engine.base import Engine, Push
from signaling.engine.index import Index
from signaling.protocol import limits
from signaling.protocol.codec import MessageError, decode_client
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.fields import IceServer
from signaling.protocol.messages import Bye, ClientMessage, Error, Ping, Pong, Reply, Request, Restarting
from signaling.protocol.rendezvous import Opened, Shut
from signaling.protocol.sign_in import Hello, Welcome

THROTTLE_S: Final = 1.0
"""A pause that nobody notices: at the usual rate one request waits a hundredth of a second."""


class Hub(Connections):
    """State of one node. Times are seconds of a clock that never goes back."""

    def __init__(
        self,
        policy: Policy,
        make_engine: Callable[[Callable[[str, Push], None]], Engine],
        entropy: Callable[[int], bytes],
        emit: Callable[[Effect], None],
        names: Names,
        label: str = "byway",
        ice: Callable[[str], tuple[IceServer, ...]] = lambda _host: (),
        relays: Relays = no_relays,
        index: Index | None = None,
    ) -> None:
        super().__init__(policy, Sessions(policy, make_engine, entropy, emit, relays, index), entropy, emit, label)
        self._caps = (*(() if index is None else (limits.CAP_DIRECTORY,)), limits.CAP_CONTACTS, limits.CAP_DELEGATES)
        self.draining = False
        self._control = OPEN
        self._names = names
        self._ice = ice

    async def govern(self, control: Control, now: float) -> None:
        """What the operator has decided holds from now on: who may not be here any more leaves."""
        self._control = control
        if self.sessions.directory is not None:
            self.sessions.directory.govern(control)
        for session in self.sessions.all:
            refused = control.barred(peer_id(session.key))
            if refused is not None:
                await self._expel(session, refused, now)

    async def _expel(self, session: Session, refused: Refused, now: float) -> None:
        connection = self._connections.get(session.connection or 0)
        if connection is not None:
            connection.session = session.connection = None
            await self._turn_away(connection, refused.code, refused.message, now)
        await self.sessions.end(session, "gone", now)

    def throttle(self, number: int, now: float) -> float:
        """Seconds to leave a connection unread, so that its session stays within its rate; 0 if it may be read.

        A client that is slowed down loses nothing, while one whose request is refused has to say it again, and by then
        later ones have overtaken it. Who would have to wait for longer than `THROTTLE_S` is refused all the same.
        """
        session = self._connections[number].session
        wait = session.requests.wait(now) if session is not None else 0.0
        return wait if wait <= THROTTLE_S else 0.0

    async def receive(self, number: int, text: str | bytes, now: float) -> str | None:
        """A text message arrived; its type, if it is one that was carried out or refused as what it is."""
        connection = self._connections[number]
        if connection.state is ConnectionState.CLOSING:
            return None
        connection.heard = now
        if len(text) > limits.MESSAGE_BYTES:
            await self.malformed(number, now)
            return None
        try:
            message = decode_client(text)
        except MessageError as error:
            await self._bad_message(connection, error, now)
            return None
        kind = str(message.__struct_config__.tag)
        self._emit(Count(Tally.MESSAGES, kind))
        await self._dispatch(connection, message, now)
        return kind

    async def malformed(self, number: int, now: float) -> None:
        """Something arrived that is no message at all: binary, not JSON, too large."""
        self._emit(Count(Tally.MESSAGES, "malformed"))
        await self._close(self._connections[number], CloseCode.MALFORMED, now)

    async def tick(self, now: float) -> None:
        """Time passes; to be called about every second."""
        for number in self._late.due(now):
            await self._check(self._connections[number], now)
        await self.sessions.tick(now)

    def drain(self, soonest: float, spread: float, try_for: float) -> None:
        """Take nobody new, and tell everybody when to come back: after `soonest` seconds and some of `spread`."""
        self.draining = True
        for connection in self._connections.values():
            if connection.state is ConnectionState.READY:
                share = int.from_bytes(self._entropy(2)) / 0xFFFF
                wait = round(soonest + share * spread, 1)
                self._send(connection, Restarting(reconnect_in=wait, try_for=try_for))

    async def _dispatch(self, connection: Connection, message: ClientMessage, now: float) -> None:
        session = connection.session
        if session is None:
            await self._sign_in(connection, message, now)
            return
        wait = session.requests.take(now)
        match message:
            case Bye():
                await self.sessions.end(session, "bye", now)
                await self._close(connection, CloseCode.DONE, now)
            case Ping() | Hello() if wait:
                await self._too_fast(connection, session, wait, None, now)
            case Ping():
                session.acknowledge(message.seen)
                self._send(connection, Pong(received=session.received))
            case Hello():
                error = Error(code=ErrorCode.OUT_OF_ORDER, message="this connection has signed in already")
                await self._fault(connection, session, error, now)
            case _:
                await self._request(connection, session, message, wait, now)

    async def _request(
        self, connection: Connection, session: Session, request: Request, wait: float, now: float
    ) -> None:
        if request.id <= session.received:
            return
        if request.id != session.received + 1:
            text = f"expected request {session.received + 1}, not {request.id}"
            await self._fault(connection, session, Error(code=ErrorCode.OUT_OF_ORDER, message=text), now)
            return
        session.received = request.id
        if wait:
            await self._too_fast(connection, session, wait, request.id, now)
            return
        answer = await self._answer(connection, session, request, now)
        self.sessions.tell(session, answer)

    async def _answer(self, connection: Connection, session: Session, request: Request, now: float) -> Reply:
        try:
            answer = await self.sessions.answer(session, connection.address, request, now)
        except Exception as error:
            self._emit(Fault(error))
            return failed(request, ErrorCode.INTERNAL, "the server failed at this request")
        if isinstance(answer, Opened):
            self.sessions.opened(session, answer, now)
        elif isinstance(request, Shut):
            self.sessions.shut(session, request)
        return answer

    async def _sign_in(self, connection: Connection, message: ClientMessage, now: float) -> None:
        if not isinstance(message, Hello):
            await self._turn_away(connection, ErrorCode.OUT_OF_ORDER, "sign in first, with `hello`", now)
            return
        if self.draining:
            await self._turn_away(connection, ErrorCode.DRAINING, "the server restarts: come back in a moment", now)
            return
        refused = refusal(message, connection.nonce, self._names, connection.dialled)
        refused = refused or self._control.refusal(message, connection.nonce)
        if refused is not None:
            await self._turn_away(connection, refused.code, refused.message, now)
            return
        await self._welcome(connection, message, now)

    async def _welcome(self, connection: Connection, hello: Hello, now: float) -> None:
        resumed = await self._resume(hello, now)
        session = resumed or await self._new(hello.key, now)
        connection.happens(Event.SIGNED_IN)
        connection.session = session
        session.connection = connection.id
        session.address, session.dialled = connection.address, hello.host
        self._late.set(connection.id, now + self._policy.idle)
        self._send(
            connection,
            Welcome(
                session=session.id,
                token=session.token,
                resumed=resumed is not None,
                received=session.received,
                ping=self._policy.ping,
                idle=self._policy.idle,
                grace=self._policy.grace,
                server=self._label,
                caps=self._caps,
                ice=self._ice(hello.host),
            ),
        )
        if resumed and hello.resume:
            for text in session.after(hello.resume.seen):
                self._emit(Send(connection.id, text))

    async def _resume(self, hello: Hello, now: float) -> Session | None:
        session = await self.sessions.resume(hello.resume, hello.key, now) if hello.resume else None
        if session is not None:
            await self._replace(session, now)
        return session

    async def _new(self, key: str, now: float) -> Session:
        surplus = self.sessions.surplus(key)
        if surplus is not None:
            await self._replace(surplus, now)
            await self.sessions.end(surplus, "gone", now)
        return await self.sessions.new(key)

    async def _bad_message(self, connection: Connection, error: MessageError, now: float) -> None:
        session = connection.session
        if error.malformed:
            await self.malformed(connection.id, now)
        elif session is None:
            await self._turn_away(connection, error.code, str(error), now)
        else:
            self._emit(Count(Tally.MESSAGES, error.code.value))
            number = error.id if error.id == session.received + 1 else None
            session.received += number is not None
            await self._fault(connection, session, Error(code=error.code, message=str(error), re=number), now)
