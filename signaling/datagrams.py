"""UDP sockets that are read and written in batches, without a queue: of the server, and of peers.

The transports of asyncio read one datagram each time the loop comes round, and queue without bound what the network
does not take. Neither is wanted here: what has arrived is read, and what cannot leave is dropped. What a batch brings
for one destination leaves together, which the kernel splits again (UDP_SEGMENT, Linux 4.18), and what the kernel or the
network interface has put together is read together (UDP_GRO): half of the work of a relay is calls of the kernel, and
most of a transfer are datagrams of one size to one address.
"""

import errno
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import Any, Final

from signaling.watching import Alone, Watch

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
    """One socket, read as long as it is open; `handle` gets what has come, `watch` may be shared by many.

    Raises NotImplementedError where the event loop cannot watch a socket (Windows).
    """

    def __init__(self, opened: socket.socket, handle: Handler, watch: Watch | None = None) -> None:
        self._socket = opened
        self._handle = handle
        self._sendto = opened.sendto
        self._receive = opened.recvmsg if ANCILLARY_BYTES else _plainly(opened)
        self._watch = watch or Alone()
        self._watch.add(opened, self._read)  # first: where a loop cannot, the socket is left as it was
        if ANCILLARY_BYTES:
            with suppress(OSError):
                opened.setsockopt(SOL_UDP, UDP_GRO, 1)

    def send(self, data: bytes, to: tuple[Any, ...]) -> bool:
        """Send at once; whether the network has taken it."""
        try:
            self._sendto(data, to)
        except OSError:
            return False
        return True

    def send_all(self, datagrams: Sequence[bytes], to: tuple[Any, ...]) -> int:
        """Send several at once, in order and with few calls; returns how many the network has not taken."""
        if len(datagrams) == 1:
            try:
                self._sendto(datagrams[0], to)
            except OSError:
                return 1
            return 0
        if _is_run(datagrams):
            return self._send_run(datagrams, to)
        return sum(self._send_run(run, to) for run in runs(datagrams))

    def close(self) -> None:
        """Close the socket."""
        self._watch.remove(self._socket)
        self._socket.close()

    def _send_run(self, run: Sequence[bytes], to: tuple[Any, ...]) -> int:
        if len(run) > 1:
            try:
                segment = [(SOL_UDP, UDP_SEGMENT, len(run[0]).to_bytes(2, sys.byteorder))]
                self._socket.sendmsg(run, segment, 0, to)
                return 0
            except OSError as error:
                if error.errno in (errno.EAGAIN, errno.ENOBUFS):
                    return len(run)
                # Larger than a packet on the way out can be, or an interface that cannot: one by one, then.
        return sum(not self.send(data, to) for data in run)

    def _read(self, most: int) -> None:
        """Take about so many, and hand them over by source."""
        found: dict[tuple[Any, ...], list[bytes]] = {}
        receive, count = self._receive, 0
        while count < most:
            try:
                data, ancillary, _, source = receive(DATAGRAM_BYTES, ANCILLARY_BYTES)
            except BlockingIOError:
                break
            except OSError:
                # What ICMP said about something that was sent before.
                count += 1
                continue
            datagrams = _apart(data, ancillary) if ancillary else [data]
            count += len(datagrams)
            if source in found:
                found[source] += datagrams
            else:
                found[source] = datagrams
        handle = self._handle
        for source, datagrams in found.items():
            handle(datagrams, source)


def _is_run(datagrams: Sequence[bytes]) -> bool:
    """Whether all of these are one run: most are, and it is quicker to see than to find."""
    size, count = len(datagrams[0]) if datagrams else 0, len(datagrams)
    alike = size > 0 and len(set(map(len, datagrams))) == 1
    return alike and count <= SEGMENTS and count * size <= TOGETHER_BYTES


def runs(datagrams: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Those that can leave with one call, in order: of one size, but that the last may be smaller, and not empty."""
    run: list[bytes] = []
    total = 0
    for data in datagrams:
        size = len(data)
        if run and not (
            0 < size <= len(run[0])
            and total == len(run) * len(run[0])
            and len(run) < SEGMENTS
            and total + size <= TOGETHER_BYTES
        ):
            yield run
            run, total = [], 0
        run.append(data)
        total += size
    if run:
        yield run


def _plainly(opened: socket.socket) -> Callable[..., tuple[bytes, list[Any], int, tuple[Any, ...]]]:
    """As `recvmsg`, where there is none."""

    def receive(size: int, _: int) -> tuple[bytes, list[Any], int, tuple[Any, ...]]:
        data, source = opened.recvfrom(size)
        return data, [], 0, source

    return receive


def _apart(data: bytes, ancillary: list[tuple[int, int, bytes]]) -> list[bytes]:
    """The datagrams that the kernel has put together."""
    size = int.from_bytes(ancillary[0][2], sys.byteorder)
    return [data[at : at + size] for at in range(0, len(data), size)]


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
