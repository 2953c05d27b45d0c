"""Names of servers and their addresses."""

import asyncio
import contextlib
import socket
from typing import Final

from pypeer.connect.ice.candidate import family_of
from signaling.protocol.values import Address

RESOLVE_S: Final = 3.0
"""Bound of a look-up of a server's name; its candidates come late then, and nothing else waits for them."""


async def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a server, one of each family; none if the name is not found in time."""
    if family_of(host):
        return [(host, port)]
    found: dict[int, Address] = {}
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, TimeoutError, UnicodeError):
        async with asyncio.timeout(RESOLVE_S):
            infos = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        for family, _, _, _, address in infos:
            found.setdefault(family, (str(address[0]), port))
    return list(found.values())
