"""All allocations of a server, by whatever they are looked for; and the ports that they take. Pure."""

from collections.abc import Callable
from itertools import count
from typing import Final

from signaling.core.timers import Timers
from signaling.protocol.values import Address
from signaling.relay.turn.allocation import Allocation, Relay
from signaling.relay.turn.kinds import Family, FiveTuple, Refusal, RefusedError
from signaling.relay.turn.peers import Here

TRIES: Final = 16
"""Random ports tried for one that is free: with three in four taken, all fail once in a hundred."""


class Table:
    """`ports` is the range that relayed addresses are in, `entropy` gives so many random bytes."""

    def __init__(self, here: Here, ports: range, entropy: Callable[[int], bytes]) -> None:
        self.here = here
        self.expiry: Timers[int] = Timers()
        self.by_number: dict[int, Allocation] = {}
        self.by_client: dict[FiveTuple, Allocation] = {}
        self.by_socket: dict[Address, Allocation] = {}
        self.by_told: dict[Address, Allocation] = {}
        self.numbers = count(1)
        self._ports = ports
        self._entropy = entropy

    def add(self, allocation: Allocation) -> None:
        """A new allocation, without relays yet."""
        self.by_number[allocation.number] = allocation
        self.by_client[allocation.client] = allocation

    def place(self, family: Family, local: str, even: bool) -> Relay:
        """A relayed address that nobody has; raises RefusedError."""
        base = self.here.base(family, local)
        if base is None:
            raise RefusedError(440, Refusal.FAMILY)
        for _ in range(TRIES):
            port = self._port()
            if (base.host, port) not in self.by_socket and not (even and port % 2):
                return Relay(family, (base.host, port), (base.told, port), even)
        raise RefusedError(508, Refusal.CAPACITY)

    def put(self, allocation: Allocation, relay: Relay) -> None:
        """An allocation has this relayed address."""
        allocation.relays[relay.family] = relay
        self.by_socket[relay.at] = self.by_told[relay.told] = allocation

    def take(self, allocation: Allocation, relay: Relay) -> None:
        """It has it no longer."""
        del allocation.relays[relay.family], self.by_socket[relay.at], self.by_told[relay.told]

    def remove(self, allocation: Allocation) -> None:
        """An allocation that is over, and has no relays any more."""
        self.expiry.cancel(allocation.number)
        del self.by_number[allocation.number], self.by_client[allocation.client]

    def _port(self) -> int:
        """One of the range at random, so that nobody can foresee it (RFC 8656, section 7.2)."""
        return self._ports[int.from_bytes(self._entropy(4), "big") % len(self._ports)]
