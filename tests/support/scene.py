"""The core of the server on a stage: a clock that is moved by hand, fixed randomness, and guests that sign in."""

import random
from collections import Counter, defaultdict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from pypeer.identity import Identity
from signaling.core.effects import Close, Count, Effect, Fault, Flagged, Observe, Send, Tally
from signaling.core.hub import Hub
from signaling.core.names import Names
from signaling.core.policy import Policy
from signaling.core.sessions import Relays, no_relays
from signaling.engine.index import Index
from signaling.engine.memory import MemoryEngine
from signaling.protocol import limits
from signaling.protocol.codec import decode_server, encode
from signaling.protocol.codes import CloseCode, ErrorCode
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.fields import Message, Resume
from signaling.protocol.messages import Error, Ping, Reply, Request, ServerMessage
from signaling.protocol.rendezvous import Knock, Knocked, Met, Open, Opened
from signaling.protocol.sign_in import Challenge, Hello, Welcome

T = TypeVar("T")
ADDRESS = "203.0.113.1"
HOST = "localhost:8080"
BEGUN = 1_700_000_000.0


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run what never waits: the core over the engine in memory."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    raise AssertionError("the core waited for something")


def hello(identity: Identity, nonce: str, host: str = HOST, resume: Resume | None = None, v: int = 1) -> Hello:
    """A signed `hello`."""
    statement = limits.SIGN_IN_CONTEXT + unb64(nonce) + host.encode()
    sig = b64(identity.sign(statement))
    return Hello(v=v, client="test/1", key=b64(identity.key), host=host, sig=sig, resume=resume)


class Scene:
    """A hub and everything it did."""

    def __init__(
        self,
        policy: Policy | None = None,
        names: Names | None = None,
        seed: int = 1,
        relays: Relays = no_relays,
        index: Index | None = None,
    ) -> None:
        self.now = 1000.0
        self.sent: defaultdict[int, list[ServerMessage]] = defaultdict(list)
        self.closed: dict[int, CloseCode] = {}
        self.counts: Counter[tuple[Tally, str]] = Counter()
        self.observed: list[Observe] = []
        self.faults: list[Exception] = []
        self.flagged: list[Flagged] = []
        self.random = random.Random(seed)
        self.hub = Hub(
            policy or Policy(),
            MemoryEngine,
            lambda count: self.random.randbytes(count),
            self.wall,
            self._emit,
            names or Names(),
            label="byway/test",
            relays=relays,
            index=index,
        )
        self._connections = 0

    def wall(self) -> float:
        """Seconds since 1970, which go on with `now`."""
        return BEGUN + self.now

    def _emit(self, effect: Effect) -> None:
        match effect:
            case Send():
                assert effect.connection not in self.closed, "something is sent after a close"
                self.sent[effect.connection].append(decode_server(effect.text))
            case Close():
                assert effect.connection not in self.closed, "a connection is closed twice"
                self.closed[effect.connection] = effect.code
            case Count():
                self.counts[effect.tally, effect.label] += 1
            case Observe():
                self.observed.append(effect)
            case Flagged():
                self.flagged.append(effect)
            case Fault():
                self.faults.append(effect.error)

    def connect(self, address: str = ADDRESS, host: str = HOST) -> int:
        """Open a WebSocket."""
        self._connections += 1
        self.hub.connect(self._connections, address, host, self.now)
        return self._connections

    def begin(self, connection: int, message: Message) -> Coroutine[Any, Any, str | None]:
        """Send a message of which the answer is waited for: to be gone on with by `run`."""
        work = self.hub.receive(connection, encode(message), self.now)
        work.send(None)
        return work

    def say(self, connection: int, message: Message | str) -> None:
        """Send a message, or any text."""
        text = message if isinstance(message, str) else encode(message)
        run(self.hub.receive(connection, text, self.now))

    def take(self, connection: int) -> list[ServerMessage]:
        """What was sent on a connection since the last time."""
        return self.sent.pop(connection, [])

    def challenge(self, connection: int) -> Challenge:
        """The challenge of a fresh connection."""
        [challenge] = self.take(connection)
        assert isinstance(challenge, Challenge)
        return challenge

    def lose(self, connection: int) -> None:
        """The WebSocket is gone."""
        run(self.hub.disconnect(connection, self.now))

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        run(self.hub.tick(self.now))

    def guest(self, address: str = ADDRESS, identity: Identity | None = None) -> "Guest":
        """Somebody who has signed in."""
        guest = Guest(self, identity or Identity.from_seed(self.random.randbytes(32)), address)
        guest.sign_in()
        return guest


