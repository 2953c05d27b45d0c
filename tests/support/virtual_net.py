"""A network in memory, with a clock of its own: hosts, routers with NAT or firewall, STUN servers, delay, loss, hops.

A router stands between its inside hosts and everything else. Each host has one place: the router that it is behind, or
None. A datagram passes the router of its source, the middle (where loss and delay are, and where short lives end), and
the router of its destination.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Final

from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import Address

HOPS: Final = 9
"""From one host to another. A packet with fewer hops to live passes its own router only."""

STUN_PORT: Final = 3478
SPINS_MAX: Final = 1_000
"""Events at one moment; more means that somebody wakes up again and again and does nothing."""


class Maps(Enum):
    """How a router maps ports (RFC 4787, section 4.1)."""

    NOT = "no NAT"
    SAME = "the same port for all destinations"
    COUNTING = "another port for each destination, one after the other"
    RANDOM = "another port for each destination, at random"


class Lets(Enum):
    """What a router lets in (RFC 4787, section 5)."""

    ANY = "from anybody"
    HOST = "from hosts that were sent to"
    PORT = "from addresses and ports that were sent to"
    NOBODY = "nothing goes through in either direction"


@dataclass(slots=True, eq=False)
class Router:
    """A router with one public address; without NAT the hosts keep their own addresses."""

    host: str
    maps: Maps
    lets: Lets
    random: Random = field(default_factory=lambda: Random(1))
    outer: dict[tuple[Address, Address | None], Address] = field(default_factory=dict)
    inner: dict[Address, Address] = field(default_factory=dict)
    sent_to: dict[Address, set[Address]] = field(default_factory=dict)
    next_port: int = 40_000
    takes: bool = False
    """Whether it takes for itself what comes too early, and with it that port towards that source."""
    taken: set[tuple[Address, Address]] = field(default_factory=set)

    def outward(self, inside: Address, to: Address) -> Address | None:
        """A datagram leaves: the source that others see, or None if it is dropped."""
        if self.lets is Lets.NOBODY:
            return None
        key = inside, to if self.maps in (Maps.COUNTING, Maps.RANDOM) or (inside, to) in self.outer else None
        if key in self.outer and (to, self.outer[key]) in self.taken:
            key = inside, to
        if key not in self.outer:
            self.outer[key] = inside if self.maps is Maps.NOT else (self.host, self._port())
            self.inner[self.outer[key]] = inside
        self.sent_to.setdefault(self.outer[key], set()).add(to)
        return self.outer[key]

    def inward(self, source: Address, to: Address) -> Address | None:
        """A datagram arrives: whose it is, or None if it is dropped."""
        known = self.sent_to.get(to, set())
        wanted = {
            Lets.ANY: True,
            Lets.HOST: source[0] in {host for host, _ in known},
            Lets.PORT: source in known,
            Lets.NOBODY: False,
        }
        if self.takes and not wanted[self.lets]:
            self.taken.add((source, to))
        return self.inner.get(to) if wanted[self.lets] else None

    def forget(self) -> None:
        """Reboot: all mappings are gone."""
        self.outer.clear()
        self.inner.clear()
        self.sent_to.clear()
        self.taken.clear()

    def _port(self) -> int:
        self.next_port += 1
        taken = {port for _, port in self.inner}
        free = (port for port in iter(lambda: self.random.randrange(1024, 65_536), -1) if port not in taken)
        return next(free) if self.maps is Maps.RANDOM else self.next_port


Receive = Callable[[Address, bytes], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A datagram as it left a socket."""

    at: float
    source: Address
    to: Address
    data: bytes
    ttl: int | None


class VirtualNet:
    """The clock, the middle of the network, and all sockets. `delay` is one way; `jitter` comes on top, at random."""

    def __init__(self, delay: float = 0.025, loss: float = 0.0, jitter: float = 0.0, seed: int = 1) -> None:
        self.now = 1_000.0
        self.delay = delay
        self.loss = loss
        self.jitter = jitter
        self.random = Random(seed)
        self.sent: list[Sent] = []
        self.cuts: Callable[[Address, Address], bool] = lambda source, to: False
        """Which datagrams get lost in the middle, by the source and destination that are seen there."""
        self._sockets: dict[tuple[Router | None, Address], Receive] = {}
        self._routers: dict[str, Router] = {}
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def entropy(self, size: int) -> bytes:
        """Random bytes, the same in each run."""
        return self.random.randbytes(size)

    # Time

    def at(self, when: float, action: Callable[[], None]) -> None:
        """Do something later; at once if the moment is over."""
        heappush(self._events, (max(when, self.now), next(self._order), action))

    def run(self, seconds: float, until: Callable[[], bool] = lambda: False) -> bool:
        """Let time pass; stops early, and is true, once `until` holds."""
        end, spins = self.now + seconds, 0
        while not until():
            if not self._events or self._events[0][0] > end:
                self.now = end
                return until()
            when, _, action = heappop(self._events)
            spins = spins + 1 if when == self.now else 0
            assert spins < SPINS_MAX, "time stands still"
            self.now = when
            action()
        return True

    # Places

    def add_router(self, router: Router) -> Router:
        """A router, reachable at its address."""
        self._routers[router.host] = router
        return router

    def bind(self, address: Address, router: Router | None, receive: Receive) -> None:
        """A socket of a host behind this router."""
        self._sockets[router, address] = receive
        if router is not None and router.maps is Maps.NOT:
            self._routers[address[0]] = router

    def close(self, address: Address, router: Router | None) -> None:
        """The socket is gone."""
        self._sockets.pop((router, address), None)

    def add_stun(self, host: str) -> Address:
        """A STUN server."""
        address = host, STUN_PORT

        def answer(source: Address, data: bytes) -> None:
            transaction = stun.decode(data).transaction
            mapped = [(Attribute.XOR_MAPPED_ADDRESS, values.xor_address(source, transaction))]
            self.send(address, None, source, stun.encode(Method.BINDING, Class.SUCCESS, transaction, mapped))

        self.bind(address, None, answer)
        return address

    # Datagrams

    def send(self, source: Address, router: Router | None, to: Address, data: bytes, ttl: int | None = None) -> None:
        """A datagram leaves a socket of a host behind this router."""
        self.sent.append(Sent(self.now, source, to, data, ttl))
        neighbour = self._sockets.get((router, to)) if router is not None else None
        if neighbour is not None:
            self.at(self.now, lambda: neighbour(source, data))
            return
        seen = source if router is None else router.outward(source, to)
        if seen is None or (ttl is not None and ttl < HOPS) or self.cuts(seen, to) or self.random.random() < self.loss:
            return
        arrives = self.now + self.delay + self.jitter * self.random.random()
        self.at(arrives, lambda: self._arrive(seen, to, data))

    def _arrive(self, source: Address, to: Address, data: bytes) -> None:
        router = self._routers.get(to[0])
        inside = to if router is None else router.inward(source, to)
        receive = None if inside is None else self._sockets.get((router, inside))
        if receive is not None:
            receive(source, data)
