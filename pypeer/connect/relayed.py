"""An address at a relay, as the sockets of a link have it."""

from typing import Protocol

from signaling.protocol.values import Address


class Carrier(Protocol):
    """What carries datagrams of a relayed address: an allocation (pypeer.connect.relays)."""

    mapped: Address | None

    def send(self, datagrams: list[bytes], to: Address) -> None:
        """Send to a peer."""

    def closed(self, base: "RelayedBase") -> None:
        """One of the bases is not needed any more."""


class RelayedBase:
    """One relayed address. Implements pypeer.connect.sockets.Base."""

    def __init__(self, carrier: Carrier, relayed: Address) -> None:
        self.number = -1
        self.relayed = relayed
        self._carrier = carrier

    @property
    def mapped(self) -> Address | None:
        """The address under which the relay sees us."""
        return self._carrier.mapped

    def send(self, data: bytes, to: Address, ttl: int | None = None) -> None:
        """Send by way of the relay; it makes the hops, so `ttl` means nothing."""
        self._carrier.send([data], to)

    def send_all(self, datagrams: list[bytes], to: Address) -> None:
        """Send several."""
        self._carrier.send(datagrams, to)

    def send_whole(self, data: bytes, to: Address) -> None:
        """What the relay does beyond is not known, so nothing is sent."""

    def close(self) -> None:
        """Not needed any more; the last one gives the allocation back."""
        self._carrier.closed(self)
