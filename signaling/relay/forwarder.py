"""The quick way of the relay: data for which a route is known skips the rest of the core. Pure.

Most of what a relay does is the same verdict again, for the next datagram of the same channel. Routes are kept here by
where their data comes in, and asked for anew when the core says that something has changed, or their time is over.
"""

from collections.abc import Callable, Sequence
from typing import Final

from signaling.protocol.framing import payloads
from signaling.protocol.values import Address
from signaling.relay.turn.core import Turn
from signaling.relay.turn.kinds import FiveTuple, Refusal, Transport
from signaling.relay.turn.routes import Route

ROUTES: Final = 4096
"""Kept at once, about 2 MB: four for each of a thousand allocations. With more, all are looked up again."""

Key = tuple[Address, Address, bytes]
"""Where it arrived, from whom, and the number of its channel, as bytes; empty from a peer."""


class Forwarder:
    """`leave` sends what a route takes. Each method tells whether it has done all there was to do."""

    def __init__(self, turn: Turn, leave: Callable[[Route, Sequence[bytes]], None]) -> None:
        self._turn = turn
        self._leave = leave
        self._routes: dict[Key, Route] = {}
        self._epoch = turn.epoch

    def from_client(self, datagrams: Sequence[bytes], source: Address, at: Address, now: float) -> bool:
        """Datagrams of a client, at one of the addresses of this server."""
        found = payloads(datagrams)
        if found is None:
            return False
        key = at, source, datagrams[0][:2]
        route = self._known(key, now)
        if route is None:
            client = FiveTuple(Transport.UDP, at, source)
            route = self._new(key, self._turn.routes.by_channel(client, int.from_bytes(key[2], "big"), now))
        return route is not None and self._carry(route, found, now)

    def from_peer(self, datagrams: Sequence[bytes], peer: Address, relay: Address, now: float) -> bool:
        """Datagrams of a peer, at a relayed address."""
        key = relay, peer, b""
        route = self._known(key, now) or self._new(key, self._turn.routes.from_peer(relay, peer, now))
        return route is not None and self._carry(route, datagrams, now)

    def _known(self, key: Key, now: float) -> Route | None:
        if self._epoch != self._turn.epoch or len(self._routes) >= ROUTES:
            self._epoch = self._turn.epoch
            self._routes.clear()
        route = self._routes.get(key)
        return route if route is not None and route.until > now else None

    def _new(self, key: Key, found: Route | Refusal) -> Route | None:
        if isinstance(found, Refusal):
            return None
        self._routes[key] = found
        return found

    def _carry(self, route: Route, found: Sequence[bytes], now: float) -> bool:
        leaving = self._turn.routes.carry(route, found, now)
        if leaving:
            self._leave(route, leaving)
        return True
