"""Which of two direct roads carries what is bulk, by what either delivers; pure, the clock passed in.

TCP and ICE may both be open. One of them is used at a time, since two flows to one peer would take two shares of a line
that others use. At first it is TCP, which costs a tenth of the work; but some networks slow TCP down, and some UDP. So
once data has flowed for a while the other road gets a trial, and the quicker one stays. A trial that delivers nothing
is over before anybody could call it a stall, what is under way on the road that was left still arrives meanwhile, and
no trial is made where TCP delivers about what a data channel can.

The receiver decides, as it is who asks for the data; the sender sees by what comes to it which road it is.
"""

from collections import deque
from collections.abc import Mapping
from enum import Enum
from typing import Final, NamedTuple

from pypeer.connect.lanes import Road

TICK_S: Final = 0.25
"""How often to call `tick`."""

FLOW_S: Final = 2.0
"""How long data flows before a road is judged, in a trial as before it: ten round trips of 200 ms, which is how long a
window takes to grow to what a line of 100 Mbit/s holds (RFC 6928: ten packets at first, doubled each time)."""

SPAN_S: Final = 1.0
"""A rate is what came in the last second: what a road did before it had found its speed is not held against it."""

IN_VAIN_S: Final = 0.75
"""A trial without anything for so long is over: three frames of 64 KiB are that long under way at 2 Mbit/s."""

HOPELESS: Final = 0.25
"""A trial ends early, when it has gone on for `SPAN_S`, if it delivers less than this part of what the other did."""

BETTER: Final = 1.25
"""The other road has to be quicker by so much: rates of one line differ by a tenth from second to second."""

ENOUGH: Final = 64.0 * 1024 * 1024
"""Bytes a second of TCP that leave nothing to try: half of the most that a data channel was ever measured to carry, by
idle machines and for ten times the work. A trial costs up to two seconds there, of a transfer that takes a few."""

LOOKS_S: Final = (30.0, 120.0, 300.0)
"""Pauses between trials; the last one stays, and after a change of roads they begin anew. Each may cost two seconds of
the slower road: a fifteenth at first, then less than a hundredth."""

FALLEN: Final = 0.5
"""There is a trial at once, but not sooner than `SETTLE_S` after another, when the road in use delivers less than this
part of what the other did, and has for `LASTS_S`: then the network has changed. A pause is no fall."""

SETTLE_S: Final = 10.0

LASTS_S: Final = 3.0
"""The sender believes in another road when nearly all has come there for so long, too: a trial is shorter."""

FOLLOW: Final = 0.9
"""... which is this part of it."""


class Stage(Enum):
    """How far a race is."""

    ALONE = "alone"
    """There are not two roads to choose from."""
    MEASURING = "measuring"
    """The road in use is measured."""
    TRYING = "trying"
    """The other one is."""
    SETTLED = "settled"


class Cause(Enum):
    """What leads on."""

    PAIRED = "paired"
    PARTED = "parted"
    MEASURED = "measured"
    ENOUGH = "enough"
    TRIED = "tried"
    DUE = "due"


TRANSITIONS: Final[dict[Stage, dict[Cause, Stage]]] = {
    Stage.ALONE: {Cause.PAIRED: Stage.MEASURING},
    Stage.MEASURING: {Cause.MEASURED: Stage.TRYING, Cause.ENOUGH: Stage.SETTLED, Cause.PARTED: Stage.ALONE},
    Stage.TRYING: {Cause.TRIED: Stage.SETTLED, Cause.PARTED: Stage.ALONE},
    Stage.SETTLED: {Cause.DUE: Stage.MEASURING, Cause.PARTED: Stage.ALONE},
}


class Ask(NamedTuple):
    """Ask for what is bulk on this road from now on."""

    road: Road


class Verdict(NamedTuple):
    """This road carries it, for good or until something changes; what was measured is in `Race.rates`."""

    road: Road


Action = Ask | Verdict


