"""The server's core: clients of several pairs that send what is wrong in one way or another, and peers that do too."""

from collections.abc import Sequence
from ipaddress import ip_network
from typing import Final

from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import Address
from signaling.relay.forwarder import LANES, Exit, Forwarder
from signaling.relay.turn.core import SOURCES
from signaling.relay.turn.quota import Limits
from signaling.relay.turn.routes import Route
from tests.fuzz.spoiling import Spoiler
from tests.unit.signaling.relay.turn.stage import BOTH, IPV6, SERVER, UDP, Client, Stage

LIMITS: Final = Limits(per_pair=3, total=12, peers=8, lifetime=5000)
KINDS: Final = tuple(Attribute)
METHODS: Final = (Method.ALLOCATE, Method.REFRESH, Method.CREATE_PERMISSION, Method.CHANNEL_BIND)
HOSTS: Final = ("203.0.113.9", "1.1.1.1", "127.0.0.1", SERVER, "2a00::1", "::1", "::ffff:1.2.3.4")
COMPUTED: Final = (Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256, Attribute.FINGERPRINT)


class ServerFuzzer:
    """Steps, each one message, and books that have to agree."""

    name = "server"

    def __init__(self, seed: int) -> None:
        self.spoiler = Spoiler(seed)
        self.random = self.spoiler.random
        self.stage = Stage(LIMITS, allowed=(ip_network("127.0.0.0/8"),), ports=range(50000, 50020))
        self.forwarder = Forwarder(self.stage.turn, self._exit)
        self.clients = [self.stage.client(f"pair{n % 5}", "ab"[n % 2], port=n + 1, lasts=10**9) for n in range(16)]

    def step(self) -> str:
        """One message, and sometimes time; tells of what kind."""
        draw = self.random.random()
        client = self.random.choice(self.clients)
        if draw < 0.01:
            self.stage.do(self.stage.turn.tick(self.stage.now))
            self.stage.now += self.random.choice((0.01, 1, 30, 30, 200))
            return "time"
        if draw < 0.015:
            self.stage.do(self.stage.turn.lost(client.at, self.stage.now))
            return "connection lost"
        if draw < 0.15 and self.stage.sockets:
            self._arrive()
            return "from a peer"
        kind, data = self._message(client)
        spoiled, data = self.spoiler.spoil(data)
        self._send(client, data)
        return kind if spoiled == "as made" else spoiled

    def check(self) -> None:
        """Nothing is more than it may be, and all books agree."""
        table, turn = self.stage.table, self.stage.turn
        assert len(table.by_number) == len(table.by_client) == turn.stats.allocations <= LIMITS.total
        assert set(table.by_socket) == self.stage.sockets == set(table.by_told)
        assert len(table.expiry) == len(table.by_number)
        for each in table.by_number.values():
            assert len(each.permissions) <= LIMITS.peers
            assert len(each.channels) == len(each.by_peer) <= LIMITS.peers
        assert len(turn._strangers) <= SOURCES
        assert len(self.forwarder._lanes) <= LANES
        assert len(turn._requests._opening) == 0
        assert len(turn._requests.accounts._accounts) <= len(table.by_number)
        self.stage.closed.clear()
        self.stage.ended.clear()

    def end(self) -> None:
        """Close it: nothing is left."""
        self.stage.do(self.stage.turn.close(self.stage.now))
        self.check()
        assert self.stage.sockets == set()

    def _exit(self, route: Route) -> Exit:
        def leave(datagrams: Sequence[bytes]) -> None:
            self.stage.do(route.effects(datagrams))

        return leave

    def _send(self, client: Client, data: bytes) -> None:
        """By the quick way where there is one, as the shell does."""
        if not self.forwarder.from_client((data,), client.at.remote, client.at.local, self.stage.now):
            client.send(data)

    def _arrive(self) -> None:
        relay, peer = self.random.choice(sorted(self.stage.sockets)), self._peer()
        data = bytes(self.random.choice((0, 1, 50, 1200, 65_507)))
        if not self.forwarder.from_peer((data,), peer, relay, self.stage.now):
            self.stage.arrives(relay, peer, data)

    def _message(self, client: Client) -> tuple[str, bytes]:
        """A message that is right, or made of parts that are."""
        draw = self.random.random()
        if draw < 0.2:
            return "channel data", (0x4000 + self.random.randrange(3)).to_bytes(2, "big") + b"\0\4data"
        if draw < 0.3:
            return "send indication", self._say()
        method = self.random.choice((*METHODS, Method.ALLOCATE))
        transaction = client.transaction()
        attributes = [self._attribute(transaction) for _ in range(self.random.randrange(4))]
        attributes += [UDP] * (method == Method.ALLOCATE) + [self._usual(transaction)]
        if draw < 0.4:
            kind = self.random.choice(list(Class))
            return "unauthenticated", stun.encode(method, kind, transaction, attributes)
        client.sha256 = draw < 0.5
        if draw < 0.45:
            wrong = self.random.choice(self.clients).key[::-1]
            return "wrong key", client.request(method, *attributes, transaction=transaction, key=wrong)
        return "signed", client.request(method, *attributes, transaction=transaction)

    def _say(self) -> bytes:
        """A Send indication."""
        transaction = self.random.randbytes(12)
        peer = values.xor_address(self._peer(), transaction)
        attributes = [(Attribute.XOR_PEER_ADDRESS, peer), (Attribute.DATA, b"x")]
        return stun.encode(Method.SEND, Class.INDICATION, transaction, attributes, fingerprint=False)

    def _usual(self, transaction: bytes) -> tuple[int, bytes]:
        """An attribute as it should be."""
        number = (0x4000 + self.random.randrange(3)).to_bytes(2, "big") + b"\0\0"
        peer = (Attribute.XOR_PEER_ADDRESS, values.xor_address(self._peer(), transaction))
        lifetime = (Attribute.LIFETIME, values.number32(self.random.choice((0, 1, 3000, 2**32 - 1))))
        return self.random.choice((IPV6, BOTH, lifetime, peer, peer, (Attribute.CHANNEL_NUMBER, number)))

    def _attribute(self, transaction: bytes) -> tuple[int, bytes]:
        """Any attribute, right or not; not one that is computed."""
        if self.random.random() < 0.6:
            return self._usual(transaction)
        kind = self.random.choice((*KINDS, self.random.randrange(2**16)))
        return (0x8123 if kind in COMPUTED else kind), self.random.randbytes(self.random.randrange(12))

    def _peer(self) -> Address:
        """Some peer."""
        return self.random.choice(HOSTS), self.random.randrange(50000, 50020)
