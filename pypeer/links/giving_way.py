"""Lets a TCP connection give way to others: Linux paces it (SO_MAX_PACING_RATE) as LEDBAT++ says (tcp_info.py).

Elsewhere, where the system does not tell what it measures, the connection stays as it is.
"""

import asyncio
import logging
import socket
import struct
import sys
import time
from typing import Any, Final, Protocol

from pypeer.links import tcp_info

TCP_INFO: Final = 11
TCP_NOTSENT_LOWAT: Final = 25
SO_MAX_PACING_RATE: Final = 47
"""From linux/tcp.h and asm-generic/socket.h; Python does not name them all."""

READ_BYTES: Final = 512

UNSENT_BYTES: Final = 128 * 1024
"""What may wait in the system to be sent: at a low rate it would be seconds, and the last words come behind it."""

IDLE_S: Final = 0.1
"""How often it is looked whether anything was measured yet."""

_rate = struct.Struct("=Q")

_log = logging.getLogger("byway.link")


class Socket(Protocol):
    """What of a socket is used; asyncio and uvloop give things that are none."""

    def getsockopt(self, level: int, optname: int, buflen: int, /) -> bytes: ...

    def setsockopt(self, level: int, optname: int, value: int | bytes, /) -> None: ...


class GivingWay:
    """Paces one connection until `cancel`, or until it is closed. For the event loop's thread."""

    def __init__(self, connection: Socket) -> None:
        self._connection = connection
        self._background = tcp_info.Background()
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        try:
            connection.setsockopt(socket.IPPROTO_TCP, TCP_NOTSENT_LOWAT, UNSENT_BYTES)
            self._look()
        except OSError as error:
            _log.info("this system does not let a TCP connection give way: %s", error)

    def cancel(self) -> None:
        """Leave it as it is."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        info = tcp_info.read(self._connection.getsockopt(socket.IPPROTO_TCP, TCP_INFO, READ_BYTES))
        if info is not None:
            rate = self._background.look(info, time.monotonic())
            self._connection.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, _rate.pack(rate))
        self._timer = self._loop.call_later(IDLE_S if info is None else self._background.wait(info), self._again)

    def _again(self) -> None:
        try:
            self._look()
        except OSError:
            self._timer = None  # it has been closed


def give_way(transport: Any) -> GivingWay | None:
    """Let the connection of a transport of asyncio give way, if this is Linux."""
    connection = transport.get_extra_info("socket") if sys.platform == "linux" else None
    return None if connection is None else GivingWay(connection)