class Counts:
    """What has come on one road by when: for the last `LASTS_S` and a tick."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def add(self, now: float, count: int) -> None:
        """So many bytes by now."""
        self._samples.append((now, count))
        while len(self._samples) > 2 and self._samples[1][0] <= now - LASTS_S:
            self._samples.popleft()

    def came(self, span: float) -> int:
        """Bytes in so many seconds up to the last sample, or since the first."""
        end, count = self._samples[-1]
        return count - next(had for at, had in self._samples if at >= end - span - TICK_S / 2)


class Race:
    """Of one session. `road` is the one in use, `rates` the bytes a second that were measured of each."""

    def __init__(self) -> None:
        self.stage = Stage.ALONE
        self.road = Road.TCP
        self.rates: dict[Road, float] = {}
        self._since = 0.0
        """When the road in use was begun to be measured, or tried."""
        self._settled_at = 0.0
        self._fine_at = 0.0
        """When the road in use was last as good as it was."""
        self._looks = 0
        self._counts: dict[Road, Counts] = {}

    def open(self, both: bool, now: float) -> list[Action]:
        """There are two direct roads to choose from, or there are not any more."""
        if both == (self.stage is not Stage.ALONE):
            return []
        self.road, self.rates, self._looks = Road.TCP, {}, 0
        self._counts = {}
        self._step(Cause.PAIRED if both else Cause.PARTED, now)
        return [Ask(self.road)] if both else []

    def tick(self, heard: Mapping[Road, int], now: float) -> list[Action]:
        """Time has passed, and so much has come on each road by now."""
        for road, count in heard.items():
            self._counts.setdefault(road, Counts()).add(now, count)
        match self.stage:
            case Stage.MEASURING:
                return self._measure(now)
            case Stage.TRYING:
                return self._try(now)
            case Stage.SETTLED:
                return self._watch(now)
            case Stage.ALONE:  # pragma: no branch
                return []

    def _measure(self, now: float) -> list[Action]:
        rate = self._rate(self.road)
        if not rate:
            self._since = now  # nothing flows: it has not begun, or somebody pauses
        if now - self._since < FLOW_S:
            return []
        self.rates[self.road] = rate
        if self.road is Road.TCP and rate >= ENOUGH:
            self._step(Cause.ENOUGH, now)
            return [Verdict(self.road)]
        self.road = _other(self.road)
        self._step(Cause.MEASURED, now)
        return [Ask(self.road)]

    def _try(self, now: float) -> list[Action]:
        tried, rate, before = now - self._since, self._rate(self.road), self.rates[_other(self.road)]
        in_vain = tried >= IN_VAIN_S and not self._counts[self.road].came(IN_VAIN_S)
        hopeless = tried >= SPAN_S and rate < HOPELESS * before
        if tried < FLOW_S and not in_vain and not hopeless:
            return []
        self.rates[self.road] = rate
        is_better = not in_vain and rate > BETTER * before
        self._looks = 0 if is_better else self._looks + 1
        if not is_better:
            self.road = _other(self.road)
        self._step(Cause.TRIED, now)
        return [Verdict(self.road)] if is_better else [Ask(self.road), Verdict(self.road)]

    def _watch(self, now: float) -> list[Action]:
        counts, settled = self._counts[self.road], now - self._settled_at
        least = FALLEN * self.rates.get(_other(self.road), 0.0)
        if not counts.came(SPAN_S) or counts.came(LASTS_S) / LASTS_S >= least:
            self._fine_at = now
        has_fallen = settled >= SETTLE_S and now - self._fine_at >= LASTS_S
        if has_fallen or settled >= LOOKS_S[min(self._looks, len(LOOKS_S) - 1)]:
            self._step(Cause.DUE, now)
        return []

    def _rate(self, road: Road) -> float:
        return self._counts[road].came(SPAN_S) / SPAN_S

    def _step(self, cause: Cause, now: float) -> None:
        self.stage = TRANSITIONS[self.stage][cause]
        self._since = now
        if self.stage is Stage.SETTLED:
            self._settled_at = self._fine_at = now


class Follow:
    """Of a session that does not choose: on which of two roads the other side asks."""

    def __init__(self) -> None:
        self.road = Road.TCP
        self._counts: dict[Road, Counts] = {}

    def open(self) -> None:
        """There are two roads to choose from, or there are not any more."""
        self.road, self._counts = Road.TCP, {}

    def tick(self, heard: Mapping[Road, int], now: float) -> list[Action]:
        """As `Race.tick`."""
        for road, count in heard.items():
            self._counts.setdefault(road, Counts()).add(now, count)
        other = _other(self.road)
        here, there = (self._counts[road].came(LASTS_S) for road in (self.road, other))
        if there <= FOLLOW * (here + there):
            return []
        self.road = other
        return [Verdict(other)]


def _other(road: Road) -> Road:
    return Road.ICE if road is Road.TCP else Road.TCP
