"""Allocations at TURN servers over UDP, TCP and TLS: the sockets and timers of pypeer.connect.turn."""

import asyncio
import logging
import os
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, cast

from pypeer.connect.servers import Relay, Transport
from pypeer.connect.sockets import BUFFER_BYTES, OnDatagram
from pypeer.connect.turn.client import TurnClient
from pypeer.connect.turn.lifetime import FOREVER
from pypeer.connect.turn.signing import Credentials
from pypeer.connect.turn.words import RELEASED, Effect, Ended, Granted, PeerRefused, Received, State, ToServer, Want
from signaling.protocol.framing import WHOLE_BYTES, Frames, FramingError
from signaling.protocol.stun import Address

ALLOCATE_S: Final = 5.0
"""Bound of an allocation: TCP, TLS and two requests on a slow path; nothing waits for it."""

LINGER_S: Final = 0.5
"""How long the answer to a release is waited for; without one the relay lets go of it by itself in ten minutes."""

QUEUED_BYTES: Final = 1024 * 1024
"""What may wait for a slow connection to a relay, 0.8 s at 10 Mbit/s; what comes then is lost, and SCTP slows down."""

_log = logging.getLogger("byway.connect")


class RelayedBase:
    """One relayed address. Implements pypeer.connect.sockets.Base."""

    def __init__(self, allocation: "Allocation", relayed: Address) -> None:
        self.number = -1
        self.relayed = relayed
        self._allocation = allocation

    @property
    def mapped(self) -> Address | None:
        """The address under which the relay sees us."""
        return self._allocation.mapped

    def send(self, data: bytes, to: Address, ttl: int | None = None) -> None:
        """Send by way of the relay; it makes the hops, so `ttl` means nothing."""
        self._allocation.send(data, to)

    def close(self) -> None:
        """Not needed any more; the last one gives the allocation back."""
        self._allocation.closed(self)


class Allocation:
    """An allocation and the way to its server. Each datagram goes to `on_datagram` with the number of its base."""

    def __init__(self, relay: Relay, on_datagram: OnDatagram, want: Want = Want.BOTH) -> None:
        self.bases: tuple[RelayedBase, ...] = ()
        self.mapped: Address | None = None
        self.unheard = False
        """Whether IPv6 is worth asking for apart."""
        credentials = Credentials(relay.username, relay.credential)
        self._client = TurnClient(credentials, relay.transport is not Transport.UDP, os.urandom, want)
        self._relay = relay
        self._on_datagram = on_datagram
        self._open: set[RelayedBase] = set()
        self._by_family: dict[bool, RelayedBase] = {}
        self._way: _Datagrams | _Stream | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._settled = asyncio.Event()
        self._over = asyncio.Event()

    async def open(self, address: Address) -> None:
        """Ask one address of the relay; `bases` are there if it granted. Raises OSError, TimeoutError."""
        async with asyncio.timeout(ALLOCATE_S):
            self._way = await _connect(self, self._relay, address)
            self._perform(self._client.start(time.monotonic()))
            await self._settled.wait()

    def renew(self, relays: Iterable[Relay]) -> None:
        """There are newer credentials, among them those for this relay."""
        for each in relays:
            if each.place == self._relay.place:
                self._client.renew(Credentials(each.username, each.credential))

    def send(self, data: bytes, to: Address) -> None:
        """Send to a peer."""
        wrapped = self._client.wrap(to, data)
        if wrapped is not None:
            self._write(wrapped)
        else:
            self._perform(self._client.send(to, data, time.monotonic()))

    def received(self, data: bytes) -> None:
        """The server sent something."""
        found = self._client.unwrap(data)
        if found is not None:
            self._deliver(*found)
        else:
            self._perform(self._client.receive(data, time.monotonic()))

    def lost(self, error: Exception | None) -> None:
        """The socket is closed, by whoever did that."""
        if error is not None or self._client.state in (State.ALLOCATING, State.OPEN):
            _log.info("relay %s: the connection broke: %s", self._relay.host, error or "closed by the relay")
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
                    self._write(effect.data)
                case Received():
                    self._deliver(effect.peer, effect.data)
                case Granted():
                    self._granted(effect)
                case PeerRefused():
                    _log.debug("relay %s, to %s: %s (%d)", self._relay.host, effect.host, effect.reason, effect.code)
                case Ended():
                    level = logging.DEBUG if effect.reason == RELEASED else logging.INFO
                    _log.log(level, "relay %s: %s (%d)", self._relay.host, effect.reason, effect.code)
                    self._finish()
        self._arm()

    def _granted(self, granted: Granted) -> None:
        self.mapped, self.unheard = granted.mapped, granted.unheard
        self.bases = tuple(RelayedBase(self, each) for each in granted.relayed)
        self._open = set(self.bases)
        self._by_family = {":" in base.relayed[0]: base for base in self.bases}
        self._settled.set()

    def _deliver(self, peer: Address, data: bytes) -> None:
        base = self._by_family.get(":" in peer[0])
        if base is not None:
            self._on_datagram(base.number, peer, data)

    def _write(self, data: bytes) -> None:
        if self._way is not None:
            self._way.send(data)

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


