"""The signaling client without I/O: text and time in, effects out (docs/protocol.md, "Signaling").

It signs in, numbers requests, sends again after a resume what did not take effect, asks again what was refused for now,
acknowledges, notices a dead connection, and decides when to connect again.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

import msgspec

from pypeer.identity import Identity
from pypeer.secure.encoding import b64, unb64
from pypeer.signaling_client import backoff, closing
from pypeer.signaling_client.effects import (
    SESSION_LOST,
    Answer,
    Effect,
    Event,
    Hangup,
    Over,
    Push,
    Ready,
    Retry,
    SendText,
)
from pypeer.signaling_client.repeating import OVERLOADED, Ask, Repeating
from signaling.protocol import limits
from signaling.protocol.access import proof
from signaling.protocol.codec import decode_server, encode
from signaling.protocol.codes import CloseCode
from signaling.protocol.fields import Resume
from signaling.protocol.messages import Bye, Error, Ping, Pong, Reply, Request, Restarting, ServerMessage
from signaling.protocol.sign_in import Challenge, Hello, Welcome

ABNORMAL = 1006
"""What RFC 6455, section 7.1.5, calls a connection that broke without a close frame."""


class State(Enum):
    """Where the connection stands."""

    AWAY = "away"
    SIGNING_IN = "signing-in"
    READY = "ready"
    ENDED = "ended"


@dataclass(slots=True)
class _Session:
    """What numbering needs; begins anew when the server does not resume."""

    token: str | None = None
    seen: int = 0
    next_id: int = 1
    pending: dict[int, Ask] = field(default_factory=dict)
    """By id, until it is answered."""
    repeating: Repeating = field(default_factory=Repeating)


class Client:
    """The state of one peer's signaling."""

    def __init__(
        self, identity: Identity, host: str, label: str, random: Callable[[], float], access: str = ""
    ) -> None:
        self.state = State.AWAY
        self._access = access
        """The access word of the server, if the person has said one."""
        self._refusal: str | None = None
        """Why the server refuses the sign-in, as it says."""
        self._identity = identity
        self._host = host
        self._label = label
        self._random = random
        self._session = _Session()
        self._tickets = 0
        self._failures = 0
        self._not_before = 0.0
        self._ping_s: float = limits.PING_S
        self._idle_s: float = limits.IDLE_S
        self._heard = 0.0
        self._sent = 0.0

    def __repr__(self) -> str:
        return f"<Client {self.state.name} {self._host}>"

    def connected(self, now: float) -> None:
        """The WebSocket is open."""
        self.state = State.SIGNING_IN
        self._heard = self._sent = now

    def request(
        self, request: Request, now: float, patience: float = 0.0, ordered: bool = False
    ) -> tuple[int, list[Effect]]:
        """Ask; the request's own `id` is replaced. The ticket comes back with the answer, whatever happens.

        For `patience` seconds it is made again when the server refuses it and says after what time; if `ordered`, none
        that is made later overtakes it then.
        """
        self._tickets += 1
        ask = Ask(self._tickets, request, now + patience, ordered)
        if not ordered or not self._session.repeating.is_queueing:
            return ask.ticket, self._ask(ask, now)
        return ask.ticket, [] if self._session.repeating.hold(ask) else [Answer(ask.ticket, OVERLOADED)]

    def bye(self, now: float) -> list[Effect]:
        """Leave for good."""
        was_ready, self.state = self.state is State.READY, State.ENDED
        return [self._send(encode(Bye()), now), Hangup(CloseCode.DONE)] if was_ready else [Hangup(CloseCode.DONE)]

    def received(self, text: str, now: float) -> list[Effect]:
        """A message of the server."""
        self._heard = now
        try:
            message = decode_server(text)
            return [*self._handle(message, now), *self._repeat(now)]
        except ValueError:
            return [Hangup(CloseCode.MALFORMED)]

    def tick(self, now: float) -> list[Effect]:
        """Time passes: ping when quiet, hang up on a server that is silent."""
        if self.state not in (State.READY, State.SIGNING_IN):
            return []
        if now - self._heard >= self._idle_s:
            return [Hangup(CloseCode.IDLE)]
        repeated = self._repeat(now)
        if self.state is State.READY and now - self._sent >= self._ping_s:
            return [*repeated, self._send(encode(Ping(seen=self._session.seen)), now)]
        return repeated

    def deadline(self) -> float:
        """When `tick` has something to do next, at the earliest."""
        dead = self._heard + self._idle_s
        if self.state is not State.READY:
            return dead
        return min(dead, self._sent + self._ping_s, self._session.repeating.wake_at())

    def disconnected(self, code: int) -> list[Effect]:
        """The WebSocket closed, or could not be opened (ABNORMAL)."""
        if self.state is State.ENDED:
            return [Over(None)]
        if code >= CloseCode.MALFORMED and not closing.reconnects(code):
            self.state = State.ENDED
            return [Over(closing.refused(code, self._refusal, self._identity.id))]
        self.state = State.AWAY
        wait = backoff.delay(self._failures, self._random(), self._not_before)
        self._failures += 1
        self._not_before = 0.0
        return [Retry(wait)]

    def _handle(self, message: ServerMessage, now: float) -> list[Effect]:
        match message:
            case Challenge():
                return [self._hello(message, now)]
            case Welcome():
                return self._welcome(message, now)
            case Restarting():
                self._not_before = message.reconnect_in
                return []
            case Pong():
                return []
            case Error(seq=None):
                self._refusal = message.code
                return []
            case _:
                return self._numbered(message, now)

    def _numbered(self, message: Reply | Event, now: float) -> list[Effect]:
        seq = message.seq or 0
        if seq <= self._session.seen:
            return []
        if seq != self._session.seen + 1:
            raise ValueError("the server left out a message")
        self._session.seen = seq
        acknowledge: list[Effect] = []
        if seq % (limits.BACKLOG_MESSAGES // 4) == 0:
            acknowledge.append(self._send(encode(Ping(seen=seq)), now))
        if isinstance(message, Reply):
            ask = self._session.pending.pop(message.re or 0, None)
            return acknowledge if ask is None else [*self._answered(ask, message, now), *acknowledge]
        return [Push(message), *acknowledge]

    def _ask(self, ask: Ask, now: float) -> list[Effect]:
        numbered = msgspec.structs.replace(ask.request, id=self._session.next_id)
        self._session.pending[numbered.id] = replace(ask, request=numbered)
        self._session.next_id += 1
        return [self._send(encode(numbered), now)] if self.state is State.READY else []

    def _answered(self, ask: Ask, reply: Reply, now: float) -> list[Effect]:
        wait = reply.wait if isinstance(reply, Error) and reply.retry else None
        if wait is not None and self._session.repeating.refused(ask, wait, now):
            return []
        self._session.repeating.settled(ask)
        return [Answer(ask.ticket, reply)]

    def _repeat(self, now: float) -> list[Effect]:
        asks = self._session.repeating.due(now) if self.state is State.READY else []
        return [effect for ask in asks for effect in self._ask(ask, now)]

    def _hello(self, challenge: Challenge, now: float) -> Effect:
        statement = limits.SIGN_IN_CONTEXT + unb64(challenge.nonce) + self._host.encode()
        token = self._session.token
        hello = Hello(
            v=limits.VERSION,
            client=self._label,
            key=b64(self._identity.key),
            host=self._host,
            sig=b64(self._identity.sign(statement)),
            access=self._proof(unb64(challenge.nonce)),
            resume=None if token is None else Resume(token=token, seen=self._session.seen),
        )
        return self._send(encode(hello), now)

    def _proof(self, nonce: bytes) -> str | None:
        return proof(self._access, nonce, b64(self._identity.key), self._host) if self._access else None

    def _welcome(self, welcome: Welcome, now: float) -> list[Effect]:
        self.state = State.READY
        self._failures = 0
        self._ping_s, self._idle_s = welcome.ping, welcome.idle
        effects: list[Effect] = []
        had_token = self._session.token is not None
        if had_token and not welcome.resumed:
            lost = [*self._session.pending.values(), *self._session.repeating.drop()]
            effects = [Answer(ask.ticket, SESSION_LOST) for ask in lost]
            self._session = _Session()
        self._session.token = welcome.token
        effects.append(Ready(welcome))
        again = [ask.request for number, ask in self._session.pending.items() if number > welcome.received]
        return effects + [self._send(encode(request), now) for request in again]

    def _send(self, text: str, now: float) -> Effect:
        self._sent = now
        return SendText(text)
