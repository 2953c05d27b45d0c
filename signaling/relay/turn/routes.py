"""The way of data through the relay: who may send what to whom, found once and used until something changes. Pure.

A route is a verdict on a channel of a client, or on a peer at a relayed address: all that RFC 8656 (sections 11 and 12)
wants to be checked, but for the size and the bandwidth of each datagram. It holds until the first of its permissions
expires, or anything else changes in the server: see `Turn.epoch`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from signaling.protocol.framing import CHANNEL_HEADER, PAYLOAD_BYTES, channel_data
from signaling.protocol.values import Address
from signaling.relay.turn import answers
from signaling.relay.turn.allocation import Allocation, Channel, Permission
from signaling.relay.turn.effects import Effect, ManyToClient, ManyToPeer, ToClient, ToPeer
from signaling.relay.turn.kinds import FiveTuple, Refusal, Transport, family_of
from signaling.relay.turn.quota import Account, Accounts
from signaling.relay.turn.table import Table

_head = CHANNEL_HEADER.pack


@dataclass(slots=True, eq=False)
class Route:
    """Where payloads go, who pays, and until when; `to` and `leaves` are the ends of the last leg."""

    until: float
    account: Account
    leaves: Address
    to: Address
    client: FiveTuple | None
    """Who gets it; None for a peer outside."""
    channel: int
    """That a client gets it by; 0 where it has none."""
    peer: Address
    """Whom a client has it from."""
    from_client: bool
    """Whether it counts as sent by a client."""
    plain: bool = field(init=False)
    """Whether it is only the header of a channel that is put before payloads."""

    def __post_init__(self) -> None:
        self.plain = self.client is not None and self.channel > 0 and self.client.transport is Transport.UDP

    def effects(self, datagrams: Sequence[bytes]) -> tuple[Effect, ...]:
        """Send these, if there are any."""
        if not datagrams:
            return ()
        if self.client is None:
            return (_to_peer(self.leaves, datagrams, self.to),)
        alone = len(datagrams) == 1
        return (ToClient(self.client, datagrams[0]) if alone else ManyToClient(self.client, datagrams),)


class Routes:
    """Finds routes, and makes of payloads what leaves by them. A Refusal is why there is none."""

    def __init__(self, table: Table, accounts: Accounts, entropy: Callable[[int], bytes]) -> None:
        self._table = table
        self._accounts = accounts
        self._stats = accounts.stats
        self._entropy = entropy

    def by_channel(self, client: FiveTuple, number: int, now: float) -> Route | Refusal:
        """For data of a channel (section 12.5)."""
        allocation = self._table.by_client.get(client)
        channel = allocation.channel(number, now) if allocation is not None else None
        if allocation is None or channel is None:
            return Refusal.MALFORMED
        return self._out(allocation, channel.peer, channel, now)

    def by_permission(self, client: FiveTuple, peer: Address, now: float) -> Route | Refusal:
        """For a Send indication (section 11.2)."""
        allocation = self._table.by_client.get(client)
        if allocation is None:
            return Refusal.MALFORMED
        permission = allocation.permitted(peer[0], now)
        return Refusal.PERMISSION if permission is None else self._out(allocation, peer, permission, now)

    def from_peer(self, relay: Address, peer: Address, now: float) -> Route | Refusal:
        """For what arrives at a relayed address (sections 11.3 and 12.6)."""
        allocation = self._table.by_socket.get(relay)
        way = _way(allocation, peer, now) if allocation is not None else None
        if allocation is None or way is None or not way.outside:
            return Refusal.PERMISSION
        return self._into(allocation, peer, allocation.account, way.until, now, from_client=False)

    def carry(self, route: Route, payloads: Sequence[bytes], now: float) -> Sequence[bytes]:
        """What leaves of these by a route: all that fits, and is within the limits of bandwidth."""
        alone, number = len(payloads) == 1, route.channel
        size = len(payloads[0]) if alone else sum(map(len, payloads))
        if size > PAYLOAD_BYTES or not self._accounts.spend(route.account, size, now):
            payloads, size = self._passing(route, payloads, now)
        if route.from_client:
            self._stats.to_peers += size
        else:
            self._stats.to_clients += size
        if route.client is None:
            return payloads
        if route.plain:
            if alone and payloads:
                return (_head(number, size) + payloads[0],)
            return [_head(number, len(payload)) + payload for payload in payloads]
        if number:
            return [channel_data(number, payload, True) for payload in payloads]
        return [answers.indication(route.peer, payload, self._entropy(12)) for payload in payloads]

    def _out(self, allocation: Allocation, peer: Address, way: Channel | Permission, now: float) -> Route | Refusal:
        """From a client: to another allocation of its pair inside the server, or by the socket of its relay."""
        relay, target = allocation.relays.get(family_of(peer[0])), self._table.by_told.get(peer)
        inside = target is not None and target.account is allocation.account
        if relay is None or not (inside or way.outside):
            return Refusal.PEER
        if target is not None and inside:
            return self._into(target, relay.told, allocation.account, way.until, now, from_client=True)
        return Route(way.until, allocation.account, relay.at, peer, None, 0, peer, from_client=True)

    def _into(
        self, target: Allocation, peer: Address, account: Account, until: float, now: float, from_client: bool
    ) -> Route | Refusal:
        """To a client that wants to hear from there."""
        way = _way(target, peer, now)
        if way is None:
            return Refusal.PERMISSION
        number, client = way.number if isinstance(way, Channel) else 0, target.client
        return Route(min(until, way.until), account, client.local, client.remote, client, number, peer, from_client)

    def _passing(self, route: Route, payloads: Sequence[bytes], now: float) -> tuple[Sequence[bytes], int]:
        """Those that may pass one by one, as if they had come so, and their size."""
        fitting = [each for each in payloads if len(each) <= PAYLOAD_BYTES]
        self._stats.refusals[Refusal.PEER if route.from_client else Refusal.PERMISSION] += len(payloads) - len(fitting)
        found = [each for each in fitting if self._accounts.spend(route.account, len(each), now)]
        self._stats.refusals[Refusal.BANDWIDTH] += len(fitting) - len(found)
        return found, sum(map(len, found))


def _to_peer(relay: Address, datagrams: Sequence[bytes], peer: Address) -> Effect:
    return ToPeer(relay, datagrams[0], peer) if len(datagrams) == 1 else ManyToPeer(relay, datagrams, peer)


def _way(allocation: Allocation, peer: Address, now: float) -> Channel | Permission | None:
    """By which a client hears from a peer."""
    return allocation.channel_of(peer, now) or allocation.permitted(peer[0], now)
