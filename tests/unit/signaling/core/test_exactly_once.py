"""Whatever connections do, each request and each message takes effect exactly once, and in order."""

from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pypeer.identity import Identity
from signaling.core.policy import Policy
from signaling.protocol.fields import Message, Resume
from signaling.protocol.messages import Ok, Ping, ServerMessage
from signaling.protocol.rendezvous import Knock, Met, Open, Opened, Signal, Signaled
from signaling.protocol.sign_in import Welcome
from tests.support.scene import Scene, hello

A, B = "a", "b"
OTHER = {A: B, B: A}


class Client:
    """A client behind a network that delays, and loses what is on the way when it breaks."""

    def __init__(self, scene: Scene, identity: Identity) -> None:
        self.scene = scene
        self.identity = identity
        self.connection = 0
        self.token = ""
        self.seen = 0
        self.unanswered: list[Message] = []
        self.to_server: list[Message] = []
        self.answers: list[ServerMessage] = []
        self.bodies: list[str] = []
        self.asked = 0

    def connect(self) -> None:
        """Sign in, resuming, and send again what did not take effect."""
        self.connection = self.scene.connect()
        nonce = self.scene.challenge(self.connection).nonce
        resume = Resume(token=self.token, seen=self.seen) if self.token else None
        self.scene.say(self.connection, hello(self.identity, nonce, resume=resume))
        welcome = self.scene.sent[self.connection].pop(0)
        assert isinstance(welcome, Welcome)
        assert welcome.resumed == bool(self.token)
        self.token = welcome.token
        self.to_server = [request for request in self.unanswered if getattr(request, "id", 0) > welcome.received]

    def ask(self, request_type: Any, **fields: Any) -> None:
        """Send a request; it may be on the way for long."""
        self.asked += 1
        request = request_type(id=self.asked, **fields)
        self.unanswered.append(request)
        if self.connection:
            self.to_server.append(request)

    def deliver(self, count: int) -> None:
        """Let so many messages reach the server."""
        now, self.to_server = self.to_server[:count], self.to_server[count:]
        for message in now:
            self.scene.say(self.connection, message)

    def read(self, count: int) -> None:
        """Let so many messages of the server arrive."""
        arriving = self.scene.sent[self.connection]
        for _ in range(min(count, len(arriving))):
            message = arriving.pop(0)
            seq = getattr(message, "seq", None)
            if seq is None:
                continue
            assert seq == self.seen + 1
            self.seen = seq
            if isinstance(message, Signaled):
                self.bodies.append(message.body)
            elif getattr(message, "re", None) is not None:
                assert message.re == self.unanswered.pop(0).id  # type: ignore[attr-defined, union-attr]
                self.answers.append(message)

    def lose(self) -> None:
        """The connection breaks."""
        self.scene.lose(self.connection)
        self.scene.sent.pop(self.connection, None)
        self.connection = 0
        self.to_server = []


class ExactlyOnce(RuleBasedStateMachine):
    """Two clients in a pair send each other numbers over connections that break at any moment."""

    def __init__(self) -> None:
        super().__init__()
        scene = Scene(Policy(request_rate=100_000, knock_rate=1000))
        self.scene = scene
        self.clients = {name: Client(scene, Identity.from_seed(name.encode() * 32)) for name in (A, B)}
        self.sent: dict[str, list[str]] = {A: [], B: []}
        for client in self.clients.values():
            client.connect()
        a, b = self.clients[A], self.clients[B]
        a.ask(Open)
        self._settle(a)
        [opened] = a.answers
        assert isinstance(opened, Opened)
        b.ask(Knock, locator=opened.locator)
        self._settle(b)
        [met] = b.answers
        assert isinstance(met, Met)
        self.pair = met.pair

    def _settle(self, client: Client) -> None:
        client.deliver(1000)
        client.read(1000)

    @precondition(lambda self: all(len(client.unanswered) < 20 for client in self.clients.values()))
    @rule(name=st.sampled_from([A, B]))
    def signal(self, name: str) -> None:
        body = f"{name}{len(self.sent[name])}"
        self.sent[name].append(body)
        self.clients[name].ask(Signal, pair=self.pair, body=body)

    @rule(name=st.sampled_from([A, B]), count=st.integers(1, 5))
    def deliver(self, name: str, count: int) -> None:
        if self.clients[name].connection:
            self.clients[name].deliver(count)

    @rule(name=st.sampled_from([A, B]), count=st.integers(1, 5))
    def read(self, name: str, count: int) -> None:
        if self.clients[name].connection:
            self.clients[name].read(count)

    @rule(name=st.sampled_from([A, B]))
    def acknowledge(self, name: str) -> None:
        client = self.clients[name]
        if client.connection:
            self.scene.say(client.connection, Ping(seen=client.seen))

    @rule(name=st.sampled_from([A, B]))
    def lose(self, name: str) -> None:
        if self.clients[name].connection:
            self.clients[name].lose()

    @rule(name=st.sampled_from([A, B]))
    def reconnect(self, name: str) -> None:
        client = self.clients[name]
        old, client.connection = client.connection, 0
        client.connect()
        if old:
            self.scene.lose(old)
            self.scene.sent.pop(old, None)

    @invariant()
    def nothing_is_lost_doubled_or_reordered(self) -> None:
        for name, client in self.clients.items():
            assert client.bodies == self.sent[OTHER[name]][: len(client.bodies)]

    def teardown(self) -> None:
        for client in self.clients.values():
            if not client.connection:
                client.connect()
        for client in self.clients.values():
            self._settle(client)
        for name, client in self.clients.items():
            client.read(1000)
            assert client.bodies == self.sent[OTHER[name]]
            assert client.unanswered == []
            assert all(isinstance(answer, Ok) for answer in client.answers[1:])


ExactlyOnce.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestExactlyOnce = ExactlyOnce.TestCase