@dataclass(slots=True)
class Guest:
    """A client that does everything right."""

    scene: Scene
    identity: Identity
    address: str = ADDRESS
    connection: int = 0
    welcome: Welcome = field(init=False)
    seen: int = 0
    asked: int = 0
    inbox: list[ServerMessage] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The public key as messages have it."""
        return b64(self.identity.key)

    def sign_in(self, resume: bool = False) -> Welcome:
        """Connect and sign in, going on with the session if asked to."""
        self.connection = self.scene.connect(self.address)
        challenge = self.scene.challenge(self.connection)
        token = Resume(token=self.welcome.token, seen=self.seen) if resume else None
        self.scene.say(self.connection, hello(self.identity, challenge.nonce, resume=token))
        welcome, *rest = self.scene.take(self.connection)
        assert isinstance(welcome, Welcome)
        self.welcome = welcome
        if not welcome.resumed:
            self.seen = self.asked = 0
        self._keep(rest)
        return welcome

    def lose(self) -> None:
        """The connection breaks; what was on the way is lost."""
        self.scene.lose(self.connection)
        self.scene.take(self.connection)

    def ask(self, request: Request) -> Reply:
        """Ask with the next number, and get the answer."""
        self.asked += 1
        self.scene.say(self.connection, msgspec.structs.replace(request, id=self.asked))
        [answer] = [message for message in self.take() if getattr(message, "re", None) == self.asked]
        assert isinstance(answer, Reply)
        return answer

    def refused(self, request: Request) -> ErrorCode:
        """Ask for what is not granted: why."""
        answer = self.ask(request)
        assert isinstance(answer, Error), answer
        return answer.code

    def meet(self, sender: "Guest") -> str:
        """Knock at a code that another opens for it: the pair."""
        met = self.ask(Knock(id=1, locator=sender.open()))
        assert isinstance(met, Met), met
        assert isinstance(sender.pushes()[-1], Knocked)
        return met.pair

    def open(self, locator: str | None = None, ttl: float | None = None) -> str:
        """Open a code."""
        answer = self.ask(Open(id=1, locator=locator, ttl=ttl))
        assert isinstance(answer, Opened), answer
        return answer.locator

    def take(self) -> list[ServerMessage]:
        """What arrived since the last time; what is no answer stays in the inbox as well."""
        messages = self.scene.take(self.connection)
        self._keep(messages)
        return messages

    def acknowledge(self) -> None:
        """Ping with all that was seen."""
        self.scene.say(self.connection, Ping(seen=self.seen))
        self.take()

    def pushes(self) -> list[ServerMessage]:
        """What arrived unasked since the last time."""
        self.take()
        pushes, self.inbox = self.inbox, []
        return pushes

    def _keep(self, messages: list[ServerMessage]) -> None:
        for message in messages:
            seq = getattr(message, "seq", None)
            if seq is not None:
                assert seq == self.seen + 1, "numbers have a gap"
                self.seen = seq
                if getattr(message, "re", None) is None:
                    self.inbox.append(message)


def refused(scene: Scene, connection: int, message: Hello | Open | Ping | str) -> tuple[ErrorCode, CloseCode]:
    """The fault for which a message closes its connection, and how."""
    scene.say(connection, message)
    [error] = scene.take(connection)
    assert isinstance(error, Error)
    assert error.seq is None
    return error.code, scene.closed[connection]
