"""Allocations at TURN servers over UDP, TCP and TLS: the sockets and timers of pypeer.connect.turn."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterable
from typing import Final

from pypeer.connect import trouble
from pypeer.connect.relay_wires import Wire, connect
from pypeer.connect.relayed import RelayedBase
from pypeer.connect.servers import Relay, Transport
from pypeer.connect.sockets import OnDatagrams
from pypeer.connect.turn.client import TurnClient
from pypeer.connect.turn.lifetime import FOREVER
from pypeer.connect.turn.redirects import Redirects
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.words import (
    RELEASED,
    Alternate,
    Doubtful,
    Effect,
    Ended,
    Granted,
    PeerRefused,
    Received,
    State,
    ToServer,
    Want,
)
from pypeer.protocol.report import RelayTrouble
from signaling.protocol.values import Address

ALLOCATE_S: Final = 5.0
"""Bound of an allocation: TCP, TLS and two requests on a slow path; nothing waits for it."""

LINGER_S: Final = 0.5
"""How long the answer to a release is waited for; without one the relay lets go of it by itself in ten minutes."""

OnTrouble = Callable[[RelayTrouble], None]

_log = logging.getLogger("byway.connect")


class Allocation:
    """An allocation and the way to its server. Each datagram goes to `on_datagrams` with the number of its base."""

    def __init__(self, relay: Relay, on_datagrams: OnDatagrams, want: Want, on_trouble: OnTrouble) -> None:
        self.bases: tuple[RelayedBase, ...] = ()
        self.mapped: Address | None = None
        self.unheard = False
        """Whether IPv6 is worth asking for apart."""
        credentials = Credentials(relay.username, relay.credential)
        self._client = TurnClient(credentials, relay.transport is not Transport.UDP, os.urandom, want)
        self._relay = relay
        self._on_datagrams = on_datagrams
        self._on_trouble = on_trouble
        self.on_doubt: Callable[[], None] = lambda: None
        """It works, but will not last: another is needed."""
        self._alternate: Alternate | None = None
        self._open: set[RelayedBase] = set()
        self._by_family: dict[bool, RelayedBase] = {}
        self._way: Wire | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._settled = asyncio.Event()
        self._over = asyncio.Event()

    async def try_open(self, address: Address, name: str) -> Alternate | None:
        """Ask one address of the relay, which goes by `name`; `bases` are there if it granted. Returns another server
        to be asked instead, if it names one."""
        try:
            async with asyncio.timeout(ALLOCATE_S):
                self._way = await connect(self, address, self._relay.transport, name)
                self._perform(self._client.start(time.monotonic()))
                await self._settled.wait()
        except (OSError, TimeoutError) as error:
            self._on_trouble(trouble.unreachable(self._relay, error))
        finally:
            if not self.bases:
                self.abandon()
        return self._alternate

    def renew(self, relays: Iterable[Relay]) -> None:
        """There are newer credentials, among them those for this relay."""
        for each in relays:
            if each.place == self._relay.place:
                self._client.renew(Credentials(each.username, each.credential))

    def send(self, datagrams: list[bytes], to: Address) -> None:
        """Send to a peer."""
        wrapped = []
        for data in datagrams:
            message = self._client.wrap(to, data)
            if message is not None:
                wrapped.append(message)
            else:
                self._perform(self._client.send(to, data, time.monotonic()))
        self._write(wrapped)

    def received(self, messages: list[bytes]) -> None:
        """The server sent messages."""
        found: dict[Address, list[bytes]] = {}
        for message in messages:
            unwrapped = self._client.unwrap(message)
            if unwrapped is not None:
                found.setdefault(unwrapped[0], []).append(unwrapped[1])
            else:
                self._perform(self._client.receive(message, time.monotonic()))
        for peer, datagrams in found.items():
            self._deliver(peer, datagrams)

    def lost(self, error: Exception | None) -> None:
        """The socket is closed, by whoever did that."""
        if self._client.state in (State.ALLOCATING, State.OPEN):
            self._on_trouble(trouble.broken(self._relay, error))
        self._way = None
        self._finish()

    def closed(self, base: RelayedBase) -> None:
        """One of the bases is not needed any more."""
        self._open.discard(base)
        if not self._open:
            self.close()

    def close(self) -> None:
        """Give the allocation back, and let go once that is answered."""
        if not self._over.is_set():
            self._perform(self._client.release(time.monotonic()))
            asyncio.get_running_loop().call_later(LINGER_S, self._finish)

    def abandon(self) -> None:
        """Let go at once."""
        if not self._over.is_set():
            self._perform(self._client.release(time.monotonic()))
            self._finish()

    async def wait_closed(self) -> None:
        """After `close`: wait until it was given back, or that is given up."""
        await self._over.wait()

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case ToServer():
                    self._write([effect.data])
                case Received():
                    self._deliver(effect.peer, [effect.data])
                case Granted():
                    self._granted(effect)
                case PeerRefused():
                    _log.debug("relay %s, to %s: %s (%d)", self._relay.host, effect.host, effect.reason, effect.code)
                case Doubtful():
                    self._on_trouble(trouble.refused(self._relay, effect.code, effect.reason))
                    self.on_doubt()
                case Ended():
                    self._ended(effect)
                    self._finish()
        self._arm()

    def _ended(self, ended: Ended) -> None:
        self._alternate = ended.alternate
        if ended.reason != RELEASED and ended.alternate is None:
            self._on_trouble(trouble.refused(self._relay, ended.code, ended.reason))

    def _granted(self, granted: Granted) -> None:
        self.mapped, self.unheard = granted.mapped, granted.unheard
        self.bases = tuple(RelayedBase(self, each) for each in granted.relayed)
        self._open = set(self.bases)
        self._by_family = {":" in base.relayed[0]: base for base in self.bases}
        self._settled.set()

    def _deliver(self, peer: Address, datagrams: list[bytes]) -> None:
        base = self._by_family.get(":" in peer[0])
        if base is not None:
            self._on_datagrams(base.number, peer, datagrams)

    def _write(self, messages: list[bytes]) -> None:
        if self._way is not None and messages:
            self._way.send(messages)

    def _finish(self) -> None:
        """It is over, by whichever way: let go of all."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._settled.set()
        if self._way is None:
            self._over.set()
        else:
            self._way.close()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        at = self._client.wake_at()
        if at < FOREVER and self._way is not None:
            delay = max(0.0, at - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(delay, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._perform(self._client.tick(time.monotonic()))


async def open_relay(
    relay: Relay,
    address: Address,
    on_datagrams: OnDatagrams,
    want: Want = Want.BOTH,
    on_trouble: OnTrouble = lambda trouble: None,
) -> Allocation | None:
    """An allocation at one address of a relay, or where it sends us, or None if it cannot be had; `on_trouble` is told
    why, and of the end of one that was had."""
    ways = Redirects(address, relay.host)
    while True:
        allocation = Allocation(relay, on_datagrams, want, on_trouble)
        alternate = await allocation.try_open(ways.address, ways.name)
        if alternate is None:
            return allocation if allocation.bases else None
        if not ways.follow(alternate):
            on_trouble(trouble.astray(relay))
            return None
