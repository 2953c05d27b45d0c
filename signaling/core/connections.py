"""The connections of one node: opened, watched for silence, charged for faults, closed. What they say is the hub's."""

from collections.abc import Callable
from typing import Final

from signaling.core.answers import wait_to_tell
from signaling.core.connection import Connection
from signaling.core.effects import Close, Count, Effect, Send, Tally
from signaling.core.policy import Policy
from signaling.core.quota import Bucket
from signaling.core.session import Session
from signaling.core.sessions import Sessions
from signaling.core.states import ConnectionState, Event
from signaling.core.timers import Timers
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.codes import Action, CloseCode, ErrorCode
from signaling.protocol.encoding import b64
from signaling.protocol.fields import Message
from signaling.protocol.messages import Error
from signaling.protocol.sign_in import Challenge

CLOSE_FOR: Final = {
    ErrorCode.UNSUPPORTED_VERSION: CloseCode.VERSION,
    ErrorCode.DRAINING: CloseCode.RESTARTING,
}
"""How a refused sign-in is closed; SIGN_IN if it is not here."""


class Connections:
    """All WebSockets of one node, by number."""

    def __init__(
        self,
        policy: Policy,
        sessions: Sessions,
        entropy: Callable[[int], bytes],
        emit: Callable[[Effect], None],
        label: str,
    ) -> None:
        self.sessions = sessions
        self._policy = policy
        self._entropy = entropy
        self._emit = emit
        self._label = label
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

    async def _check(self, connection: Connection, now: float) -> None:
        if connection.state is ConnectionState.CHALLENGED:
            await self._close(connection, CloseCode.SIGN_IN_TIMEOUT, now)
        elif connection.heard + self._policy.idle <= now:
            await self._close(connection, CloseCode.IDLE, now)
        else:
            self._late.set(connection.id, connection.heard + self._policy.idle)

    async def _too_fast(
        self, connection: Connection, session: Session, wait: float, request: int | None, now: float
    ) -> None:
        """Tell a client to wait; only one that has been told and does not is at fault."""
        warned, session.wait_until = now < session.wait_until, now + wait
        self.sessions.tell(session, _rate_limited(wait, request))
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

    async def _replace(self, session: Session, now: float) -> None:
        """Close the connection that carries a session, without the session being lost."""
        connection = self._connections.get(session.connection or 0)
        if connection is not None:
            connection.session = None
            session.connection = None
            await self._close(connection, CloseCode.REPLACED, now)

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


def _rate_limited(wait: float, request: int | None) -> Error:
    """Told to a session that sends too much."""
    text = "too many messages: slow down"
    return Error(code=ErrorCode.RATE_LIMITED, message=text, retry=True, wait=wait_to_tell(wait), re=request)
