"""The ways to a TURN server: a socket of UDP, or a connection of TCP or TLS."""

import asyncio
import errno
import logging
import os
import ssl
from typing import Final, Protocol, cast

from pypeer.connect.ice.candidate import family_of
from pypeer.connect.servers import Transport
from pypeer.connect.sockets import Base, bind, open_base
from signaling.protocol.framing import WHOLE_BYTES, Frames, FramingError
from signaling.protocol.values import Address

QUEUED_BYTES: Final = 1024 * 1024
"""What may wait for a slow connection to a relay, 0.8 s at 10 Mbit/s; what comes then is lost, and SCTP slows down."""

_log = logging.getLogger("byway.connect")


class Owner(Protocol):
    """Who uses a wire."""

    def received(self, messages: list[bytes]) -> None:
        """The server sent messages."""

    def lost(self, error: Exception | None) -> None:
        """The wire is closed, by whoever did that."""


class Wire(Protocol):
    """A way to a server."""

    def send(self, messages: list[bytes]) -> None:
        """Send in this order, or lose them."""

    def close(self) -> None:
        """Close it; `lost` is called."""


class DatagramWire:
    """A way to the server over UDP."""

    def __init__(self, owner: Owner, server: Address) -> None:
        self._owner = owner
        self._server = server
        self._base: Base | None = None

    async def open(self) -> None:
        """Take a port; raises OSError."""
        bound = bind("::" if family_of(self._server[0]) == 6 else "0.0.0.0", None)
        if bound is None:
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
        self._base = await open_base(0, bound, self._came)

    def _came(self, number: int, source: Address, datagrams: list[bytes]) -> None:
        if source == self._server:
            self._owner.received(datagrams)

    def send(self, messages: list[bytes]) -> None:
        """Send in this order, or lose them."""
        if self._base is not None:
            self._base.send_all(messages, self._server)

    def close(self) -> None:
        """Close the socket; `lost` is called."""
        base, self._base = self._base, None
        if base is not None:
            base.close()
            asyncio.get_running_loop().call_soon(self._owner.lost, None)


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
        self._owner.received(messages)

    def connection_lost(self, exc: Exception | None) -> None:
        self._owner.lost(exc)

    def send(self, messages: list[bytes]) -> None:
        """Send in this order, or lose them if too much waits already."""
        if self._transport.get_write_buffer_size() < QUEUED_BYTES:
            self._transport.writelines(messages)

    def close(self) -> None:
        """Close the connection, without a farewell of TLS that somebody would have to wait for; `lost` is called."""
        self._transport.abort()


async def connect(owner: Owner, address: Address, transport: Transport, name: str) -> Wire:
    """A wire to the server; to TLS it is `name`, whatever address it has. Raises OSError."""
    loop = asyncio.get_running_loop()
    if transport is Transport.UDP:
        datagrams = DatagramWire(owner, address)
        await datagrams.open()
        return datagrams
    context, verified = (ssl.create_default_context(), name) if transport is Transport.TLS else (None, None)
    _, stream = await loop.create_connection(lambda: StreamWire(owner), *address, ssl=context, server_hostname=verified)
    return stream
