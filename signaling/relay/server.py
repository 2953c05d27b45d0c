"""The relay with sockets: what arrives goes to the core, and what the core says is carried out."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final

from signaling.core.address import quota_key
from signaling.core.names import is_loopback
from signaling.datagrams import Reader, bind
from signaling.logs import line, log
from signaling.protocol.values import Address
from signaling.relay.forwarder import Forwarder
from signaling.relay.offers import Ports
from signaling.relay.stream import PATIENCE_S, Connection
from signaling.relay.turn.core import Effects, Turn
from signaling.relay.turn.effects import (
    CloseClient,
    CloseRelay,
    ManyToClient,
    ManyToPeer,
    OpenRelay,
    PairEnded,
    ToClient,
    ToPeer,
)
from signaling.relay.turn.kinds import FiveTuple, Refusal, Transport
from signaling.relay.turn.peers import Here, PeerPolicy
from signaling.relay.turn.routes import Route

TICK_S: Final = 1.0
"""How late a time-out may be."""

WAITING: Final = 256
"""Connections without an allocation, in all."""

SocketAt = Callable[[Address], Reader | None]
"""The socket at which clients come to an address of this server."""


class RelayServer:
    """A core and its sockets. `most` allocations over connections and WAITING are let in, `per_address` from one."""

    def __init__(
        self,
        turn: Turn,
        here: Here,
        policy: PeerPolicy,
        clock: Callable[[], float],
        most: int = 1000,
        per_address: int = 100,
    ) -> None:
        self.turn = turn
        self.ports = Ports()
        """Where this server relays, by what is open."""
        self.socket_at: SocketAt = lambda _at: None
        self._here = here
        self._policy = policy
        self._clock = clock
        self._most = most
        self._per_address = per_address
        self._relays: dict[Address, Reader] = {}
        self._connections: dict[FiveTuple, Connection] = {}
        self._from: Counter[str] = Counter()
        self._posted: set[Reader] = set()
        self._forwarder = Forwarder(turn, self._leave_by)

    def reached_at(self, addresses: Sequence[str], own: Sequence[str]) -> None:
        """The addresses where this server is served, and all of its machine's, have changed."""
        self._here.addresses, self._here.own = tuple(addresses), frozenset(own)

    def told(self) -> Ports:
        """Where it is told that this server relays: nowhere if only this machine could come, and may not relay."""
        reachable = [each for each in self._here.addresses if not is_loopback(each) or self._policy.permits(each)]
        return self.ports if reachable else Ports()

    def datagrams(self, datagrams: Sequence[bytes], source: Address, at: Address) -> None:
        """Datagrams of a client arrived together."""
        now = self._clock()
        if self._forwarder.from_client(datagrams, source, at, now):
            return
        client = FiveTuple(Transport.UDP, at, source)
        for data in datagrams:
            if not self._forwarder.from_client((data,), source, at, now):
                self._run(self.turn.receive(data, client, now), now)

    def flush(self) -> None:
        """Let go what was to be sent: the end of a batch."""
        for reader in self._posted:
            self.turn.stats.refusals[Refusal.SLOW] += reader.flush()
        self._posted.clear()

    def opened(self, connection: Connection) -> bool:
        """See stream.Server."""
        if connection.client in self._connections:
            return False
        key = quota_key(connection.client.remote[0])
        self._connections[connection.client] = connection
        self._from[key] += 1
        return len(self._connections) <= self._most + WAITING and self._from[key] <= self._per_address

    def received(self, connection: Connection, message: bytes) -> None:
        """See stream.Server."""
        now = self._clock()
        self._run(self.turn.receive(message, connection.client, now), now)
        if self.turn.has(connection.client):
            connection.trust()

    def closed(self, connection: Connection) -> None:
        """See stream.Server."""
        if self._connections.get(connection.client) is not connection:
            return
        key, now = quota_key(connection.client.remote[0]), self._clock()
        del self._connections[connection.client]
        self._from[key] -= 1
        if not self._from[key]:
            del self._from[key]
        self._run(self.turn.lost(connection.client, now), now)

    async def run_clock(self) -> None:
        """Let the core know the time, forever."""
        while True:
            await asyncio.sleep(TICK_S)
            self.tick()

    def tick(self) -> None:
        """Let the core know the time, and let those go who have waited for nothing."""
        now = self._clock()
        self._run(self.turn.tick(now), now)
        self.flush()
        for connection in list(self._connections.values()):
            if connection.since + PATIENCE_S <= now and not self.turn.has(connection.client):
                connection.abort()

    def close(self) -> None:
        """Relay no more."""
        now = self._clock()
        self._run(self.turn.close(now), now)
        for connection in list(self._connections.values()):
            connection.abort()

    def _run(self, effects: Effects, now: float) -> None:
        for effect in effects:
            match effect:
                case ToPeer():
                    self._post(self._relays.get(effect.relay), (effect.data,), effect.peer)
                case ToClient():
                    self._send(effect.client, (effect.data,))
                case ManyToPeer():
                    self._post(self._relays.get(effect.relay), effect.datagrams, effect.peer)
                case ManyToClient():
                    self._send(effect.client, effect.datagrams)
                case OpenRelay():
                    self._run(self._open(effect, now), now)
                case CloseRelay():
                    self._close_relay(effect.relay)
                case CloseClient():
                    self._close_client(effect.client)
                case PairEnded():
                    tell(effect)

    def _send(self, client: FiveTuple, datagrams: Sequence[bytes]) -> None:
        if client.transport is Transport.UDP:
            self._post(self.socket_at(client.local), datagrams, client.remote)
            return
        connection = self._connections.get(client)
        for data in datagrams:
            if connection is None or not connection.send(data):
                self.turn.stats.refusals[Refusal.SLOW] += 1

    def _post(self, reader: Reader | None, datagrams: Sequence[bytes], to: Address) -> None:
        """Send by a socket, unless it is gone: an address of this machine may be."""
        if reader is not None:
            reader.post(datagrams, to)
            self._posted.add(reader)

    def _leave_by(self, route: Route, datagrams: Sequence[bytes]) -> None:
        client = route.client
        if client is None:
            self._post(self._relays.get(route.leaves), datagrams, route.to)
        else:
            self._send(client, datagrams)

    def _open(self, effect: OpenRelay, now: float) -> Effects:
        try:
            opened = bind(*effect.relay)
        except OSError as error:
            log.debug(line("relay-port-not-opened", port=effect.relay[1], reason=error.strerror))
            return self.turn.failed(effect.number, effect.relay, now)
        self._relays[effect.relay] = Reader(
            opened, lambda datagrams, source: self._arrived(datagrams, source, effect.relay), self.flush
        )
        return self.turn.opened(effect.number, effect.relay, now)

    def _arrived(self, datagrams: Sequence[bytes], source: tuple[Any, ...], relay: Address) -> None:
        now, peer = self._clock(), (source[0], source[1])
        if not self._forwarder.from_peer(datagrams, peer, relay, now):
            self._run(self.turn.arrived(datagrams, relay, peer, now), now)

    def _close_relay(self, relay: Address) -> None:
        reader = self._relays.pop(relay, None)
        if reader is not None:
            self._posted.discard(reader)
            reader.flush()
            reader.close()

    def _close_client(self, client: FiveTuple) -> None:
        connection = self._connections.get(client)
        if connection is not None:
            connection.close()


def tell(ended: PairEnded) -> None:
    """One line for each pair that was relayed, without addresses; for those that only tried, where all is told."""
    level = log.info if ended.relayed else log.debug
    level(line("relayed", bytes=ended.bytes, seconds=round(ended.seconds, 1)))