class _Datagrams(asyncio.DatagramProtocol):
    """A way to the server over UDP."""

    def __init__(self, allocation: Allocation) -> None:
        self._allocation = allocation

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's is one in all but name
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._allocation.received(data)

    def error_received(self, exc: Exception) -> None:
        _log.debug("relay: %s", exc)

    def send(self, data: bytes) -> None:
        """Send, or lose it."""
        self._transport.sendto(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._allocation.lost(exc)

    def close(self) -> None:
        """Close the socket; `lost` is called."""
        self._transport.abort()


class _Stream(asyncio.Protocol):
    """A way to the server over TCP or TLS."""

    def __init__(self, allocation: Allocation) -> None:
        self._allocation = allocation
        self._frames = Frames()
        self._frames.most = WHOLE_BYTES

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            messages = self._frames.feed(data)
        except FramingError as error:
            _log.info("relay: %s", error)
            self._transport.abort()
            return
        for message in messages:
            self._allocation.received(message)

    def connection_lost(self, exc: Exception | None) -> None:
        self._allocation.lost(exc)

    def send(self, data: bytes) -> None:
        """Send, or lose it if too much waits already."""
        if self._transport.get_write_buffer_size() < QUEUED_BYTES:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection, without a farewell of TLS that somebody would have to wait for; `lost` is called."""
        self._transport.abort()


async def _connect(allocation: Allocation, relay: Relay, address: Address) -> _Datagrams | _Stream:
    """A way to the server; to TLS it is the name of the URL, whatever address it has. Raises OSError."""
    loop = asyncio.get_running_loop()
    if relay.transport is Transport.UDP:
        _, datagrams = await loop.create_datagram_endpoint(lambda: _Datagrams(allocation), remote_addr=address)
        return datagrams
    secure = relay.transport is Transport.TLS
    context, name = (ssl.create_default_context(), relay.host) if secure else (None, None)
    _, stream = await loop.create_connection(lambda: _Stream(allocation), *address, ssl=context, server_hostname=name)
    return stream


async def open_relay(
    relay: Relay, address: Address, on_datagram: OnDatagram, want: Want = Want.BOTH
) -> Allocation | None:
    """An allocation at one address of a relay, or None if it cannot be had; the log says why."""
    allocation = Allocation(relay, on_datagram, want)
    try:
        await allocation.open(address)
    except (OSError, TimeoutError) as error:
        _log.info("relay %s: %s", relay.host, str(error) or f"no answer within {ALLOCATE_S:.0f} s")
    finally:
        if not allocation.bases:
            allocation.abandon()
    return allocation if allocation.bases else None
