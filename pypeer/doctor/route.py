"""The first routers on the way to a server: packets with a small time to live, and who reports their end.

Linux tells the sender of a datagram who dropped it, without privileges (IP_RECVERR, ip(7)); elsewhere nothing is found.
The packets go to the server's STUN port, as all others do. Two private routers in a row are two NATs, most likely, and
one with an address of RFC 6598 is the provider's.
"""

import asyncio
import os
import socket
import struct
import sys
from contextlib import suppress
from typing import Final

from pypeer.doctor.findings import Route
from pypeer.loops import readable
from signaling.protocol import stun
from signaling.protocol.stun import TRANSACTION_BYTES, Class, Method
from signaling.protocol.values import Address

HOPS: Final = 4
"""The home's router, the provider's, and two to see where the Internet begins."""

WITHIN_S: Final = 1.0
"""Routers answer within some 50 ms; those that do not answer at all, as many, are not waited for any longer."""

IP_RECVERR: Final = 11
SO_EE_ORIGIN_ICMP: Final = 2
ICMP_TIME_EXCEEDED: Final = 11
"""From linux/in.h, linux/errqueue.h and RFC 792."""

_error = struct.Struct("=IBBBBII")
"""struct sock_extended_err; the address of who reported follows it (struct sockaddr_in)."""


async def find(server: Address) -> Route:
    """Ask with each time to live at once; nothing on other systems than Linux."""
    if sys.platform != "linux":
        return Route()
    hops = await asyncio.gather(*(_hop(server, ttl) for ttl in range(1, HOPS + 1)))
    return Route(shorten(list(hops)))


def shorten(hops: list[str]) -> tuple[str, ...]:
    """Without the silence at the end."""
    while hops and not hops[-1]:
        hops.pop()
    return tuple(hops)


async def _hop(server: Address, ttl: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.setblocking(False)
        try:
            probe.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            probe.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
            probe.sendto(stun.encode(Method.BINDING, Class.REQUEST, os.urandom(TRANSACTION_BYTES)), server)
        except OSError:
            return ""
        with suppress(TimeoutError):
            async with asyncio.timeout(WITHIN_S):
                await readable(probe)
        return reporter(probe)


def reporter(probe: socket.socket) -> str:
    """Who reported that the time to live of our packet was over; empty if nobody did."""
    try:
        _, ancillary, _, _ = probe.recvmsg(0, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return ""
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == IP_RECVERR and len(data) >= _error.size + 8:
            return read(data)
    return ""


def read(data: bytes) -> str:
    """The reporting router in a control message."""
    _, origin, kind, _, _, _, _ = _error.unpack_from(data)
    if origin != SO_EE_ORIGIN_ICMP or kind != ICMP_TIME_EXCEEDED:
        return ""
    return socket.inet_ntoa(data[_error.size + 4 : _error.size + 8])
