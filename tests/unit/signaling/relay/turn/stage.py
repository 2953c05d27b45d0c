"""The core of TURN on a stage: a clock that is moved by hand, sockets that open as told, and clients that sign."""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from signaling.core.address import Network
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message, Method
from signaling.protocol.values import Address
from signaling.relay.turn import credentials
from signaling.relay.turn.authentication import ALGORITHMS, REALM, SHA256, Authenticator
from signaling.relay.turn.core import Turn
from signaling.relay.turn.effects import (
    CloseClient,
    CloseRelay,
    Effect,
    ManyToClient,
    ManyToPeer,
    OpenRelay,
    PairEnded,
    ToClient,
    ToPeer,
)
from signaling.relay.turn.kinds import FiveTuple, Refusal, Transport
from signaling.relay.turn.peers import Here, PeerPolicy
from signaling.relay.turn.quota import Limits
from signaling.relay.turn.table import Table

SECRET: Final = "north"
TODAY: Final = 1_700_000_000.0
SERVER: Final = "198.51.100.1"
SERVER6: Final = "2001:db8::1"
PEER: Final = ("203.0.113.9", 5000)
PEER6: Final = ("2a00::9", 5000)
UDP: Final = (Attribute.REQUESTED_TRANSPORT, bytes((17, 0, 0, 0)))
IPV6: Final = (Attribute.REQUESTED_ADDRESS_FAMILY, bytes((2, 0, 0, 0)))
BOTH: Final = (Attribute.ADDITIONAL_ADDRESS_FAMILY, bytes((2, 0, 0, 0)))


class Stage:
    """A server, and all that it did with its sockets."""

    def __init__(
        self,
        limits: Limits | None = None,
        addresses: Sequence[str] = (SERVER, SERVER6),
        allowed: Sequence[Network] = (),
        ports: range = range(49152, 65536),
        known: Collection[str] = (),
    ) -> None:
        self.now = 1000.0
        self.random = random.Random(1)
        self.here = Here(tuple(addresses))
        self.table = Table(self.here, ports, self.random.randbytes)
        self.authenticator = Authenticator(SECRET, b"nonce key", lambda: TODAY + self.now - 1000)
        policy = PeerPolicy(self.here, allowed)
        self.turn = Turn(
            self.table, policy, limits or Limits(), self.authenticator, self.random.randbytes, lambda _: known
        )
        self.sockets: set[Address] = set()
        self.taken: Collection[Address] | None = ()
        """Addresses that cannot be opened; None for all."""
        self.closed: list[FiveTuple] = []
        self.ended: list[PairEnded] = []

    def do(self, effects: Sequence[Effect]) -> list[ToClient | ToPeer]:
        """Carry out what concerns sockets; returns what was sent."""
        sent: list[ToClient | ToPeer] = []
        for effect in effects:
            match effect:
                case OpenRelay():
                    sent += self.do(self._open(effect))
                case CloseRelay():
                    self.sockets.discard(effect.relay)
                case CloseClient():
                    self.closed.append(effect.client)
                case PairEnded():
                    self.ended.append(effect)
                case ManyToClient():
                    sent += [ToClient(effect.client, data) for data in effect.datagrams]
                case ManyToPeer():
                    sent += [ToPeer(effect.relay, data, effect.peer) for data in effect.datagrams]
                case _:
                    sent.append(effect)
        return sent

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        assert self.do(self.turn.tick(self.now)) == []

    def arrives(self, relay: Address, peer: Address, data: bytes) -> list[ToClient | ToPeer]:
        """A peer sends to a relayed address."""
        return self.do(self.turn.arrived([data], relay, peer, self.now))

    def refused(self, reason: Refusal) -> int:
        """How often."""
        return self.turn.stats.refusals[reason]

    def client(self, pair: str = "pair", member: str = "a", port: int = 40000, **more: Any) -> "Client":
        """Somebody at an address of its own."""
        return Client(self, FiveTuple(Transport.UDP, (SERVER, 3478), ("192.0.2.7", port)), pair, member, **more)

    def _open(self, effect: OpenRelay) -> Sequence[Effect]:
        if self.taken is None or effect.relay in self.taken:
            return self.turn.failed(effect.number, effect.relay, self.now)
        assert effect.relay not in self.sockets
        self.sockets.add(effect.relay)
        return self.turn.opened(effect.number, effect.relay, self.now)


