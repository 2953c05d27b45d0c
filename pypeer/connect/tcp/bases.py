"""TCP sockets of one link: on each address of this machine one that listens, and those that dial from its port."""

import asyncio
import contextlib
import logging
import random
import socket
from typing import Final

from pypeer.connect.ice.candidate import family_of
from pypeer.connect.sockets import PORT_TRIES
from pypeer.connect.tcp import patience
from signaling.protocol.values import Address

BACKLOG: Final = 16
"""Connections that wait to be looked at: one peer is expected, with a few; strangers must not keep it out."""

FAIR: Final = b"cubic"
"""Congestion control: that of most systems (RFC 9438). Beside one of its flows BBR, which some systems have by default,
takes nine tenths of a line with a short queue."""

_log = logging.getLogger("byway.connect")


class Bases:
    """Listening sockets by address. `ports` is the range to use, if any."""

    def __init__(self, ports: tuple[int, int] | None = None) -> None:
        self._ports = ports
        self.listeners: dict[Address, socket.socket] = {}
        self._held: list[socket.socket] = []

    def open(self, hosts: list[str]) -> None:
        """Listen on each of these addresses where that is possible."""
        for host in hosts:
            bound = self._bind(host)
            if bound is not None:
                self.listeners[host, bound.getsockname()[1]] = bound

    def hold(self, host: str) -> Address | None:
        """An address to dial from, several times, at which nobody listens; None where no port can be used so."""
        if not _can_share():
            return None
        held = _socket(host)
        try:
            held.bind((host, 0))
        except OSError:
            held.close()
            return None
        self._held.append(held)
        return host, held.getsockname()[1]

    async def dial(self, base: Address, remote: Address, waits: bool = False) -> socket.socket:
        """A connection from the port of a listener, so that what a NAT knows of the one holds for the other.

        `waits`: it is not ended by ICMP, as the other side's call may have to meet it (see patience). Raises OSError.
        """
        dialling = _socket(base[0])
        try:
            dialling.bind(base if _can_share() else (base[0], 0))
            if waits:
                patience.prepare(dialling)
            await asyncio.get_running_loop().sock_connect(dialling, remote)
            if waits:
                patience.connected(dialling)
        except BaseException:
            dialling.close()
            raise
        return dialling

    def close(self) -> None:
        """Listen no more."""
        for each in (*self.listeners.values(), *self._held):
            each.close()
        self.listeners.clear()
        self._held.clear()

    def _bind(self, host: str) -> socket.socket | None:
        choices = [0] if self._ports is None else [random.randint(*self._ports) for _ in range(PORT_TRIES)]
        for port in choices:
            bound = _socket(host)
            try:
                bound.bind((host, port))
                bound.listen(BACKLOG)
            except OSError as error:
                bound.close()
                _log.debug("cannot listen on %s, port %s: %s", host, port, error)
                continue
            return bound
        return None


def _socket(host: str) -> socket.socket:
    made = socket.socket(socket.AF_INET6 if family_of(host) == 6 else socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    with contextlib.suppress(OSError):
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_CONGESTION"):
        with contextlib.suppress(OSError):  # a system may know no other, or let only its administrator choose
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, FAIR)
    if _can_share():
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return made


def _can_share() -> bool:
    """Whether a port can be listened on and dialled from; on Windows the options mean something else."""
    return hasattr(socket, "SO_REUSEPORT")
