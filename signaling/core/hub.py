"""One node of the server: connections and their messages in, effects out.

    connect -> challenge;  hello -> welcome, new or resumed;  requests -> answers, in order, each once;
    disconnect -> the session waits for the grace time;  tick -> what is late is closed, ended or lapsed

The shell calls `receive` for one message of a connection after the other. Effects go to `emit` in the order in which
they have to be carried out for one connection.
"""

from collections.abc import Callable
from typing import Final

from signaling.core.connection import Connection
from signaling.core.effects import Close, Count, Effect, Fault, Send, Tally
from signaling.core.policy import Policy
from signaling.core.quota import Bucket
from signaling.core.rendezvous import failed, wait_to_tell
from signaling.core.session import Session
from signaling.core.sessions import Relays, Sessions, no_relays
from signaling.core.sign_in import Names, refusal
from signaling.core.states import ConnectionState, Event
from signaling.core.timers import Timers
from signaling.engine.base import Engine, Push
from signaling.protocol import limits
from signaling.protocol.codec import MessageError, decode_client, encode
from signaling.protocol.codes import Action, CloseCode, ErrorCode
from signaling.protocol.encoding import b64
from signaling.protocol.fields import IceServer, Message
from signaling.protocol.messages import (
    Bye,
    Challenge,
    ClientMessage,
    Error,
    Hello,
    Opened,
    Ping,
    Pong,
    Reply,
    Request,
    Restarting,
    Shut,
    Welcome,
)

CLOSE_FOR: Final = {
    ErrorCode.UNSUPPORTED_VERSION: CloseCode.VERSION,
    ErrorCode.DRAINING: CloseCode.RESTARTING,
}
"""How a refused sign-in is closed; SIGN_IN if it is not here."""


class Hub:
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
    ) -> None:
        self.sessions = Sessions(policy, make_engine, entropy, emit, relays)
        self.draining = False
        self._policy = policy
        self._entropy = entropy
        self._emit = emit
        self._names = names
        self._label = label
        self._ice = ice
        self._connections: dict[int, Connection] = {}
        self._late: Timers[int] = Timers()

    def connect(self, number: int, address: str, dialled: str, now: float) -> None:
        """A WebSocket opened, from this address (see quota_key), to this Host; `number`, above 0, is its name here."""
        connection = Connection(
            id=number,
            address=address,
            dialled=dialled,
            nonce=self._entropy(limits.NONCE_BYTES),
            heard=now,
            errors=Bucket(self._policy.errors),
        )
        self._connections[number] = connection
        self._late.set(number, now + self._policy.sign_in_timeout)
        self._send(connection, Challenge(v=limits.VERSION, nonce=b64(connection.nonce), server=self._label))

    async def receive(self, number: int, text: str | bytes, now: float) -> None:
        """A text message arrived."""
        connection = self._connections[number]
        if connection.state is ConnectionState.CLOSING:
            return
        connection.heard = now
        if len(text) > limits.MESSAGE_BYTES:
            await self.malformed(number, now)
            return
        try:
            message = decode_client(text)
        except MessageError as error:
            await self._bad_message(connection, error, now)
        else:
            self._emit(Count(Tally.MESSAGES, str(message.__struct_config__.tag)))
            await self._dispatch(connection, message, now)

    async def malformed(self, number: int, now: float) -> None:
        """Something arrived that is no message at all: binary, not JSON, too large."""
        self._emit(Count(Tally.MESSAGES, "malformed"))
        await self._close(self._connections[number], CloseCode.MALFORMED, now)

    async def close(self, number: int, code: CloseCode, now: float) -> None:
        """Close a connection for a reason of the shell's; nothing happens if it is gone."""
        connection = self._connections.get(number)
        if connection is not None:
            await self._close(connection, code, now)

    async def disconnect(self, number: int, now: float) -> None:
        """The WebSocket is closed, by whomever."""
        connection = self._connections.pop(number)
        connection.happens(Event.LOST)
        self._late.cancel(number)
        await self._detach(connection, now)

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
            answer = await self.sessions.rendezvous.answer(session, connection.address, request, now)
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

    async def _replace(self, session: Session, now: float) -> None:
        """Close the connection that carries a session, without the session being lost."""
        connection = self._connections.get(session.connection or 0)
        if connection is not None:
            connection.session = None
            session.connection = None
            await self._close(connection, CloseCode.REPLACED, now)

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

    async def _too_fast(
        self, connection: Connection, session: Session, wait: float, request: int | None, now: float
    ) -> None:
        """Tell a client to wait; only one that has been told and does not is at fault."""
        warned, session.wait_until = now < session.wait_until, now + wait
        self.sessions.tell(session, rate_limited(wait, request))
        if warned:
            await self._charge(connection, CloseCode.RATE, now)

    async def _fault(self, connection: Connection, session: Session, error: Error, now: float) -> None:
        self.sessions.tell(session, error)
        await self._charge(connection, CloseCode.ERRORS, now)

    async def _charge(self, connection: Connection, code: CloseCode, now: float) -> None:
        """Close a connection with one fault too many."""
        if connection.errors.take(now):
            await self._close(connection, code, now)

    async def _turn_away(self, connection: Connection, code: ErrorCode, text: str, now: float) -> None:
        self._emit(Count(Tally.ERRORS, code.value))
        self._send(connection, Error(code=code, message=text, retry=code.action is Action.RETRY))
        await self._close(connection, CLOSE_FOR.get(code, CloseCode.SIGN_IN), now)

    async def _check(self, connection: Connection, now: float) -> None:
        if connection.state is ConnectionState.CHALLENGED:
            await self._close(connection, CloseCode.SIGN_IN_TIMEOUT, now)
        elif connection.heard + self._policy.idle <= now:
            await self._close(connection, CloseCode.IDLE, now)
        else:
            self._late.set(connection.id, connection.heard + self._policy.idle)

    async def _close(self, connection: Connection, code: CloseCode, now: float) -> None:
        if connection.state is ConnectionState.CLOSING:
            return
        connection.happens(Event.CLOSE)
        self._late.cancel(connection.id)
        self._emit(Close(connection.id, code))
        await self._detach(connection, now)

    async def _detach(self, connection: Connection, now: float) -> None:
        session, connection.session = connection.session, None
        if session is not None and session.connection == connection.id:
            await self.sessions.lost(session, now)

    def _send(self, connection: Connection, message: Message) -> None:
        self._emit(Send(connection.id, encode(message)))


def rate_limited(wait: float, request: int | None) -> Error:
    """Told to a session that sends too much."""
    text = "too many messages: slow down"
    return Error(code=ErrorCode.RATE_LIMITED, message=text, retry=True, wait=wait_to_tell(wait), re=request)
