"""The quick way of the relay: data for which a route is known skips the rest of the core. Pure.

Most of what a relay does is the same verdict again, for the next datagram of the same channel. Lanes are kept here by
where their data comes in: the route that the core has found, and the exit that the shell has made for it, which knows
the socket and the address. So a datagram costs one look-up, the bandwidth of its pair, and one copy. A lane is made
anew when the core says that something has changed, when its time is over, or when the shell wants it (`forget`).
"""

from collections.abc import Callable, Sequence
from typing import Final

from signaling.protocol.framing import payloads
from signaling.protocol.values import Address
from signaling.relay.turn.core import Turn
from signaling.relay.turn.kinds import FiveTuple, Refusal, Transport
from signaling.relay.turn.routes import Route

LANES: Final = 4096
"""Kept at once, about 3 MB: four for each of a thousand allocations. With more, all are made again."""

Key = tuple[Address, Address, bytes]
"""Where it arrived, from whom, and the number of its channel, as bytes; empty from a peer."""

Exit = Callable[[Sequence[bytes]], None]
"""Sends datagrams, if there are any, to where a route leads."""

Lane = tuple[Route, Exit]


class Forwarder:
    """`exit_of` is asked once for each lane. Each method tells whether it has done all there was to do."""

    def __init__(self, turn: Turn, exit_of: Callable[[Route], Exit]) -> None:
        self._turn = turn
        self._carry = turn.routes.carry
        self._exit_of = exit_of
        self._lanes: dict[Key, Lane] = {}
        self._epoch = turn.epoch

    def from_client(self, datagrams: Sequence[bytes], source: Address, at: Address, now: float) -> bool:
        """Datagrams of a client, at one of the addresses of this server."""
        found = payloads(datagrams)
        if found is None:
            return False
        key = at, source, datagrams[0][:2]
        lane = self._lanes.get(key) if self._epoch == self._turn.epoch else None
        if lane is None or lane[0].until <= now:
            client = FiveTuple(Transport.UDP, at, source)
            lane = self._new(key, self._turn.routes.by_channel(client, int.from_bytes(key[2], "big"), now))
        if lane is None:
            return False
        lane[1](self._carry(lane[0], found, now))
        return True

    def from_peer(self, datagrams: Sequence[bytes], peer: Address, relay: Address, now: float) -> bool:
        """Datagrams of a peer, at a relayed address."""
        key = relay, peer, b""
        lane = self._lanes.get(key) if self._epoch == self._turn.epoch else None
        if lane is None or lane[0].until <= now:
            lane = self._new(key, self._turn.routes.from_peer(relay, peer, now))
        if lane is None:
            return False
        lane[1](self._carry(lane[0], datagrams, now))
        return True

    def forget(self) -> None:
        """Exits are no longer what they were."""
        self._lanes.clear()

    def _new(self, key: Key, found: Route | Refusal) -> Lane | None:
        if self._epoch != self._turn.epoch or len(self._lanes) >= LANES:
            self._epoch = self._turn.epoch
            self._lanes.clear()
        if isinstance(found, Refusal):
            return None
        lane = self._lanes[key] = found, self._exit_of(found)
        return lane
