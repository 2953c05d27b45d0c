"""Allocations at TURN servers (RFC 8656), by aioice's client."""

import asyncio
import contextlib
import logging
import ssl
from collections.abc import Callable
from typing import Any, Final

from aioice.stun import TransactionError
from aioice.turn import TurnTransport, create_turn_endpoint

from pypeer.connect.servers import Relay, Transport
from signaling.protocol.stun import Address

ALLOCATE_S: Final = 5.0
"""Bound of an allocation: TCP, TLS and two requests on a slow path; nothing waits for it."""

_log = logging.getLogger("byway.connect")


class Allocation(asyncio.DatagramProtocol):
    """A base at a relay. Implements pypeer.connect.sockets.Base."""

    def __init__(self, on_datagram: Callable[[int, Address, bytes], None]) -> None:
        self.number = -1
        self.transport: TurnTransport | None = None
        self._on_datagram = on_datagram

    @property
    def relayed(self) -> Address:
        """The address at the relay."""
        host, port = self._info("sockname")
        return host, port

    @property
    def mapped(self) -> Address | None:
        """The address under which the relay sees us."""
        address: Address | None = self._info("related_address")
        return address

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """The peer sent something to the relay."""
        self._on_datagram(self.number, (addr[0], addr[1]), data)

    def error_received(self, exc: Exception) -> None:
        """A permission or a channel was refused: that path does not work, and its checks show it."""
        _log.debug("relay: %s", exc)

    def send(self, data: bytes, to: Address, ttl: int | None = None) -> None:
        """Send by way of the relay; it makes the hops, so `ttl` means nothing."""
        if self.transport is not None:
            self.transport.sendto(data, to)

    def close(self) -> None:
        """Give the allocation back."""
        if self.transport is not None:
            self.transport.close()

    def _info(self, name: str) -> Any:
        return self.transport.get_extra_info(name) if self.transport is not None else None


async def open_relay(
    relay: Relay, address: Address, on_datagram: Callable[[int, Address, bytes], None]
) -> Allocation | None:
    """An allocation at one address of a relay, or None if it cannot be had."""
    allocation = Allocation(on_datagram)
    context = ssl.create_default_context() if relay.transport is Transport.TLS else None
    how = "udp" if relay.transport is Transport.UDP else "tcp"
    with contextlib.suppress(OSError, TimeoutError, TransactionError, ssl.SSLError):
        async with asyncio.timeout(ALLOCATE_S):
            allocation.transport, _ = await create_turn_endpoint(
                lambda: allocation, address, relay.username, relay.credential, ssl=context, transport=how
            )
            return allocation
    _log.info("no relay at %s", address[0])
    return None
