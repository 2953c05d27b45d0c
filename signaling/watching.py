"""Who tells a socket that it can be read: the event loop, or one epoll for many sockets, which the loop watches as one.

A loop calls back for each socket that can be read, through a handle of its own, and the socket has to be read until
the kernel says that it is empty: together that costs as much as a datagram. Where hundreds of sockets have a datagram
or two each, as those of a relay, it is less to ask the kernel once for all of them, and once more for those that have
more.
"""

import asyncio
import select
import socket
import sys
from collections.abc import Callable
from typing import Final, Protocol

BATCH: Final = 32
"""Datagrams read before others have their turn: about half a millisecond's work."""

Read = Callable[[int], None]
"""Reads about so many datagrams, if there are any."""


class Watch(Protocol):
    """Calls `read` of a socket while there is something to be read."""

    def add(self, opened: socket.socket, read: Read) -> None:
        """Watch one more; raises NotImplementedError where the event loop cannot (Windows)."""

    def remove(self, opened: socket.socket) -> None:
        """Watch it no longer; before it is closed."""


class Alone:
    """By the event loop, as long as it runs: for few sockets, and on systems without epoll."""

    def add(self, opened: socket.socket, read: Read) -> None:
        """See Watch. What came first leaves before anything else is looked at; then what has come meanwhile."""

        def ready() -> None:
            read(1)
            if opened.fileno() >= 0:
                read(BATCH - 1)

        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(opened, ready)

    def remove(self, opened: socket.socket) -> None:
        """See Watch."""
        self._loop.remove_reader(opened)


class Together:
    """By one epoll, which is open as long as it has sockets. Linux.

    In each turn of the loop every socket that has something is read once, so none has to wait for another; then those
    that have more share a batch equally.
    """

    def __init__(self) -> None:
        self._reads: dict[int, Read] = {}
        self._epoll: select.epoll | None = None

    def add(self, opened: socket.socket, read: Read) -> None:
        """See Watch."""
        if self._epoll is None:
            self._epoll, self._loop = select.epoll(), asyncio.get_running_loop()
            self._loop.add_reader(self._epoll.fileno(), self._turn)
        self._epoll.register(opened, select.EPOLLIN)
        self._reads[opened.fileno()] = read

    def remove(self, opened: socket.socket) -> None:
        """See Watch."""
        assert self._epoll is not None
        self._epoll.unregister(opened)
        del self._reads[opened.fileno()]
        if not self._reads:
            self._loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._epoll = None

    def _turn(self) -> None:
        self._read(1)
        self._read(BATCH)

    def _read(self, most: int) -> None:
        """About so many in all, and one at least of each socket that has something."""
        ready = self._epoll.poll(0) if self._epoll is not None else []
        share = max(1, most // max(1, len(ready)))
        for file, _ in ready:
            read = self._reads.get(file)
            if read is not None:  # else it was closed by what another has read
                read(share)


def for_many() -> Watch:
    """What suits many sockets on this system."""
    return Together() if sys.platform == "linux" else Alone()
