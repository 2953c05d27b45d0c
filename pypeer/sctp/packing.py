"""Puts what is to be said into packets, as large as the path takes (RFC 9260, section 6.10); sans-I/O."""

from collections.abc import Callable
from math import inf
from typing import Final

from pypeer.sctp import chunks
from pypeer.sctp.chunks import PACKET_HEADER_BYTES, Header
from pypeer.sctp.mtu import PathMtu
from pypeer.sctp.outbox import Outbox

SEARCH_BYTES: Final = 256 * 1024
"""Larger packets are tried once so much waits to leave: for less it is not worth it."""


class Packing:
    """The packets of one association, which has a `header` once the other side is known."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self.outgoing: list[bytes] = []
        """Packets, to be taken out and sent in this order."""
        self.probes: list[bytes] = []
        """Likewise, but what is too large for the network is to be dropped, and not cut up."""
        self.header: Header | None = None
        self.wake_at = inf
        """When the pace lets more leave; infinity before anything has left."""
        self._mtu = PathMtu(random)
        self._random = random

    @property
    def room(self) -> int:
        """Bytes of chunks in a packet."""
        return self._mtu.bytes - PACKET_HEADER_BYTES

    def path_changed(self) -> None:
        """Another path is in use, of which nothing is known."""
        self._mtu = PathMtu(self._random)

    def acknowledged(self, value: bytes) -> bool:
        """A HEARTBEAT-ACK came: whether it shows that larger packets get through, so there is more room now."""
        return self._mtu.acknowledged(value)

    def emit(self, parts: list[bytes], header: Header | None = None, into: list[bytes] | None = None) -> None:
        """One packet of these chunks; none while the other side is unknown, unless it has a header of its own."""
        header = header or self.header
        if header is not None:
            (self.outgoing if into is None else into).append(header.packet(parts))

    def fill(self, outbox: Outbox, parts: list[bytes], now: float) -> None:
        """Packets with these chunks, and as much of the messages as may leave."""
        if outbox.queued > SEARCH_BYTES:
            self._search(now)
        outbox.begin(now)
        most = self.room
        room = most - sum(map(len, parts))
        while True:
            chunk = outbox.next(room, now)
            if chunk is not None:
                parts.append(chunk)
                room -= len(chunk)
            elif not parts:
                break
            if chunk is None or room <= chunks.DATA_HEADER_BYTES:
                self.emit(parts)
                parts, room = [], most
        self.wake_at = now + outbox.pace_wait()

    def _search(self, now: float) -> None:
        """Try larger packets."""
        probe = self._mtu.probe(now)
        if probe is not None:
            self.emit([probe], into=self.probes)
