"""A network in memory: a machine behind a NAT or firewall, a STUN server outside, and a clock that is moved by hand."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from pypeer.doctor.asking import Send
from pypeer.doctor.findings import Filtering, Mapping, Ports
from pypeer.doctor.probing import Asker
from signaling.protocol.values import Address
from signaling.relay.stun import StunServer

PRIMARY, OTHER = "8.8.8.1", "8.8.8.2"
STUN_PORTS: Final = (3478, 3479)
PUBLIC: Final = "9.9.9.9"
PRIVATE: Final = "192.168.1.10"
TRIP_S: Final = 0.02
"""One way."""


def entropy() -> Callable[[int], bytes]:
    """Numbers that count, in place of random ones."""
    numbers = itertools.count(1)
    return lambda count: next(numbers).to_bytes(count, "big")


@dataclass
class Nat:
    """What stands between; `lifetime` in seconds is that of each hole since it was last sent through."""

    mapping: Mapping = Mapping.ENDPOINT_INDEPENDENT
    filtering: Filtering = Filtering.ADDRESS_AND_PORT_DEPENDENT
    ports: Ports = Ports.KEPT
    hairpin: bool = False
    lifetime: float = 1e9
    blocked: bool = False
    owners: dict[Address, Address] = field(default_factory=dict)
    holes: dict[tuple[Address, Address], float] = field(default_factory=dict)
    given: dict[tuple[Address, object], Address] = field(default_factory=dict)

    def out(self, local: Address, to: Address, now: float) -> Address | None:
        """As whom a packet leaves; None if it does not."""
        if self.blocked:
            return None
        outside = local if self.mapping is Mapping.NONE else self._outside(local, to, now)
        self.owners[outside] = local
        self.holes[outside, to] = now
        return outside

    def inward(self, outside: Address, source: Address, now: float) -> Address | None:
        """Whose a packet is that arrives; None if it is not let in."""
        open_to = {to for (own, to), at in self.holes.items() if own == outside and now - at < self.lifetime}
        lets_in = {
            Filtering.ENDPOINT_INDEPENDENT: bool(open_to),
            Filtering.ADDRESS_DEPENDENT: source[0] in {host for host, _ in open_to},
            Filtering.ADDRESS_AND_PORT_DEPENDENT: source in open_to,
        }[self.filtering]
        return self.owners[outside] if lets_in else None

    def _outside(self, local: Address, to: Address, now: float) -> Address:
        key: object = {
            Mapping.ENDPOINT_INDEPENDENT: None,
            Mapping.ADDRESS_DEPENDENT: to[0],
            Mapping.ADDRESS_AND_PORT_DEPENDENT: to,
        }[self.mapping]
        known = self.given.get((local, key))
        if known is not None and any(own == known and now - at < self.lifetime for (own, _), at in self.holes.items()):
            return known
        self.given[local, key] = made = (PUBLIC, self._port(local))
        return made

    def _port(self, local: Address) -> int:
        used = {port for _, port in self.owners}
        if self.ports is Ports.KEPT and local[1] not in used:
            return local[1]
        count = len(self.given)
        return 40_000 + count if self.ports is Ports.SEQUENTIAL else 1024 + (count + 1) * 24_007 % 60_000


class World:
    """Runs what asks, against the real STUN server's logic. `lost` says of the nth datagram whether it gets lost."""

    def __init__(self, nat: Nat, hosts: tuple[str, ...], lost: Callable[[int], bool] = lambda number: False) -> None:
        partners = {hosts[0]: hosts[1], hosts[1]: hosts[0]} if len(hosts) == 2 else {}
        self.server = StunServer(STUN_PORTS, partners)
        self.server.endpoints |= {(host, port) for host in hosts for port in STUN_PORTS}
        self.nat = nat
        self.now = 100.0
        self.sent: list[Send] = []
        self.locals: list[Address] = []
        self._lost = lost
        self._numbers = itertools.count()
        self._events: list[tuple[float, int, Callable[[], None]]] = []

    def open(self, count: int) -> list[Address]:
        """Sockets of the machine."""
        host = PUBLIC if self.nat.mapping is Mapping.NONE else PRIVATE
        self.locals = [(host, 50_000 + number * 7) for number in range(count)]
        return self.locals

    def run(self, asker: Asker) -> None:
        """Until it is done, or nothing can happen any more."""
        self._perform(asker, asker.start(self.now))
        while not asker.is_done:
            wake = asker.wake_at()
            if self._events and (wake is None or self._events[0][0] <= wake):
                self.now, _, deliver = heapq.heappop(self._events)
                deliver()
            else:
                assert wake is not None, "it waits for nothing"
                self.now = max(self.now, wake)
                self._perform(asker, asker.tick(self.now))

    def _perform(self, asker: Asker, sends: list[Send]) -> None:
        for send in sends:
            self.sent.append(send)
            if not self._lost(len(self.sent)):
                self._leave(asker, send)

    def _leave(self, asker: Asker, send: Send) -> None:
        outside = self.nat.out(self.locals[send.socket], send.to, self.now)
        if outside is None:
            return
        if send.to in self.nat.owners:
            if self.nat.hairpin:
                self._deliver(asker, self.nat.owners[send.to], outside, send.data)
            return
        self._later(lambda: self._serve(asker, outside, send))

    def _serve(self, asker: Asker, outside: Address, send: Send) -> None:
        if send.to not in self.server.endpoints:
            return
        outcome = self.server.receive(send.data, outside, send.to, 0.0)
        if outcome.answer:
            self._later(lambda: self._arrive(asker, outside, outcome.leaves, outcome.answer))

    def _arrive(self, asker: Asker, outside: Address, source: Address, data: bytes) -> None:
        local = self.nat.inward(outside, source, self.now)
        if local is not None:
            self._deliver(asker, local, source, data)

    def _deliver(self, asker: Asker, local: Address, source: Address, data: bytes) -> None:
        number = self.locals.index(local)
        self._later(lambda: self._perform(asker, asker.receive(number, source, data, self.now)))

    def _later(self, action: Callable[[], None]) -> None:
        heapq.heappush(self._events, (self.now + TRIP_S, next(self._numbers), action))
