"""How much may be in flight: CUBIC (RFC 9438) with HyStart++ (RFC 9406), in bytes.

As polite as the TCP of most systems: beside one of its flows it takes the same share.
"""

from math import inf
from typing import Final

BETA: Final = 0.7
"""What is left of the window after a loss (RFC 9438, section 4.6)."""

C: Final = 0.4
"""How fast the window grows again, in segments a second cubed (section 5.1)."""

ALPHA: Final = 3 * (1 - BETA) / (1 + BETA)
"""Segments a round trip by which Reno, with this BETA, would grow (section 4.3)."""

FIRST_SEGMENTS: Final = 10
"""Window to begin with (RFC 6928)."""

LEAST_SEGMENTS: Final = 2
"""Window after a loss at least (RFC 9438, section 4.6)."""

RTT_SAMPLES: Final = 8
THRESH_MIN_S: Final = 0.004
THRESH_MAX_S: Final = 0.016
RTT_DIVISOR: Final = 8
CSS_DIVISOR: Final = 4
CSS_ROUNDS: Final = 5
"""Constants of HyStart++ (RFC 9406, section 4.3)."""


class HyStart:
    """Notices by growing delay that slow start has filled the path, before a loss does (RFC 9406, section 4.2)."""

    def __init__(self) -> None:
        self.divisor = 1
        """By how much slow start is slowed down."""
        self._last = self._current = self._baseline = inf
        self._samples = self._rounds = 0

    def sample(self, rtt: float) -> None:
        """A round trip was measured."""
        self._current = min(self._current, rtt)
        self._samples += 1
        if self._samples < RTT_SAMPLES:
            return
        if self.divisor > 1:
            if self._current < self._baseline:
                self._leave()
        elif self._current >= self._last + min(max(self._last / RTT_DIVISOR, THRESH_MIN_S), THRESH_MAX_S):
            self._baseline = self._current
            self.divisor, self._rounds = CSS_DIVISOR, 0

    def round_over(self) -> bool:
        """A round trip's worth was acknowledged; true if slow start is over."""
        self._last, self._current, self._samples = self._current, inf, 0
        self._rounds += 1
        return self.divisor > 1 and self._rounds >= CSS_ROUNDS

    def _leave(self) -> None:
        self.divisor, self._baseline = 1, inf


class Cubic:
    """The window of one path; `segment` is what a packet carries at most, in bytes. See pypeer.sctp.control."""

    def __init__(self, segment: int) -> None:
        self.window = float(FIRST_SEGMENTS * segment)
        self.segment = segment
        self._threshold = inf
        self._hystart = HyStart()
        self._most = 0.0
        self._epoch: float | None = None
        self._k = 0.0
        self._origin = 0.0
        self._estimate = 0.0
        self._before = (0.0, inf, 0.0)

    @property
    def slow_start(self) -> bool:
        """Whether the window still doubles with each round trip."""
        return self.window < self._threshold

    def sample(self, rtt: float, now: float) -> None:
        """A round trip was measured."""
        if self.slow_start:
            self._hystart.sample(rtt)

    def round_over(self) -> None:
        """What was in flight a round trip ago is acknowledged."""
        if self.slow_start and self._hystart.round_over():
            self._threshold = self.window

    def acknowledged(self, size: int, rtt: float, now: float) -> None:
        """So many bytes have arrived, while the window was what kept from sending more."""
        if self.slow_start:
            self.window += size / self._hystart.divisor
        else:
            self._avoid(size, rtt, now)

    def lost(self, now: float) -> None:
        """Something was lost, for the first time in this round trip (sections 4.6 and 4.7)."""
        fast = self.window < self._most
        self._most = self.window * (1 + BETA) / 2 if fast else self.window
        self.window = self._threshold = max(self.window * BETA, LEAST_SEGMENTS * self.segment)
        self._epoch = None

    def timed_out(self, now: float) -> None:
        """Nothing was acknowledged for long (section 4.8)."""
        self._before = self.window, self._threshold, self._most
        self.lost(now)
        self.window = float(self.segment)
        self._hystart = HyStart()

    def undo(self) -> None:
        """Nothing had been lost when last it timed out: the path, or this machine, had only paused (RFC 4015)."""
        window, self._threshold, self._most = self._before
        self.window = max(self.window, window)
        self._epoch = None

    def _avoid(self, size: int, rtt: float, now: float) -> None:
        if self._epoch is None:
            self._begin(now)
        elapsed = now - (self._epoch or 0.0)
        self._estimate += ALPHA * size * self.segment / self.window
        offset = C * (elapsed + rtt - self._k) ** 3 * self.segment
        target = min(max(self._origin + offset, self.window), 1.5 * self.window)
        self.window += (target - self.window) * size / self.window
        self.window = max(self.window, self._estimate)

    def _begin(self, now: float) -> None:
        """An epoch of growth: towards the window of the last loss, or beyond it (section 4.2)."""
        self._epoch = now
        self._estimate = self.window
        self._origin = max(self._most, self.window)
        self._k = ((self._origin - self.window) / self.segment / C) ** (1 / 3)
