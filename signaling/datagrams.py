"""UDP sockets that are read and written in batches, without a queue: of the server, and of peers.

The transports of asyncio read one datagram each time the loop comes round, and queue without bound what the network
does not take. Neither is wanted here: what has arrived is read, and what cannot leave is dropped. What a batch brings
for one destination leaves together, which the kernel splits again (UDP_SEGMENT, Linux 4.18), and what the kernel or the
network interface has put together is read together (UDP_GRO): half of the work of a relay is calls of the kernel, and
most of a transfer are datagrams of one size to one address.
"""

import asyncio
import errno
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Final

BATCH: Final = 32
"""Datagrams read before others have their turn: about half a millisecond's work."""

BUFFER_BYTES: Final = 2 * 1024 * 1024
"""What the kernel may keep while the loop is busy; it gives less unless net.core.rmem_max allows it."""

DATAGRAM_BYTES: Final = 65_535

SEGMENTS: Final = 32 if sys.platform == "linux" else 1
"""Datagrams that leave together; the kernel takes 64."""

TOGETHER_BYTES: Final = 65_000
"""And so many bytes: with the headers they have to fit one datagram, of 65,535 bytes."""

SOL_UDP: Final = 17
UDP_SEGMENT: Final = 103
"""From linux/udp.h."""

UDP_GRO: Final = 104
"""Likewise, Linux 5.0: datagrams of one size from one source are read together, where they came together."""

ANCILLARY_BYTES: Final = socket.CMSG_SPACE(4) if sys.platform == "linux" else 0
"""Room for the size of each, an `int`."""

Handler = Callable[[list[bytes], tuple[Any, ...]], None]
"""Gets datagrams that came together from one source."""


class Reader:
    """One socket, read as long as it is open. `handle` gets the datagrams, `after` is called when a batch is over.

    Raises NotImplementedError where the event loop cannot watch a socket (Windows).
    """

    def __init__(self, opened: socket.socket, handle: Handler, after: Callable[[], None] = lambda: None) -> None:
        self._socket = opened
        self._handle = handle
        self._after = after
        self._loop = asyncio.get_running_loop()
        self._to: tuple[Any, ...] = ()
        self._posted: list[bytes] = []
        self._size = 0
        self._total = 0
        self._lost = 0
        self._loop.add_reader(opened, self._read)  # first: where a loop cannot, the socket is left as it was
        if ANCILLARY_BYTES:
            with suppress(OSError):
                opened.setsockopt(SOL_UDP, UDP_GRO, 1)

    def send(self, data: bytes, to: tuple[Any, ...]) -> bool:
        """Send at once; whether the network has taken it."""
        try:
            self._socket.sendto(data, to)
        except OSError:
            return False
        return True

    def post(self, datagrams: Sequence[bytes], to: tuple[Any, ...]) -> None:
        """Send soon, with what goes to the same place: at the next `flush`."""
        if self._posted and to != self._to:
            self._leave()
        self._to = to
        for data in datagrams:
            size = len(data)
            if self._posted and (size > self._size or not self._has_room(size)):
                self._leave()
            if not self._posted:
                self._size, self._total = size, 0
            self._posted.append(data)
            self._total += size

    def flush(self) -> int:
        """Send what was posted; returns how many datagrams the network has not taken since the last time."""
        if self._posted:
            self._leave()
        lost, self._lost = self._lost, 0
        return lost

    def close(self) -> None:
        """Close the socket."""
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _has_room(self, size: int) -> bool:
        """Whether one more can leave together with the others. Only the last may be smaller, but not empty."""
        count = len(self._posted)
        alike = self._total == count * self._size and size > 0
        return alike and count < SEGMENTS and self._total + size <= TOGETHER_BYTES

    def _leave(self) -> None:
        posted, self._posted = self._posted, []
        if len(posted) > 1:
            try:
                segment = [(SOL_UDP, UDP_SEGMENT, self._size.to_bytes(2, sys.byteorder))]
                self._socket.sendmsg(posted, segment, 0, self._to)
                return
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                    self._lost += len(posted)
                    return
                # Larger than a packet on the way out can be, or an interface that cannot: one by one, then.
        self._lost += sum(not self.send(data, self._to) for data in posted)

    def _read(self) -> None:
        """What came first leaves before anything else is looked at; what has come meanwhile is handled together."""
        self._handle_all(1)
        if self._socket.fileno() >= 0:
            self._handle_all(BATCH - 1)

    def _handle_all(self, most: int) -> None:
        """Take so many, and hand them over by source."""
        found: dict[tuple[Any, ...], list[bytes]] = {}
        count = 0
        while count < most:
            try:
                datagrams, source = self._take()
            except BlockingIOError:
                break
            except OSError:
                # What ICMP said about something that was sent before.
                count += 1
                continue
            count += len(datagrams)
            found.setdefault(source, []).extend(datagrams)
        for source, datagrams in found.items():
            self._handle(datagrams, source)
        if found:
            self._after()

    def _take(self) -> tuple[list[bytes], tuple[Any, ...]]:
        """What came together from one source."""
        if not ANCILLARY_BYTES:
            data, source = self._socket.recvfrom(DATAGRAM_BYTES)
            return [data], source
        data, ancillary, _, source = self._socket.recvmsg(DATAGRAM_BYTES, ANCILLARY_BYTES)
        if not ancillary:
            return [data], source
        size = int.from_bytes(ancillary[0][2], sys.byteorder)
        return [data[at : at + size] for at in range(0, len(data), size)], source


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
