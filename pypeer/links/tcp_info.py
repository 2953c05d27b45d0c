"""What Linux tells of a TCP connection (struct tcp_info of linux/tcp.h), and what rate follows in the background. Pure.

TCP tells a smoothed round trip, which lags when little is sent, and only then it matters; and the least one is wrong
after a simultaneous open, where two SYNs that crossed count as an answer. So it is measured here, too: by when a byte
had left and when it was acknowledged, as often as this is looked at.
"""

import struct
from collections import deque
from math import inf
from typing import Final, NamedTuple

from pypeer.sctp.ledbat import Ledbat

INFO_BYTES: Final = 216
"""As far as what is read here goes (Linux 4.19)."""

_words = struct.Struct("=8x24I")
_bytes_acked = struct.Struct("=Q")
_sent = struct.Struct("=QQ")

MSS_WORD: Final = 2
RTT_WORD: Final = 15
RETRANSMITTED_WORD: Final = 23
ACKED_AT: Final = 120
SENT_AT: Final = 200
"""Places in the structure: the number of a 32-bit word behind its first 8 bytes, or the byte."""

SYN: Final = 1
"""Counts among what is acknowledged."""

LOOKS_PER_ROUND: Final = 8
LOOK_S: Final = (0.002, 0.02)
"""How often it is looked at: several times a round trip, within what timers can and what costs nothing."""

RATE_LEAST: Final = 2000
"""Bytes a second: where everything is full, signs of life still get through in time."""


class Info(NamedTuple):
    """Of one connection; times in seconds, the rest in bytes but for `retransmitted`, which counts packets."""

    segment: int
    rtt: float
    sent: int
    acked: int
    retransmitted: int


def read(data: bytes) -> Info | None:
    """Read the structure; None if this kernel tells less, or nothing was measured yet."""
    if len(data) < INFO_BYTES:
        return None
    words = _words.unpack_from(data)
    sent, again = _sent.unpack_from(data, SENT_AT)
    acked = _bytes_acked.unpack_from(data, ACKED_AT)[0]
    if not words[RTT_WORD]:
        return None
    rtt = words[RTT_WORD] / 1e6
    return Info(words[MSS_WORD], rtt, sent - again, acked, words[RETRANSMITTED_WORD])


class Background:
    """How fast a connection may send to give way to others: LEDBAT++, whose window is spread over a round trip."""

    def __init__(self) -> None:
        self._control: Ledbat | None = None
        self._left: deque[tuple[float, int]] = deque()
        """So many bytes had left, and not all of them at the time that is said."""
        self._acked = 0
        self._retransmitted = 0
        self._round_ends = 0.0
        self._looked = 0.0

    def look(self, info: Info, now: float) -> int:
        """Bytes a second at most from now on."""
        control = self._control
        if control is None:
            control = self._control = Ledbat(info.segment)
            self._looked = now
            self._acked, self._retransmitted = info.acked, info.retransmitted
        rtt = min(info.rtt, self._measure(info, now))
        control.sample(rtt, now)
        if now >= self._round_ends:
            self._round_ends = now + rtt
            control.round_over()
            if info.retransmitted > self._retransmitted:
                control.lost(now)
            self._retransmitted = info.retransmitted
        if info.acked > self._acked:
            control.acknowledged(min(info.acked - self._acked, int(control.window)), rtt, now)
        self._acked = info.acked
        return max(RATE_LEAST, int(control.window / rtt))

    def wait(self, info: Info) -> float:
        """Seconds until it is to be looked at again."""
        return min(max(info.rtt / LOOKS_PER_ROUND, LOOK_S[0]), LOOK_S[1])

    def _measure(self, info: Info, now: float) -> float:
        """The round trip of the newest byte acknowledged, too long by two looks at most; or infinity."""
        before, self._looked = self._looked, now
        self._left.append((before, info.sent))
        if info.acked <= self._acked:
            return inf
        while len(self._left) > 1 and self._left[0][1] < info.acked - SYN:
            self._left.popleft()
        return now - self._left[0][0]
