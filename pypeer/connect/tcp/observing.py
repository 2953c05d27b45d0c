"""Under which address others see one of our TCP ports: STUN over TCP (RFC 8489, section 6.2.2), at the relay's port.

The connection leaves from the very port that listens and dials. Where a NAT gives that port the same public one for all
destinations (RFC 5382, REQ-1), the other side can dial it while we dial the other side: the splice.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from pypeer.connect.servers import Relay, Servers, Transport
from pypeer.connect.tcp.bases import Bases
from signaling.protocol import stun
from signaling.protocol.framing import Frames, FramingError
from signaling.protocol.stun import Attribute, Class, Method
from signaling.protocol.values import Address, StunError

OBSERVERS_MAX: Final = 2
"""Servers asked: what a second would add is an address of another family."""

READ_BYTES: Final = 4096
"""More than any answer."""


def observers(servers: Servers) -> list[Relay]:
    """Who answers STUN over TCP."""
    return [relay for relay in servers.relays if relay.transport is Transport.TCP][:OBSERVERS_MAX]


@asynccontextmanager
async def observed(bases: Bases, base: Address, server: Address) -> AsyncIterator[Address | None]:
    """The address as the server sees it, or None; the NAT keeps it while the block lasts. Raises OSError."""
    connection = await bases.dial(base, server)
    try:
        yield await _ask(connection)
    finally:
        connection.close()


async def next_ports(bases: Bases, host: str, server: Address) -> list[Address]:
    """What the server sees of two more of our ports, opened one right after the other; raises OSError."""

    async def one() -> Address | None:
        async with observed(bases, (host, 0), server) as address:
            return address

    return [address for address in await asyncio.gather(one(), one()) if address is not None]


async def _ask(connection: socket.socket) -> Address | None:
    loop = asyncio.get_running_loop()
    transaction = os.urandom(12)
    request = stun.encode(Method.BINDING, Class.REQUEST, transaction, (), fingerprint=False)
    await loop.sock_sendall(connection, request)
    frames = Frames()
    with contextlib.suppress(FramingError, StunError):
        while data := await loop.sock_recv(connection, READ_BYTES):
            for frame in frames.feed(data):
                answer = stun.decode(frame)
                if answer.transaction == transaction and answer.kind is Class.SUCCESS:
                    return answer.xor_address(Attribute.XOR_MAPPED_ADDRESS)
    return None
