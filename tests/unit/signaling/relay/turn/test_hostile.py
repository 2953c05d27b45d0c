"""Bytes of any kind, and messages that are almost right: never an exception, and nothing that grows without bound.

`BYWAY_FUZZ=1000000 pytest ...` tries that many; the seed is fixed.
"""

import os
import random
from ipaddress import ip_network
from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol import stun
from signaling.protocol.stun import Address, Attribute, Class, Method, StunError
from signaling.relay.turn.core import SOURCES
from signaling.relay.turn.kinds import FiveTuple, Transport
from signaling.relay.turn.quota import Limits
from tests.unit.signaling.relay.turn.stage import BOTH, IPV6, PEER, SERVER, UDP, Client, Stage

MESSAGES: Final = int(os.environ.get("BYWAY_FUZZ", "50000"))
LIMITS: Final = Limits(per_pair=3, total=12, peers=8, lifetime=5000)
KINDS: Final = tuple(Attribute)
METHODS: Final = (Method.ALLOCATE, Method.REFRESH, Method.CREATE_PERMISSION, Method.CHANNEL_BIND)
HOSTS: Final = ("203.0.113.9", "1.1.1.1", "127.0.0.1", SERVER, "2a00::1", "::1", "::ffff:1.2.3.4")


class Fuzzer:
    """Clients of several pairs that send what is wrong in one way or another, and peers that do as well."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.stage = Stage(LIMITS, allowed=(ip_network("127.0.0.0/8"),), ports=range(50000, 50020))
        self.clients = [self.stage.client(f"pair{n % 5}", "ab"[n % 2], port=n + 1) for n in range(16)]
        for client in self.clients:
            client.lasts = 10**9
            client.__post_init__()

    def step(self) -> None:
        """One message, and sometimes time."""
        choose = self.random.random()
        client = self.random.choice(self.clients)
        if choose < 0.01:
            self.stage.do(self.stage.turn.tick(self.stage.now))
            self.stage.now += self.random.choice((0.01, 1, 30, 30, 200))
        elif choose < 0.015:
            self.stage.do(self.stage.turn.lost(client.at, self.stage.now))
        elif choose < 0.15 and self.stage.sockets:
            relay = self.random.choice(sorted(self.stage.sockets))
            self.stage.arrives(relay, self.peer(), self.random.randbytes(self.random.randrange(100)))
        else:
            client.send(self.mutated(self.message(client)))

    def message(self, client: Client) -> bytes:
        """A message that is right, or made of parts that are."""
        choose = self.random.random()
        if choose < 0.2:
            return (0x4000 + self.random.randrange(3)).to_bytes(2, "big") + b"\0\4data"
        if choose < 0.3:
            return self.say()
        method = self.random.choice((*METHODS, Method.ALLOCATE))
        transaction = client.transaction()
        attributes = [self.attribute(transaction) for _ in range(self.random.randrange(4))]
        attributes += [UDP] * (method == Method.ALLOCATE) + [self.usual(transaction)]
        if choose < 0.4:
            return stun.encode(method, self.random.choice(list(Class)), transaction, attributes)
        client.sha256 = choose < 0.5
        return client.request(method, *attributes, transaction=transaction)

    def say(self) -> bytes:
        """A Send indication."""
        transaction = self.random.randbytes(12)
        attributes = [(Attribute.XOR_PEER_ADDRESS, stun.xor_address(self.peer(), transaction)), (Attribute.DATA, b"x")]
        return stun.encode(Method.SEND, Class.INDICATION, transaction, attributes, fingerprint=False)

    def usual(self, transaction: bytes) -> tuple[int, bytes]:
        """An attribute as it should be."""
        number = (0x4000 + self.random.randrange(3)).to_bytes(2, "big") + b"\0\0"
        peer = (Attribute.XOR_PEER_ADDRESS, stun.xor_address(self.peer(), transaction))
        lifetime = (Attribute.LIFETIME, stun.number32(self.random.choice((0, 1, 3000, 2**32 - 1))))
        return self.random.choice((IPV6, BOTH, lifetime, peer, peer, (Attribute.CHANNEL_NUMBER, number)))

    def attribute(self, transaction: bytes) -> tuple[int, bytes]:
        """Any attribute, right or not; not one that is computed."""
        if self.random.random() < 0.6:
            return self.usual(transaction)
        kind = self.random.choice((*KINDS, self.random.randrange(2**16)))
        computed = (Attribute.MESSAGE_INTEGRITY, Attribute.MESSAGE_INTEGRITY_SHA256, Attribute.FINGERPRINT)
        return (0x8123 if kind in computed else kind), self.random.randbytes(self.random.randrange(12))

    def peer(self) -> Address:
        """Some peer."""
        return self.random.choice(HOSTS), self.random.randrange(50000, 50020)

    def mutated(self, data: bytes) -> bytes:
        """As it is, or with something wrong in it."""
        spoiled = bytearray(data)
        for _ in range(self.random.choice((0, 0, 0, 0, 1, 2, 8))):
            at = self.random.randrange(len(spoiled) + 1)
            match self.random.randrange(4):
                case 0:
                    del spoiled[at:]
                case 1:
                    spoiled[at:at] = self.random.randbytes(self.random.randrange(8))
                case 2:
                    del spoiled[at : at + 4]
                case _:
                    spoiled[at : at + 1] = self.random.randbytes(1)
        return bytes(spoiled)

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
        assert len(turn._requests._opening) == 0
        assert len(turn._requests.accounts._accounts) <= len(table.by_number)


def test_messages_that_are_almost_right() -> None:
    fuzzer = Fuzzer(1)
    for n in range(MESSAGES):
        fuzzer.step()
        if n % 1000 == 0:
            fuzzer.check()
    fuzzer.check()
    stats = fuzzer.stage.turn.stats
    assert min(stats.allocated[Transport.UDP], stats.to_peers, stats.to_clients) > MESSAGES // 500
    assert len(stats.refusals) >= 12
    fuzzer.stage.do(fuzzer.stage.turn.close(fuzzer.stage.now))
    fuzzer.check()
    assert fuzzer.stage.sockets == set()


def test_strangers_from_everywhere_leave_nothing() -> None:
    stage = Stage()
    bare = stun.encode(Method.ALLOCATE, Class.REQUEST, bytes(12), [UDP])
    for n in range(SOURCES + 2000):
        client = FiveTuple(Transport.UDP, (SERVER, 3478), (f"{n % 250}.{n // 250}.1.1", n))
        stage.turn.receive(bare, client, stage.now)
    assert len(stage.turn._strangers) == SOURCES
    assert not stage.table.by_client


def attributes() -> st.SearchStrategy[list[tuple[int, bytes]]]:
    """Lists of attributes, of known types mostly."""
    kind = st.one_of(st.sampled_from(KINDS), st.integers(0, 2**16 - 1))
    return st.lists(st.tuples(kind.map(int), st.binary(max_size=40)), max_size=6)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    stage = Stage()
    client = stage.client()
    client.allocate()
    client.bind(PEER)
    client.send(data)
    stage.client(port=2).send(data)
    stage.arrives(client.relays[0], PEER, data)


@given(st.sampled_from(METHODS), attributes(), st.booleans())
def test_any_attributes_of_a_signed_request_get_one_answer(
    method: Method, more: list[tuple[int, bytes]], has_allocation: bool
) -> None:
    stage = Stage()
    client = stage.client()
    if has_allocation:
        client.allocate()
    try:
        request = client.request(method, *more)
        stun.decode(request)
    except StunError:
        return
    assert len(client.send(request)) == 1