@dataclass
class Client:
    """A client of TURN that does everything right, unless told otherwise."""

    stage: Stage
    at: FiveTuple
    pair: str = "pair"
    member: str = "a"
    lasts: float = 3600
    sha256: bool = False
    nonce: bytes = b""
    transactions: int = 0
    name: str = ""
    password: str = ""
    relays: list[Address] = field(default_factory=list)

    def __post_init__(self) -> None:
        today = TODAY + self.stage.now - 1000
        self.name, self.password = credentials.make(SECRET, self.pair, self.member, today + self.lasts)

    @property
    def key(self) -> bytes:
        """Of its long-term credentials."""
        return stun.long_term_key(self.name, REALM, self.password, self.sha256)

    def transaction(self) -> bytes:
        """A new one."""
        self.transactions += 1
        return self.transactions.to_bytes(12, "big")

    def send(self, data: bytes) -> list[ToClient | ToPeer]:
        """Any bytes."""
        return self.stage.do(self.stage.turn.receive(data, self.at, self.stage.now))

    def answer(self, data: bytes) -> Message:
        """The one message that comes back."""
        [effect] = self.send(data)
        assert isinstance(effect, ToClient)
        assert effect.client == self.at
        return stun.decode(effect.data)

    def request(self, method: int, *attributes: tuple[int, bytes], **change: Any) -> bytes:
        """A signed request; `change` replaces or takes away attributes of the authentication, or the key."""
        auth: dict[Attribute, bytes | None] = {
            Attribute.USERNAME: self.name.encode(),
            Attribute.REALM: REALM.encode(),
            Attribute.NONCE: self.nonce or self.stage.authenticator.nonce(self.at, self.stage.now),
        }
        if self.sha256:
            auth |= {Attribute.PASSWORD_ALGORITHM: SHA256, Attribute.PASSWORD_ALGORITHMS: ALGORITHMS}
        auth |= {Attribute[name]: value for name, value in change.items() if name.isupper()}
        chosen = [(kind, value) for kind, value in auth.items() if value is not None]
        integrity = Attribute.MESSAGE_INTEGRITY_SHA256 if self.sha256 else Attribute.MESSAGE_INTEGRITY
        transaction = change.get("transaction") or self.transaction()
        key = change.get("key", self.key)
        return stun.encode(method, Class.REQUEST, transaction, [*attributes, *chosen], key, integrity)

    def ask(self, method: int, *attributes: tuple[int, bytes], **change: Any) -> Message:
        """Ask, and get the answer."""
        answer = self.answer(self.request(method, *attributes, **change))
        assert answer.method == method
        if answer.kind is Class.SUCCESS:
            assert answer.verify(self.key)
        return answer

    def code(self, method: int, *attributes: tuple[int, bytes], **change: Any) -> int:
        """The code of the error that comes back; 0 for success."""
        error = self.ask(method, *attributes, **change).error()
        return error[0] if error else 0

    def allocate(self, *attributes: tuple[int, bytes]) -> Message:
        """Get an allocation."""
        answer = self.ask(Method.ALLOCATE, UDP, *attributes)
        assert answer.kind is Class.SUCCESS, answer.error()
        self.relays = answer.xor_addresses(Attribute.XOR_RELAYED_ADDRESS)
        return answer

    def to(self, peer: Address) -> tuple[tuple[int, bytes], bytes]:
        """XOR-PEER-ADDRESS for the next request, and that request's transaction."""
        transaction = self.transaction()
        return (Attribute.XOR_PEER_ADDRESS, values.xor_address(peer, transaction)), transaction

    def permit(self, *peers: Address) -> int:
        """CreatePermission."""
        transaction = self.transaction()
        attributes = [(Attribute.XOR_PEER_ADDRESS, values.xor_address(peer, transaction)) for peer in peers]
        return self.code(Method.CREATE_PERMISSION, *attributes, transaction=transaction)

    def bind(self, peer: Address, number: int = 0x4000) -> int:
        """ChannelBind."""
        attribute, transaction = self.to(peer)
        channel = (Attribute.CHANNEL_NUMBER, number.to_bytes(2, "big") + b"\0\0")
        return self.code(Method.CHANNEL_BIND, channel, attribute, transaction=transaction)

    def say(self, peer: Address, payload: bytes, *more: tuple[int, bytes]) -> list[ToClient | ToPeer]:
        """A Send indication."""
        attribute, transaction = self.to(peer)
        return self.send(
            stun.encode(Method.SEND, Class.INDICATION, transaction, [attribute, (Attribute.DATA, payload), *more])
        )

    def hears(self, sent: list[ToClient | ToPeer]) -> tuple[Address, bytes]:
        """Sender and payload of the one Data indication."""
        [effect] = sent
        assert isinstance(effect, ToClient)
        assert effect.client == self.at
        message = stun.decode(effect.data)
        assert (message.method, message.kind) == (Method.DATA, Class.INDICATION)
        peer, payload = message.xor_address(Attribute.XOR_PEER_ADDRESS), message.get(Attribute.DATA)
        assert peer is not None
        assert payload is not None
        return peer, payload


def lifetime(seconds: int) -> tuple[int, bytes]:
    """An attribute."""
    return Attribute.LIFETIME, values.number32(seconds)


def channel_data(payload: bytes, number: int = 0x4000) -> bytes:
    """A message of a channel."""
    return number.to_bytes(2, "big") + len(payload).to_bytes(2, "big") + payload


def two_members(stage: Stage) -> tuple[Client, Client]:
    """Both ends of a pair, each with an allocation."""
    one, other = stage.client(), stage.client(member="b", port=2)
    one.allocate()
    other.allocate()
    return one, other
