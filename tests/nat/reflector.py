"""Sockets of both ends, each in its namespace, held by one process: what came and under which address is read off."""

import contextlib
import selectors
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tests.nat import netns
from tests.nat.places import SERVER

QUIET_S: Final = 0.15
"""How long a packet may take in a laboratory without delay on a busy machine; after that it was dropped."""

TRIES: Final = 4
"""A busy machine may hold one packet up for longer, or lose it while neighbours are looked up; hardly four."""

PORTS: Final = (7000, 7001)
"""Two of the server's, as RFC 5780 wants."""

Endpoint = tuple[str, int]


@dataclass(slots=True)
class Reflector:
    """The server's sockets: [address][port]."""

    sockets: list[list[socket.socket]]

    @classmethod
    def open(cls, addresses: tuple[str, ...]) -> "Reflector":
        """Bind all of them."""
        return cls([[udp_socket(SERVER, address, port) for port in PORTS] for address in addresses])

    def endpoint(self, address: int, port: int) -> Endpoint:
        """Where one of them is."""
        return endpoint(self.sockets[address][port])

    def seen(self, address: int, port: int) -> Endpoint | None:
        """Under which address the last packet came."""
        got = receive(self.sockets[address][port])
        return got[1] if got else None

    def close(self) -> None:
        """Close all of them."""
        for row in self.sockets:
            for each in row:
                each.close()


def udp_socket(name: str, address: str = "", port: int = 0, family: int = 0) -> socket.socket:
    """A UDP socket in a namespace."""
    family = family or (socket.AF_INET6 if ":" in address else socket.AF_INET)
    with netns.inside(name):
        udp = socket.socket(family, socket.SOCK_DGRAM)
    udp.bind((address, port))
    udp.setblocking(False)
    return udp


def endpoint(udp: socket.socket) -> Endpoint:
    """Where a socket is bound."""
    host, port = udp.getsockname()[:2]
    return str(host), int(port)


def receive(udp: socket.socket, within: float = QUIET_S) -> tuple[bytes, Endpoint] | None:
    """The last packet that waits or comes in time, and whence."""
    got = None
    with selectors.DefaultSelector() as selector:
        selector.register(udp, selectors.EVENT_READ)
        while selector.select(0 if got else within):
            data, source = udp.recvfrom(2048)
            got = data, (str(source[0]), int(source[1]))
    return got


@contextlib.contextmanager
def reflector(addresses: tuple[str, ...]) -> Iterator[Reflector]:
    """The server's sockets while the block lasts."""
    opened = Reflector.open(addresses)
    try:
        yield opened
    finally:
        opened.close()


def reach(probe: socket.socket, server: Reflector, address: int, port: int) -> Endpoint | None:
    """As whom the server sees a probe at one of its endpoints; None if nothing gets there."""
    for _ in range(TRIES):
        probe.sendto(b"reach", server.endpoint(address, port))
        if (source := server.seen(address, port)) is not None:
            return source
    return None
