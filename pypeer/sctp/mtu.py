"""How large packets may be: sizes are tried, and used once one has come back (RFC 8899; RFC 9260, section 7.3).

A probe is a HEARTBEAT as large as the packets that it stands for, so losing one costs no data. It is to be sent whole:
what the network cuts up is larger than it should be.
"""

from collections.abc import Callable
from math import inf
from typing import Final

from pypeer.sctp import chunks
from pypeer.sctp.chunks import CHUNK_HEADER_BYTES, PACKET_HEADER_BYTES, Kind, Parameter

BASE_BYTES: Final = 1188
"""Of SCTP at most, to begin with: 1,280 bytes, which every IPv6 path carries (RFC 8200), without the headers of IPv6,
of UDP and of a relay's channel, and 37 bytes of DTLS."""

SIZES: Final = (1404, 8900)
"""What is tried then: what Ethernet carries, also behind PPPoE, and what its jumbo frames and loopback carry."""

TRIES: Final = 2
TRY_S: Final = 1.0
"""How often a size is tried, and how long apart: a probe may be lost like any other packet."""

TOKEN_BYTES: Final = 8
"""Tells one probe from another, and from what a stranger made up."""


class PathMtu:
    """The size of packets on the path in use."""

    def __init__(self, random: Callable[[int], bytes]) -> None:
        self.bytes = BASE_BYTES
        self._random = random
        self._sizes = list(SIZES)
        self._tries = 0
        self._token = b""
        self._due = -inf

    def probe(self, now: float) -> bytes | None:
        """A chunk that fills a packet of the next size; None if it is not time for one. Call it while data flows."""
        if not self._sizes or now < self._due:
            return None
        if self._tries >= TRIES:
            self._sizes = []
            return None
        self._tries += 1
        self._due = now + TRY_S
        self._token = self._random(TOKEN_BYTES)
        room = self._sizes[0] - PACKET_HEADER_BYTES - 2 * CHUNK_HEADER_BYTES
        return chunks.write(Kind.HEARTBEAT, chunks.write_parameter(Parameter.HEARTBEAT, self._token.ljust(room, b"\0")))

    def acknowledged(self, value: bytes) -> bool:
        """A HEARTBEAT ACK came; whether packets may be larger from now on."""
        if not self._token or value[CHUNK_HEADER_BYTES : CHUNK_HEADER_BYTES + TOKEN_BYTES] != self._token:
            return False
        self.bytes = self._sizes.pop(0)
        self._tries, self._token, self._due = 0, b"", -inf
        return True
