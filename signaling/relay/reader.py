"""UDP sockets that are read in batches and written without a queue.

The transports of asyncio read one datagram each time the loop comes round, and queue without bound what the network
does not take. A relay wants neither: it reads what has arrived, and drops what cannot leave.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import Any, Final

BATCH: Final = 32
"""Datagrams read before others have their turn: about a millisecond's work."""

BUFFER_BYTES: Final = 2 * 1024 * 1024
"""What the kernel may keep while the loop is busy; it gives less unless net.core.rmem_max allows it."""

DATAGRAM_BYTES: Final = 65_535

Handler = Callable[[bytes, tuple[Any, ...]], None]


class Reader:
    """One socket, read as long as it is open."""

    def __init__(self, opened: socket.socket, handle: Handler) -> None:
        self._socket = opened
        self._handle = handle
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(opened, self._read)

    def send(self, data: bytes, to: tuple[Any, ...]) -> bool:
        """Whether the network has taken it."""
        try:
            self._socket.sendto(data, to)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Close the socket."""
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _read(self) -> None:
        for _ in range(BATCH):
            try:
                data, source = self._socket.recvfrom(DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except OSError:
                # What ICMP said about something that was sent before.
                continue
            self._handle(data, source)
            if self._socket.fileno() < 0:
                return


def bind(host: str, port: int) -> socket.socket:
    """A UDP socket at one address; raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        listener.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            with suppress(OSError):
                listener.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
        listener.bind((host, port))
        stack.pop_all()
    return listener
