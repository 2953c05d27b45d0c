"""How much may be in flight in the background: LEDBAT++ (draft-irtf-iccrg-ledbat-plus-plus; RFC 6817 in spirit).

It gives way: as soon as a queue grows, whoever fills it, it takes less, and beside another flow next to nothing. Delay
is that of round trips, as the draft has it, since SCTP and TCP tell of no other. It differs from the draft in one
thing. A queue that is shorter than the target would never give the signal, and losses alone would make a flow that
takes a good part; so what a loss shows, that the queue holds no more than was seen, lowers the target to half of that.
"""

from collections import deque
from enum import Enum
from math import ceil, inf
from typing import Final

from pypeer.sctp.cubic import FIRST_SEGMENTS

TARGET_S: Final = 0.06
"""Queueing delay that is aimed at, at most (the draft, section 4.1): people notice more than that."""

TARGET_LEAST_S: Final = 0.004
"""Least target: what timers, radio links and busy machines delay by themselves is no queue."""

TARGET_PART: Final = 0.5
"""Of the delay that a full queue was seen to make: so it never gets full because of this flow."""

LEAST_SEGMENTS: Final = 2
"""Least window, and that of a slowdown (sections 4.3 and 4.4)."""

GAIN_DIVISOR_MAX: Final = 16
"""How many times as slow as Reno it grows at most (section 4.2)."""

TARGET_WEIGHT: Final = 0.25
"""Of what another loss shows: a single one may have had another cause."""

DEPTH_SAMPLES: Final = 4
"""The least of the last round trips before a loss is told tells how deep the queue was."""

DECREASE: Final = 1.0
"""How much the window shrinks for what the delay is above the target (section 4.3)."""

DECREASE_MOST: Final = 0.5
"""Part of the window that goes in one round trip at most (section 4.3), and that goes with a loss."""

LEAVE_PART: Final = 0.75
"""The first slow start ends when the delay is this part of the target (section 4.4)."""

BASE_MINUTES: Final = 10
"""For how long the least round trip is believed in: routes change (RFC 6817, section 4.2)."""

MINUTE_S: Final = 60.0

SLOW_ROUNDS: Final = 2
"""Round trips after the first slow start until the first slowdown, and those that each lasts (section 4.4)."""

SLOWDOWN_EVERY: Final = 19
"""A slowdown, with the growth after it, is followed by so many times its length without: a twentieth of the time is
given so that all flows of this kind see the empty queue, and share. The draft (section 4.4) gives a tenth."""


class Delays:
    """Round trips, and what of them is waiting in a queue.

    The present one is the least of this round and the one before (RFC 6817, section 4.2, filters likewise): whoever is
    held up for a moment, by a busy machine or a radio link, takes all that has come meanwhile together.
    """

    def __init__(self) -> None:
        self._current = self._last = inf
        self._recent: deque[float] = deque(maxlen=DEPTH_SAMPLES)
        self._least: deque[float] = deque(maxlen=BASE_MINUTES)
        self._minute_ends = -inf

    def sample(self, rtt: float, now: float) -> None:
        """A round trip was measured."""
        self._current = min(self._current, rtt)
        self._recent.append(rtt)
        if now >= self._minute_ends:
            self._minute_ends = now + MINUTE_S
            self._least.append(rtt)
        self._least[-1] = min(self._least[-1], rtt)

    def round_over(self) -> None:
        """A round trip is over."""
        self._last, self._current = self._current, inf

    def forget(self) -> None:
        """What the queue was like a while ago says nothing of how it is."""
        self._last = self._current = inf

    @property
    def base(self) -> float:
        """The round trip with no queue; infinity while nothing is known."""
        return min(self._least, default=inf)

    @property
    def queue(self) -> float:
        """Seconds that packets wait at present."""
        present = min(self._current, self._last)
        return present - self.base if present < inf else 0.0

    @property
    def depth(self) -> float:
        """Seconds that the last packets waited: after a loss, how long the queue is when it is full."""
        return min(self._recent) - self.base if self._recent else 0.0


class Phase(Enum):
    """What the window does."""

    BEGIN = "begin"
    """The first slow start."""
    STEADY = "steady"
    """It follows the delay."""
    SLOWDOWN = "slowdown"
    """It is as small as can be, so that the queue is seen without this flow."""
    REGROWTH = "regrowth"
    """Slow start, to where it was."""


class Event(Enum):
    """What ends a phase."""

    FULL = "full"
    """The queue, or the window, is where it should be; or something was lost."""
    DUE = "due"
    """Its time is over."""
    SILENCE = "silence"
    """It timed out."""


