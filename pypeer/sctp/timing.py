"""Round trips and time-outs (RFC 6298, RFC 8985), and pacing."""

from math import inf
from typing import Final

FIRST_S: Final = 0.5
"""Time-out before anything was measured: the path has just carried DTLS, so it works; RFC 9260 has 1 s."""

LEAST_S: Final = 0.2
"""Least time-out, as in the TCP of Linux. RFC 9260 has 1 s, for hosts whose acknowledgements wait up to half of that;
after a time-out that came too early what was not lost is acknowledged at once, and little is sent twice."""

MOST_S: Final = 8.0
"""Longest time-out: ICE looks after the path, and a restart that mended it must not be waited for longer than that."""

GRAIN_S: Final = 0.001
"""Of timers of the event loop."""

ALPHA: Final = 1 / 8
BETA: Final = 1 / 4
DEVIATIONS: Final = 4
"""Smoothing of RFC 6298, section 2."""

PACED_S: Final = 0.002
"""Paths with shorter round trips are not paced: timers are too coarse for them, and their queues are those of hosts."""

SPEED_UP: Final = (2.0, 1.25)
"""How much faster than a window a round trip: in slow start, where the window doubles meanwhile, and after it."""

BURST_S: Final = 0.002
"""What has been saved up for this long may leave at once: two grains of the timer."""

BURST_SEGMENTS: Final = 10
"""What may leave at once in any case: as much as the first window."""


class RoundTrip:
    """What is known of the time that a packet and its acknowledgement take."""

    def __init__(self) -> None:
        self.smoothed = 0.0
        """0 while nothing is measured."""
        self.least = inf
        self.latest = 0.0
        self._deviation = 0.0
        self._backoff = 0

    @property
    def timeout(self) -> float:
        """Seconds after which all is taken for lost."""
        base = max(self.smoothed + max(GRAIN_S, DEVIATIONS * self._deviation), LEAST_S) if self.smoothed else FIRST_S
        return float(min(base * 2**self._backoff, MOST_S))

    @property
    def probe(self) -> float:
        """Seconds after which the last packet is sent once more, to learn what was lost (RFC 8985, section 7.2)."""
        return 2 * self.smoothed + GRAIN_S if self.smoothed else FIRST_S

    def measured(self, rtt: float) -> None:
        """A packet that was sent once was acknowledged after this time."""
        rtt = max(rtt, 1e-6)
        if self.smoothed:
            self._deviation += BETA * (abs(self.smoothed - rtt) - self._deviation)
            self.smoothed += ALPHA * (rtt - self.smoothed)
        else:
            self.smoothed, self._deviation = rtt, rtt / 2
        self.latest = rtt
        self.least = min(self.least, rtt)

    def progressed(self) -> None:
        """Something new was acknowledged."""
        self._backoff = 0

    def timed_out(self) -> None:
        """Wait twice as long next time."""
        self._backoff = min(self._backoff + 1, 10)


class Pace:
    """Spreads a window over its round trip, so that no burst overruns the queue before the narrowest place."""

    def __init__(self, segment: int) -> None:
        self._least = float(BURST_SEGMENTS * segment)
        self._saved = self._least
        self._rate = inf
        self._at = 0.0

    def resize(self, segment: int) -> None:
        """Packets have another size."""
        self._least = float(BURST_SEGMENTS * segment)

    def update(self, window: float, rtt: float, slow_start: bool, now: float) -> None:
        """The rate follows from window and round trip; what was not sent meanwhile is saved up, to a bound."""
        if self._rate == inf:
            self._saved = self._least
        else:
            most = max(self._least, self._rate * BURST_S)
            self._saved = min(most, self._saved + max(0.0, now - self._at) * self._rate)
        self._at = now
        self._rate = window * SPEED_UP[not slow_start] / rtt if rtt > PACED_S else inf

    @property
    def may_send(self) -> bool:
        """Whether a packet may leave now."""
        return self._saved > 0 or self._rate == inf

    def sent(self, size: int) -> None:
        """So many bytes left."""
        if self._rate < inf:
            self._saved -= size

    @property
    def wait(self) -> float:
        """Seconds until a packet may leave."""
        return 0.0 if self.may_send else max(GRAIN_S, -self._saved / self._rate)
