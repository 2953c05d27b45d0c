"""Who is let in at a node, comes back to the session that was there, or is sent away."""

from collections.abc import Callable

from signaling.core.connection import Connection
from signaling.core.connections import Connections
from signaling.core.control import OPEN, Control
from signaling.core.effects import Effect, Send
from signaling.core.libraries import peer_id
from signaling.core.names import Names
from signaling.core.policy import Policy
from signaling.core.session import Session
from signaling.core.sessions import Sessions
from signaling.core.sign_in import Refused, refusal
from signaling.core.states import ConnectionState, Event
from signaling.protocol.codes import ErrorCode
from signaling.protocol.fields import IceServer
from signaling.protocol.messages import ClientMessage, Restarting
from signaling.protocol.sign_in import Hello, Welcome


class Entrance(Connections):
    """All WebSockets of one node, and who is at them. `caps` is what this node can do beyond what all can, `ice` the
    STUN and TURN servers that one is told who dialled this host."""

    def __init__(
        self,
        policy: Policy,
        sessions: Sessions,
        entropy: Callable[[int], bytes],
        emit: Callable[[Effect], None],
        names: Names,
        label: str,
        caps: tuple[str, ...],
        ice: Callable[[str], tuple[IceServer, ...]],
    ) -> None:
        super().__init__(policy, sessions, entropy, emit, label)
        self.draining = False
        self._caps = caps
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

    def drain(self, soonest: float, spread: float, try_for: float) -> None:
        """Take nobody new, and tell everybody when to come back: after `soonest` seconds and some of `spread`."""
        self.draining = True
        for connection in self._connections.values():
            if connection.state is ConnectionState.READY:
                share = int.from_bytes(self._entropy(2)) / 0xFFFF
                wait = round(soonest + share * spread, 1)
                self._send(connection, Restarting(reconnect_in=wait, try_for=try_for))

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
