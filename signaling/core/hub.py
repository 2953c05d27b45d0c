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
from signaling.core.effects import Count, Effect, Fault, Tally
from signaling.core.entrance import Entrance
from signaling.core.names import Names
from signaling.core.policy import Policy
from signaling.core.session import Session
from signaling.core.sessions import Relays, Sessions, no_relays
from signaling.core.states import ConnectionState
from signaling.engine.base import Engine, Push
from signaling.engine.index import Index
from signaling.protocol import limits
from signaling.protocol.codec import MessageError, decode_client
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.fields import IceServer
from signaling.protocol.messages import Bye, ClientMessage, Error, Ping, Pong, Reply, Request
from signaling.protocol.rendezvous import Opened, Shut
from signaling.protocol.sign_in import Hello

THROTTLE_S: Final = 1.0
"""A pause that nobody notices: at the usual rate one request waits a hundredth of a second."""


class Hub(Entrance):
    """State of one node. Times are seconds of a clock that never goes back; `wall` has those since 1970."""

    def __init__(
        self,
        policy: Policy,
        make_engine: Callable[[Callable[[str, Push], None]], Engine],
        entropy: Callable[[int], bytes],
        wall: Callable[[], float],
        emit: Callable[[Effect], None],
        names: Names,
        label: str = "byway",
        ice: Callable[[str], tuple[IceServer, ...]] = lambda _host: (),
        relays: Relays = no_relays,
        index: Index | None = None,
    ) -> None:
        sessions = Sessions(policy, make_engine, entropy, wall, emit, relays, index)
        directory = () if index is None else (limits.CAP_DIRECTORY,)
        caps = (*directory, limits.CAP_CONTACTS, limits.CAP_DELEGATES)
        super().__init__(policy, sessions, entropy, emit, names, label, caps, ice)

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
