"""Our client of TURN and our server's core on one stage: a clock moved by hand, and a line that may lose."""

import random
from collections.abc import Callable, Sequence
from typing import Final

from pypeer.connect.turn.client import TurnClient
from pypeer.connect.turn.lifetime import FOREVER
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.words import Effect, Granted, Received, ToServer, Want
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Attributes, Class, Message, Method
from signaling.protocol.values import Address
from signaling.relay.turn import credentials
from signaling.relay.turn.effects import ToClient, ToPeer
from signaling.relay.turn.kinds import FiveTuple, Transport
from tests.unit.signaling.relay.turn.stage import SECRET, SERVER, TODAY, Stage

CHECK: Final = stun.encode(Method.BINDING, Class.REQUEST, bytes(12))
"""What ICE sends to a peer, which needs no channel."""

Answer = Callable[[Message, bytes], bytes | None]
"""What a server under control of a test says to a request; None for silence."""


def made(stage: Stage, lasts: float = 3600, member: str = "a") -> Credentials:
    """Credentials that end so many seconds from now."""
    return Credentials(*credentials.make(SECRET, "pair", member, TODAY + stage.now - 1000 + lasts))


class Scene:
    """One client. What it was told is in `told`, what the server sent to peers in `peers`."""

    def __init__(
        self, stage: Stage | None = None, member: str = "a", stream: bool = False, want: Want = Want.BOTH
    ) -> None:
        self.stage = stage or Stage()
        port = 40_000 + ord(member)
        transport = Transport.TCP if stream else Transport.UDP
        self.at = FiveTuple(transport, (SERVER, 3478), ("192.0.2.7", port))
        self.client = TurnClient(made(self.stage, member=member), stream, random.Random(port).randbytes, want)
        self.loses = 0
        """How many of the next messages to the server are lost."""
        self.sent: list[bytes] = []
        self.told: list[Effect] = []
        self.peers: list[ToPeer] = []

    @property
    def now(self) -> float:
        """The time."""
        return self.stage.now

    def do(self, effects: Sequence[Effect]) -> None:
        """Carry out what the client wants, and all that follows."""
        for effect in effects:
            if isinstance(effect, ToServer):
                self._deliver(effect.data)
            else:
                self.told.append(effect)

    def opened(self) -> Granted:
        """Get an allocation."""
        self.do(self.client.start(self.now))
        [granted] = self.told
        assert isinstance(granted, Granted)
        self.told.clear()
        return granted

    def say(self, peer: Address, payload: bytes) -> None:
        """Send to a peer, by a channel where one stands."""
        wrapped = self.client.wrap(peer, payload)
        self.do(self.client.send(peer, payload, self.now) if wrapped is None else [ToServer(wrapped)])

    def wait(self, seconds: float) -> None:
        """Let time pass for both; whoever has something to do does it when it is due."""
        end = self.now + seconds
        while (at := min(self.client.wake_at(), end)) < end:
            assert at != -FOREVER
            self._move(max(at, self.now))
            self.do(self.client.tick(self.now))
        self._move(end)
        self.do(self.client.tick(self.now))

    def methods(self) -> list[int]:
        """Of the requests and indications that were sent since the last time."""
        sent, self.sent = self.sent, []
        return [stun.decode(data).method for data in sent if stun.is_stun(data)]

    def hear(self, data: bytes) -> None:
        """Something came from the server."""
        found = self.client.unwrap(data)
        self.do(self.client.receive(data, self.now)) if found is None else self.told.append(Received(*found))

    def _move(self, at: float) -> None:
        self.stage.now = at
        self.stage.do(self.stage.turn.tick(at))

    def _deliver(self, data: bytes) -> None:
        self.sent.append(data)
        if self.loses:
            self.loses -= 1
            return
        for effect in self.stage.do(self.stage.turn.receive(data, self.at, self.now)):
            if isinstance(effect, ToPeer):
                self.peers.append(effect)
            elif effect.client == self.at:
                self.hear(effect.data)

    def arrives(self, sent: Sequence[ToClient | ToPeer]) -> None:
        """The server sent this because of somebody else."""
        for effect in sent:
            assert isinstance(effect, ToClient)
            self.hear(effect.data)


class Puppet:
    """A server that answers as a test wants it to."""

    def __init__(self, answer: Answer, stream: bool = False, want: Want = Want.BOTH) -> None:
        self.client = TurnClient(Credentials("ada", "secret"), stream, random.Random(1).randbytes, want)
        self.asked: list[Message] = []
        self.told: list[Effect] = []
        self.now = 1000.0
        self._answer = answer

    def do(self, effects: Sequence[Effect]) -> "Puppet":
        """Carry out what the client wants."""
        for effect in effects:
            if not isinstance(effect, ToServer):
                self.told.append(effect)
                continue
            message = stun.decode(effect.data)
            self.asked.append(message)
            answer = self._answer(message, self.key)
            if answer is not None:
                self.do(self.client.receive(answer, self.now))
        return self

    @property
    def key(self) -> bytes:
        """Of the client, once it was challenged."""
        return stun.long_term_key("ada", "test", "secret")


CHALLENGE: Attributes = ((Attribute.REALM, b"test"), (Attribute.NONCE, b"n"))


def error(message: Message, code: int, *attributes: tuple[int, bytes], key: bytes | None = None) -> bytes:
    """An error response."""
    told = [(Attribute.ERROR_CODE, values.error_code(code)), *attributes]
    return stun.encode(message.method, Class.ERROR, message.transaction, told, key)


def success(message: Message, key: bytes | None, *attributes: tuple[int, bytes]) -> bytes:
    """A success response."""
    return stun.encode(message.method, Class.SUCCESS, message.transaction, attributes, key)


def granting(message: Message, key: bytes | None, *hosts: str, seconds: int = 600) -> bytes:
    """Whatever is asked is granted."""
    attributes: list[tuple[int, bytes]] = [(Attribute.LIFETIME, values.number32(seconds))]
    for host in hosts:
        attributes.append((Attribute.XOR_RELAYED_ADDRESS, values.xor_address((host, 5000), message.transaction)))
    return success(message, key, *attributes)
