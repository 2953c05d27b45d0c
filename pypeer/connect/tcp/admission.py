"""From a connection to a link: both prove to be the expected peers, then TLS. Who does not, gets nothing."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

from pypeer.links.security import is_expected
from pypeer.links.tls import TlsLink
from pypeer.secure.keys import Role
from pypeer.secure.knock import KNOCK_BYTES, How, Knocks

ADMIT_S: Final = 5.0
"""Bound of it all, three round trips: no honest path takes so long for them."""


class AdmissionError(Exception):
    """It was not the expected peer."""


class Door:
    """Admits to one link. `secure` gives TLS and the other side's certificate, once that is known."""

    def __init__(self, role: Role, knocks: Knocks, secure: Callable[[], Awaitable[tuple[ssl.SSLContext, bytes]]]):
        self._role = role
        self._knocks = knocks
        self._secure = secure

    async def admit(self, connection: socket.socket, here: How) -> tuple[TlsLink, How]:
        """A link over this connection, and how the other side came by it; raises AdmissionError or OSError."""
        try:
            async with asyncio.timeout(ADMIT_S):
                there = await self._knock(connection, here)
                context, certificate = await self._secure()
        except BaseException:
            connection.close()
            raise
        link = TlsLink()
        await self._establish(link, connection, context)
        if link.secured is None or not is_expected(link.secured, certificate):
            link.abort()
            raise AdmissionError("not the expected certificate")
        return link, there

    async def _knock(self, connection: socket.socket, here: How) -> How:
        """Who has dialled shows itself first; who was dialled shows itself to the expected peer only."""
        loop = asyncio.get_running_loop()
        mine = self._knocks.make(self._role, here)
        if here is not How.LISTENED:
            await loop.sock_sendall(connection, mine)
        there = self._knocks.read(self._role.other, await _read(connection))
        if there is None or there is here is How.LISTENED:
            raise AdmissionError("not the expected peer")
        if here is How.LISTENED:
            await loop.sock_sendall(connection, mine)
        return there

    async def _establish(self, link: TlsLink, connection: socket.socket, context: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        if self._role is Role.A:
            await loop.create_connection(
                lambda: link, sock=connection, ssl=context, server_hostname="", ssl_handshake_timeout=ADMIT_S
            )
        else:
            await loop.connect_accepted_socket(
                lambda: link, sock=connection, ssl=context, ssl_handshake_timeout=ADMIT_S
            )


async def _read(connection: socket.socket) -> bytes:
    """Exactly what the other side proves itself with: what comes behind is for TLS."""
    loop = asyncio.get_running_loop()
    data = b""
    while len(data) < KNOCK_BYTES:
        more = await loop.sock_recv(connection, KNOCK_BYTES - len(data))
        if not more:
            raise AdmissionError("the connection was closed")
        data += more
    return data
