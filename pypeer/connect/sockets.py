"""UDP sockets of one link: each is a base that candidates are known by."""

import asyncio
import contextlib
import logging
import random
import socket
import sys
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Final, Protocol, cast

from pypeer.connect.ice.candidate import family_of
from signaling.datagrams import Reader
from signaling.protocol.values import Address

BUFFER_BYTES: Final = 4 * 1024 * 1024
"""Receive buffer asked for: all that a receiver has asked for at most (limits.WINDOW_BYTES), so that nothing is lost
while the loop is busy elsewhere; systems grant what they allow."""

TTL: Final = 64
"""Hops of ordinary packets, the default everywhere; set again after a packet that shall not arrive."""

PORT_TRIES: Final = 64
"""Random ports of a range tried before it counts as full."""

MTU_DISCOVER: Final = {
    socket.AF_INET: (socket.IPPROTO_IP, 10),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 23),
}
PMTUDISC_DO: Final = 2
"""Path MTU discovery of Linux (ip(7), ipv6(7)), which Python has no names for."""

OnDatagrams = Callable[[int, Address, list[bytes]], None]
"""Gets the number of a base, and what came there together from one address."""

_log = logging.getLogger("byway.connect")


class Base(Protocol):
    """Something that datagrams leave from: a socket, or an allocation at a relay."""

    def send(self, data: bytes, to: Address, ttl: int | None = None) -> None:
        """Send; what cannot be sent is lost, as any datagram may be."""

    def send_all(self, datagrams: list[bytes], to: Address) -> None:
        """Send several in this order, likewise."""

    def send_whole(self, data: bytes, to: Address) -> None:
        """Send, unless the network might cut it up, or whether it does cannot be said."""

    def close(self) -> None:
        """Let go of it."""


class _ReaderBase:
    """A socket that is read and written in batches."""

    def __init__(self, number: int, bound: socket.socket, on_datagrams: OnDatagrams) -> None:
        self._bound = bound
        self._reader = Reader(bound, lambda datagrams, source: on_datagrams(number, source[:2], datagrams))

    def send(self, data: bytes, to: Address, ttl: int | None = None) -> None:
        with contextlib.suppress(OSError), _hops(self._bound, ttl):
            self._reader.send(data, to)

    def send_all(self, datagrams: list[bytes], to: Address) -> None:
        self._reader.send_all(datagrams, to)

    def send_whole(self, data: bytes, to: Address) -> None:
        if sys.platform == "linux":
            with contextlib.suppress(OSError), _whole(self._bound):
                self._reader.send(data, to)

    def close(self) -> None:
        self._reader.close()


class _TransportBase(asyncio.DatagramProtocol):
    """A socket for loops that cannot watch one (Windows)."""

    def __init__(self, number: int, bound: socket.socket, on_datagrams: OnDatagrams) -> None:
        self._number = number
        self._bound = bound
        self._on_datagrams = on_datagrams
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's is one in all but name

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self._on_datagrams(self._number, (addr[0], addr[1]), [data])

    def error_received(self, exc: Exception) -> None:
        _log.debug("datagram not sent: %s", exc)

    def send(self, data: bytes, to: Address, ttl: int | None = None) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        with contextlib.suppress(OSError), _hops(self._bound, ttl):  # no route there: as good as lost
            self._transport.sendto(data, to)

    def send_all(self, datagrams: list[bytes], to: Address) -> None:
        for data in datagrams:
            self.send(data, to)

    def send_whole(self, data: bytes, to: Address) -> None:
        """These systems have no way to say so."""

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Sockets:
    """All bases of one link, by number."""

    def __init__(self, on_datagrams: OnDatagrams, ports: tuple[int, int] | None = None) -> None:
        self._on_datagrams = on_datagrams
        self._ports = ports
        self._numbers = count()
        self._bases: dict[int, Base] = {}
        self._closed = False

    async def open(self, host: str) -> tuple[int, int] | None:
        """A new UDP socket on an address: its number and its port; None if there is none to be had."""
        bound = bind(host, self._ports)
        if bound is None:
            return None
        number = next(self._numbers)
        self._add(number, await open_base(number, bound, self._on_datagrams))
        return number, bound.getsockname()[1]

    def add(self, base: Base) -> int:
        """A base of another kind; returns its number."""
        number = next(self._numbers)
        self._add(number, base)
        return number

    def send(self, base: int, to: Address, data: bytes, ttl: int | None = None) -> None:
        """Send a datagram."""
        found = self._bases.get(base)
        if found is not None:
            found.send(data, to, ttl)

    def send_all(self, base: int, to: Address, datagrams: list[bytes]) -> None:
        """Send several datagrams, in this order."""
        found = self._bases.get(base)
        if found is not None:
            found.send_all(datagrams, to)

    def send_whole(self, base: int, to: Address, data: bytes) -> None:
        """Send a datagram that the network must not cut up."""
        found = self._bases.get(base)
        if found is not None:
            found.send_whole(data, to)

    def close_except(self, kept: set[int]) -> None:
        """Close what is not needed any more."""
        for number in self._bases.keys() - kept:
            self._bases.pop(number).close()

    def close(self) -> None:
        """Close all."""
        self._closed = True
        self.close_except(set())

    def _add(self, number: int, base: Base) -> None:
        if self._closed:
            base.close()
        else:
            self._bases[number] = base


async def open_base(number: int, bound: socket.socket, on_datagrams: OnDatagrams) -> Base:
    """A base of a bound UDP socket, which it closes."""
    try:
        return _ReaderBase(number, bound, on_datagrams)
    except NotImplementedError:
        base = _TransportBase(number, bound, on_datagrams)
        await asyncio.get_running_loop().create_datagram_endpoint(lambda: base, sock=bound)
        return base


@contextlib.contextmanager
def _hops(bound: socket.socket, ttl: int | None) -> Iterator[None]:
    """For what is sent meanwhile, this many hops."""
    if ttl is None:
        yield
        return
    bound.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)
    try:
        yield
    finally:
        bound.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, TTL)


@contextlib.contextmanager
def _whole(bound: socket.socket) -> Iterator[None]:
    """What is sent meanwhile is not cut up; else it is where the kernel knows that it is too large."""
    level, option = MTU_DISCOVER[bound.family]
    before = bound.getsockopt(level, option)
    bound.setsockopt(level, option, PMTUDISC_DO)
    try:
        yield
    finally:
        bound.setsockopt(level, option, before)


def bind(host: str, ports: tuple[int, int] | None) -> socket.socket | None:
    """A non-blocking UDP socket on an address and any port, or one of the range; None if none is free."""
    family = socket.AF_INET6 if family_of(host) == 6 else socket.AF_INET
    choices = [0] if ports is None else [random.randint(*ports) for _ in range(PORT_TRIES)]
    for port in choices:
        bound = socket.socket(family, socket.SOCK_DGRAM)
        try:
            bound.setblocking(False)
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
            bound.bind((host, port))
        except OSError as error:
            bound.close()
            _log.debug("cannot use %s, port %s: %s", host, port, error)
            continue
        return bound
    return None
