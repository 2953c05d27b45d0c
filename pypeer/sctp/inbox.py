"""What has arrived: which numbers, to acknowledge them, and the messages that the pieces make (RFC 9260, section 6).

Numbers (TSN) are unwrapped on arrival, so that they compare as integers. Pieces are put together in the order of their
numbers, whatever their stream and whether they may overtake: those of one message follow one another (section 6.9).
"""

from bisect import bisect_left
from math import inf
from typing import Final

from pypeer.sctp.chunks import BEGIN, END, IMMEDIATE, Data, PacketError, Sack

WRAP: Final = 2**32
HALF: Final = 2**31

WINDOW_BYTES: Final = 6 * 1024 * 1024
"""What may wait here for what was lost before it, and so be in flight: all that a page asks for at once, and half as
much again. It fills 60 MiB/s at a round trip of 100 ms. Three times as much gave nothing on such a line of 1 Gbit/s
in virtual time: slow start overran its queue."""

GAPS_MAX: Final = 250
"""Gaps told at most in one acknowledgement: as many as fit a packet, the oldest first (section 3.3.4)."""

REPEATS_MAX: Final = 20
"""Duplicates told at most: they are a courtesy."""

ACK_DELAY_S: Final = 0.02
"""How long a single packet waits for an answer that can carry its acknowledgement: RFC 9260 allows 200 ms, which would
be longer than our least time-out."""

ACK_EVERY: Final = 2
"""Packets that are acknowledged without such a delay (section 6.2)."""


def unwrap(number: int, near: int) -> int:
    """The integer nearest to `near` that is `number` modulo 2^32 (section 1.6: serial arithmetic of RFC 1982)."""
    return near + ((number - near + HALF) & (WRAP - 1)) - HALF


class Inbox:
    """All that arrives; `first` is the number that the other side begins with, `most` the longest message in bytes."""

    def __init__(self, first: int, most: int) -> None:
        self.messages: list[tuple[int, int, bytes]] = []
        """Stream, protocol and bytes of what is whole, to be taken out."""
        self.urgent = False
        """Something is to be acknowledged at once: a gap, a repetition, or because it was asked for."""
        self.unsaid = 0
        """Pieces that came since the last acknowledgement."""
        self._most = most
        self._sack_at = inf
        self._cumulative = first - 1
        self._above: dict[int, Data] = {}
        self._ranges: list[list[int]] = []
        self._repeated: list[int] = []
        self._waiting = 0
        self._parts: list[bytes] = []
        self._size = 0

    def take(self, data: Data) -> None:
        """A piece arrived; raises PacketError for what no honest sender sends."""
        self.unsaid += 1
        if data[0] & IMMEDIATE:
            self.urgent = True
        following = self._cumulative + 1
        if data[1] == following % WRAP:  # as nearly always
            self._cumulative = following
            self._join(data)
            if self._ranges:
                self._catch_up()
            return
        number = unwrap(data[1], self._cumulative)
        if number <= self._cumulative or number in self._above:
            self._repeated = [*self._repeated[-REPEATS_MAX:], data[1]]
            self.urgent = True
        elif self._waiting + len(data[4]) <= WINDOW_BYTES:
            self._keep(number, data)

    def wake_at(self) -> float:
        """When an acknowledgement that was put off is `due`; infinity if there is none."""
        return self._sack_at

    def due(self, now: float) -> Sack | None:
        """The acknowledgement, if it is to be said now; else it is put off for a while, if there is one at all."""
        if self.urgent or self.unsaid >= ACK_EVERY or now >= self._sack_at:
            return self.sack()
        if self.unsaid and self._sack_at == inf:
            self._sack_at = now + ACK_DELAY_S
        return None

    def sack(self) -> Sack:
        """The acknowledgement, as said."""
        base = self._cumulative
        gaps = tuple((start - base, end - base) for start, end in self._ranges[:GAPS_MAX] if end - base < 2**16)
        told = Sack(base % WRAP, max(0, WINDOW_BYTES - self._waiting - self._size), gaps, tuple(self._repeated))
        self._repeated = []
        self.urgent, self.unsaid, self._sack_at = False, 0, inf
        return told

    def _keep(self, number: int, data: Data) -> None:
        self._above[number] = data
        self._waiting += len(data[4])
        self.urgent = True
        ranges = self._ranges
        at = bisect_left(ranges, [number]) if ranges and number < ranges[-1][0] else len(ranges)
        extends = at > 0 and ranges[at - 1][1] + 1 == number
        meets = at < len(ranges) and ranges[at][0] == number + 1
        if extends and meets:
            ranges[at - 1][1] = ranges.pop(at)[1]
        elif extends:
            ranges[at - 1][1] = number
        elif meets:
            ranges[at][0] = number
        else:
            ranges.insert(at, [number, number])

    def _catch_up(self) -> None:
        """Go on with what has waited, if nothing is missing before it any more."""
        self.urgent = True
        start, end = self._ranges[0]
        if start != self._cumulative + 1:
            return
        del self._ranges[0]
        for number in range(start, end + 1):
            data = self._above.pop(number)
            self._waiting -= len(data[4])
            self._join(data)
        self._cumulative = end

    def _join(self, data: Data) -> None:
        flags, _, stream, protocol, payload = data
        if bool(flags & BEGIN) == bool(self._parts):
            raise PacketError("pieces of messages out of order")
        self._parts.append(payload)
        self._size += len(payload)
        if self._size > self._most:
            raise PacketError(f"a message of more than {self._most} bytes")
        if flags & END:
            self.messages.append((stream, protocol, b"".join(self._parts)))
            self._parts = []
            self._size = 0
