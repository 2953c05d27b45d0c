"""The ways to a TURN server: a socket of UDP, or a connection of TCP or TLS."""

import asyncio
import logging
import socket
import ssl
from contextlib import suppress
from typing import Any, Final, Protocol, cast

from pypeer.connect.servers import Transport
from pypeer.connect.sockets import BUFFER_BYTES
from signaling.protocol.framing import WHOLE_BYTES, Frames, FramingError
from signaling.protocol.stun import Address

QUEUED_BYTES: Final = 1024 * 1024
"""What may wait for a slow connection to a relay, 0.8 s at 10 Mbit/s; what comes then is lost, and SCTP slows down."""

_log = logging.getLogger("byway.connect")


class Owner(Protocol):
    """Who uses a wire."""

    def received(self, data: bytes) -> None:
        """The server sent a message."""

    def lost(self, error: Exception | None) -> None:
        """The wire is closed, by whoever did that."""


class Wire(Protocol):
    """A way to a server."""

    def send(self, data: bytes) -> None:
        """Send, or lose it."""

    def close(self) -> None:
        """Close it; `lost` is called."""


class DatagramWire(asyncio.DatagramProtocol):
    """A way to the server over UDP."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's is one in all but name
        with suppress(OSError):
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._owner.received(data)

    def error_received(self, exc: Exception) -> None:
        _log.debug("relay: %s", exc)

    def send(self, data: bytes) -> None:
        """Send, or lose it."""
        self._transport.sendto(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.lost(exc)

    def close(self) -> None:
        """Close the socket; `lost` is called."""
        self._transport.abort()


class StreamWire(asyncio.Protocol):
    """A way to the server over TCP or TLS."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
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
            self._owner.received(message)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.lost(exc)

    def send(self, data: bytes) -> None:
        """Send, or lose it if too much waits already."""
        if self._transport.get_write_buffer_size() < QUEUED_BYTES:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection, without a farewell of TLS that somebody would have to wait for; `lost` is called."""
        self._transport.abort()


async def connect(owner: Owner, address: Address, transport: Transport, name: str) -> Wire:
    """A wire to the server; to TLS it is `name`, whatever address it has. Raises OSError."""
    loop = asyncio.get_running_loop()
    if transport is Transport.UDP:
        _, datagrams = await loop.create_datagram_endpoint(lambda: DatagramWire(owner), remote_addr=address)
        return datagrams
    context, verified = (ssl.create_default_context(), name) if transport is Transport.TLS else (None, None)
    _, stream = await loop.create_connection(lambda: StreamWire(owner), *address, ssl=context, server_hostname=verified)
    return stream