TRANSITIONS: Final[dict[Phase, dict[Event, Phase]]] = {
    Phase.BEGIN: {Event.FULL: Phase.STEADY, Event.SILENCE: Phase.REGROWTH},
    Phase.STEADY: {Event.DUE: Phase.SLOWDOWN, Event.FULL: Phase.STEADY, Event.SILENCE: Phase.REGROWTH},
    Phase.SLOWDOWN: {Event.DUE: Phase.REGROWTH, Event.FULL: Phase.SLOWDOWN, Event.SILENCE: Phase.REGROWTH},
    Phase.REGROWTH: {Event.FULL: Phase.STEADY, Event.SILENCE: Phase.REGROWTH},
}

GROWING: Final = frozenset({Phase.BEGIN, Phase.REGROWTH})


class Ledbat:
    """The window of one path; `segment` is what a packet carries at most, in bytes. See pypeer.sctp.control."""

    def __init__(self, segment: int) -> None:
        self.window = float(FIRST_SEGMENTS * segment)
        self.segment = segment
        self.phase = Phase.BEGIN
        self.target = TARGET_S
        """Queueing delay that is aimed at, in seconds."""
        self._delays = Delays()
        self._threshold = inf
        self._rtt = 0.0
        self._due = inf
        """When the phase is over."""
        self._since = 0.0
        """When the last slowdown began."""
        self._before = self.window, self._threshold

    @property
    def slow_start(self) -> bool:
        """Whether the window grows with what is acknowledged."""
        return self.phase in GROWING

    def sample(self, rtt: float, now: float) -> None:
        """A round trip was measured."""
        self._rtt = rtt
        self._delays.sample(rtt, now)
        if now >= self._due:
            self._turn(Event.DUE, now)

    def round_over(self) -> None:
        """What was in flight a round trip ago is acknowledged."""
        self._delays.round_over()

    def acknowledged(self, size: int, rtt: float, now: float) -> None:
        """So many bytes have arrived, while the window was what kept from sending more."""
        if self.slow_start:
            self._grow(size, now)
        elif self.phase is Phase.STEADY:
            above = max(0.0, self._delays.queue / self.target - 1)
            change = self._gain * self.segment - DECREASE * self.window * above
            self._set(self.window + max(change, -DECREASE_MOST * self.window) * size / self.window)

    def lost(self, now: float) -> None:
        """Something was lost, for the first time in this round trip: the queue is no deeper than is seen."""
        shown = min(TARGET_S, max(TARGET_LEAST_S, TARGET_PART * self._delays.depth))
        self.target = shown if self.target == TARGET_S else self.target + TARGET_WEIGHT * (shown - self.target)
        self._set(self.window * (1 - DECREASE_MOST))
        self._threshold = min(self._threshold, self.window)
        self._turn(Event.FULL, now)

    def timed_out(self, now: float) -> None:
        """Nothing was acknowledged for long."""
        self._before = self.window, self._threshold
        self._threshold = max(self.window * (1 - DECREASE_MOST), self._least)
        self.window = float(self.segment)
        self._turn(Event.SILENCE, now)

    def undo(self) -> None:
        """Nothing had been lost when last it timed out (RFC 4015)."""
        window, self._threshold = self._before
        self.window = max(self.window, window)

    @property
    def _gain(self) -> float:
        """Growth, in parts of that of Reno: slower than whoever makes room for it would take that room back."""
        return 1 / max(1, min(GAIN_DIVISOR_MAX, ceil(2 * TARGET_S / self._delays.base)))

    @property
    def _least(self) -> float:
        return float(LEAST_SEGMENTS * self.segment)

    def _grow(self, size: int, now: float) -> None:
        """Slow start, at first until the queue is nearly as long as it should be."""
        self.window = min(self._threshold, self.window + self._gain * size)
        part = LEAVE_PART if self.phase is Phase.BEGIN else 1.0
        if self._delays.queue >= part * self.target or self.window >= self._threshold:
            self._turn(Event.FULL, now)

    def _set(self, window: float) -> None:
        self.window = max(window, self._least)

    def _turn(self, event: Event, now: float) -> None:
        """Enter the next phase, if it is another; its time begins."""
        before, self.phase = self.phase, TRANSITIONS[self.phase][event]
        if self.phase is before and event is not Event.SILENCE:
            return
        match self.phase:
            case Phase.STEADY:
                took = now - self._since
                self._due = now + (SLOW_ROUNDS * self._rtt if before is Phase.BEGIN else SLOWDOWN_EVERY * took)
            case Phase.SLOWDOWN:
                self._since, self._due = now, now + SLOW_ROUNDS * self._rtt
                self._threshold, self.window = self.window, self._least
            case _:
                self._due = inf
                self._delays.forget()
