"""Of two that dial each other through NATs, one does not let ICMP end its call: it waits until the other's SYN comes.

A NAT that refuses a SYN by ICMP ends the call of whoever sent it, while his own NAT goes on to expect an answer to just
that SYN. If the other's SYN comes now, before he has dialled again, that NAT (Linux does so) takes it for the answer,
and from then on takes his new SYN, with another sequence number, for a fault, and does not translate it: the splice
stands still for minutes. In the laboratory that was one in forty. Where it is RST that refuses, his NAT has forgotten
the call, too, and nothing is lost.

So role B, which dials first, since it knows first where the other is, stays in its call. Linux ignores ICMP about
packets that had less than IP_MINTTL (IPV6_MINHOPCOUNT) hops left (ip(7), RFC 5082), and whatever else comes with less.
Role B sends with fewer hops than that, and the other side with 64, as everybody does.
"""

import contextlib
import socket
import sys
from typing import Final

HOPS: Final = 32
"""What a SYN of who waits is sent with: paths of more hops are hardly ever seen."""

HEARS: Final = HOPS + 1
"""The least with which it hears: of its own SYN less is left wherever that is refused, and of what others send with 64
more, up to 31 hops away."""

USUAL: Final = -1
"""The system's own choice."""

IP_MINTTL: Final = 21
"""From linux/in.h."""
IPV6_MINHOPCOUNT: Final = 73
"""From linux/in6.h."""


def prepare(dialling: socket.socket) -> None:
    """Before it dials; without effect where a system cannot do it."""
    if sys.platform == "linux":  # the numbers mean something else elsewhere
        _set(dialling, HOPS, HEARS)


def connected(dialling: socket.socket) -> None:
    """It waits no more."""
    if sys.platform == "linux":
        _set(dialling, USUAL, 0)


def _set(made: socket.socket, hops: int, hears: int) -> None:
    level, sends, least = socket.IPPROTO_IP, socket.IP_TTL, IP_MINTTL
    if made.family == socket.AF_INET6:
        level, sends, least = socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, IPV6_MINHOPCOUNT
    with contextlib.suppress(OSError):
        made.setsockopt(level, sends, hops)
        made.setsockopt(level, least, hears)
