"""The relay with sockets: what arrives goes to the core, and what the core says is carried out."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import groupby
from typing import Any, Final

from signaling import watching
from signaling.core.address import quota_key
from signaling.core.names import is_loopback
from signaling.datagrams import Handler, Reader, bind
from signaling.logs import line, log
from signaling.protocol.framing import is_channel_data
from signaling.protocol.values import Address
from signaling.relay.forwarder import Exit, Forwarder
from signaling.relay.offers import Ports
from signaling.relay.stream import PATIENCE_S, Connection
from signaling.relay.turn.core import Effects, Turn, is_turn
from signaling.relay.turn.effects import (
    CloseClient,
    CloseRelay,
    Effect,
    ManyToClient,
    ManyToPeer,
    OpenRelay,
    PairEnded,
    ToClient,
    ToPeer,
    together,
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
        self._watch = watching.for_many()
        self._relays: dict[Address, Reader] = {}
        self._connections: dict[FiveTuple, Connection] = {}
        self._from: Counter[str] = Counter()
        self._forwarder = Forwarder(turn, self._exit)

    def reached_at(self, addresses: Sequence[str], own: Sequence[str]) -> None:
        """The addresses where this server is served, and all of its machine's, have changed."""
        self._here.addresses, self._here.own = tuple(addresses), frozenset(own)
        self._forwarder.forget()

    def told(self) -> Ports:
        """Where it is told that this server relays: nowhere if only this machine could come, and may not relay."""
        reachable = [each for each in self._here.addresses if not is_loopback(each) or self._policy.permits(each)]
        return self.ports if reachable else Ports()

    def handler(self, at: Address, otherwise: Handler) -> Handler:
        """What is done with datagrams that come to one of the endpoints; `otherwise` gets those that are not for a
        relay."""
        quickly, clock = self._forwarder.from_client, self._clock

        def received(datagrams: Sequence[bytes], source: tuple[Any, ...]) -> None:
            if not quickly(datagrams, source[:2], at, clock()):
                self._sort(datagrams, source, at, otherwise)

        return received

    def opened(self, connection: Connection) -> bool:
        """See stream.Server."""
        if connection.client in self._connections:
            return False
        key = quota_key(connection.client.remote[0])
        self._connections[connection.client] = connection
        self._from[key] += 1
        return len(self._connections) <= self._most + WAITING and self._from[key] <= self._per_address

    def received(self, connection: Connection, messages: Sequence[bytes]) -> None:
        """See stream.Server."""
        client = connection.client
        self._take(messages, client, self._clock())
        if self.turn.has(client):
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
        for connection in list(self._connections.values()):
            if connection.since + PATIENCE_S <= now and not self.turn.has(connection.client):
                connection.abort()

    def close(self) -> None:
        """Relay no more."""
        now = self._clock()
        self._run(self.turn.close(now), now)
        for connection in list(self._connections.values()):
            connection.abort()

    def _run(self, effects: Iterable[Effect], now: float) -> None:
        for effect in effects:
            match effect:
                case ToPeer():
                    self._post(self._relays.get(effect.relay), effect.peer, (effect.data,))
                case ToClient():
                    self._send(effect.client, (effect.data,))
                case ManyToPeer():
                    self._post(self._relays.get(effect.relay), effect.peer, effect.datagrams)
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

    def _sort(self, datagrams: Sequence[bytes], source: tuple[Any, ...], at: Address, otherwise: Handler) -> None:
        """What came together and is not all of one channel: by runs of one channel, else one by one."""
        now, client = self._clock(), FiveTuple(Transport.UDP, at, source[:2])
        for _, group in groupby(datagrams, channel_of):
            run = list(group)
            if not is_turn(run[0]):
                otherwise(run, source)
            elif not self._forwarder.from_client(run, client.remote, at, now):
                self._take(run, client, now)

    def _take(self, messages: Sequence[bytes], client: FiveTuple, now: float) -> None:
        """By the core. What comes of data leaves together; a request is carried out before the next is looked at."""
        for is_data, group in groupby(messages, is_channel_data):
            if is_data:
                self._run(together(effect for each in group for effect in self.turn.receive(each, client, now)), now)
            else:
                for each in group:
                    self._run(self.turn.receive(each, client, now), now)

    def _send(self, client: FiveTuple, datagrams: Sequence[bytes]) -> None:
        if client.transport is Transport.UDP:
            self._post(self.socket_at(client.local), client.remote, datagrams)
            return
        connection = self._connections.get(client)
        for data in datagrams:
            if connection is None or not connection.send(data):
                self.turn.stats.refusals[Refusal.SLOW] += 1

    def _post(self, reader: Reader | None, to: Address, datagrams: Sequence[bytes]) -> None:
        """Send by a socket, unless it is gone: an address of this machine may be."""
        if reader is not None:
            lost = reader.send_all(datagrams, to)
            if lost:
                self.turn.stats.refusals[Refusal.SLOW] += lost

    def _exit(self, route: Route) -> Exit:
        """How data leaves by a route, as long as no socket comes or goes: see Forwarder."""
        client = route.client
        if client is None:
            return partial(self._post, self._relays.get(route.leaves), route.to)
        if client.transport is Transport.UDP:
            return partial(self._post, self.socket_at(client.local), client.remote)
        return partial(self._send, client)

    def _open(self, effect: OpenRelay, now: float) -> Effects:
        try:
            opened = bind(*effect.relay)
        except OSError as error:
            log.debug(line("relay-port-not-opened", port=effect.relay[1], reason=error.strerror))
            return self.turn.failed(effect.number, effect.relay, now)
        self._relays[effect.relay] = Reader(opened, self._of_peers(effect.relay), self._watch)
        return self.turn.opened(effect.number, effect.relay, now)

    def _of_peers(self, relay: Address) -> Handler:
        """What is done with datagrams that come to a relayed address."""
        quickly, clock = self._forwarder.from_peer, self._clock

        def arrived(datagrams: Sequence[bytes], source: tuple[Any, ...]) -> None:
            now, peer = clock(), source[:2]
            if not quickly(datagrams, peer, relay, now):
                self._run(self.turn.arrived(datagrams, relay, peer, now), now)

        return arrived

    def _close_relay(self, relay: Address) -> None:
        reader = self._relays.pop(relay, None)
        if reader is not None:
            reader.close()

    def _close_client(self, client: FiveTuple) -> None:
        connection = self._connections.get(client)
        if connection is not None:
            connection.close()


def channel_of(data: bytes) -> bytes:
    """What tells channels, and anything else, apart: the first two bytes."""
    return data[:2]


def tell(ended: PairEnded) -> None:
    """One line for each pair that was relayed, without addresses; for those that only tried, where all is told."""
    level = log.info if ended.relayed else log.debug
    level(line("relayed", bytes=ended.bytes, seconds=round(ended.seconds, 1)))
