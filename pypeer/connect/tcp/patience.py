"""Of two that dial each other through NATs, one does not let ICMP end its call: it waits until the other's SYN comes.

A NAT that refuses a SYN by ICMP ends the call of whoever sent it, while his own NAT goes on to expect an answer to just
that SYN. If the other's SYN comes now, before he has dialled again, that NAT (Linux does so) takes it for the answer,
and from then on takes his new SYN, with another sequence number, for a fault, and does not translate it: the splice
stands still for minutes. In the laboratory that was one in forty. Where it is RST that refuses, his NAT has forgotten
the call, too, and nothing is lost.

So role B, which dials first, since it knows first where the other is, stays in its call. Linux ignores ICMP about
packets that had less than IP_MINTTL (IPV6_MINHOPCOUNT) hops left, and whatever else comes with less; so role B sends
with fewer hops than that, and role A, whoever dials, with more (ip(7), RFC 5082).
"""

import contextlib
import socket
import sys
from typing import Final

from pypeer.secure.keys import Role

NEAR: Final = 64
"""Hops of who waits, and the least with which it hears: packets of its own have fewer wherever they are refused."""

FAR: Final = 128
"""Hops of the other: more than NEAR are left after any path (64 hops are what most systems give a packet)."""

IP_MINTTL: Final = 21
"""From linux/in.h."""
IPV6_MINHOPCOUNT: Final = 73
"""From linux/in6.h."""


def answer(listener: socket.socket, role: Role) -> None:
    """Whoever waits hears what this listener answers."""
    if role is Role.A:
        _set_hops(listener, FAR)


def prepare(dialling: socket.socket, role: Role) -> None:
    """Before a socket dials through what may refuse; without effect where a system cannot do it."""
    _set_hops(dialling, NEAR if role is Role.B else FAR)
    if role is Role.B:
        _hear_from(dialling, NEAR)


def connected(dialling: socket.socket) -> None:
    """It is not waiting any more."""
    _hear_from(dialling, 0)


def _set_hops(made: socket.socket, hops: int) -> None:
    with contextlib.suppress(OSError):
        if made.family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, hops)
        else:
            made.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)


def _hear_from(made: socket.socket, hops: int) -> None:
    if sys.platform != "linux":  # the numbers mean something else there
        return
    with contextlib.suppress(OSError):
        if made.family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, IPV6_MINHOPCOUNT, hops)
        else:
            made.setsockopt(socket.IPPROTO_IP, IP_MINTTL, hops)
