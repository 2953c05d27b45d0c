"""How fast a link delivers, how long it takes to answer, and whether it has stalled; pure, the clock passed in.

After BBR (draft-ietf-ccwg-bbr): the rate is the best of what was delivered of late, the delay the least of what a
request took while nothing was before it, and as much is kept on its way as the two make together. After RFC 6298: how
long a silence is borne follows from the delay, and whoever does not answer is tried again at intervals that double.
"""

from typing import Final

DELAY_LIFE_S: Final = 10.0
"""How long a delay is believed (BBR: the same). Then the link runs empty once, for only so can it be measured anew."""

RATE_LIFE_S: Final = 1.0
"""The rate is the best of this period and the one before: it rises with the first sample, falls within two seconds."""

GAIN: Final = 1.25
"""More than the delay is filled by so much, that a link which can do more shows it (BBR: the same gain, to probe)."""

SLACK_S: Final = 0.05
"""Also kept on its way: what the other side needs to read from its disk, and a busy event loop to come to its turn."""

FIRST_BYTES: Final = 1024 * 1024
"""On its way on a link of which nothing is known: four chunks, half a second at 16 Mbit/s."""

ORDINARY_RATE: Final = 1024.0 * 1024
ORDINARY_DELAY_S: Final = 0.1
"""What a link of which nothing is known is taken for, beside others: an ordinary one, so that it is tried."""

SILENCE_S: Final = 0.5
"""Less silence than this is never a stall: Wi-Fi that roams, a sender that collects its garbage."""

FIRST_SILENCE_S: Final = 3.0
"""A stall on a link that has never answered: two or three losses at its start (RFC 6298: one second each at least)."""

PATIENCE: Final = 4
"""A stall is a silence of so many times what an answer should take (RFC 6298: four times the variation)."""

REST_S: Final = 1.0
REST_MAX_S: Final = 30.0
"""How long a stalled link is left alone before the next attempt: doubled each time (RFC 6298, 5.5), up to this."""


class Pace:
    """What is known of one link. Counts are bytes, times seconds of any one clock."""

    def __init__(self) -> None:
        self.delivered = 0
        """All that ever came here."""
        self._delay: float | None = None
        self._delay_at = 0.0
        self._best = self._best_before = 0.0
        self._period_at = 0.0
        self._quiet_since = 0.0
        self._stalls = 0
        self._rest_until = 0.0

    @property
    def rate(self) -> float:
        """Bytes a second; a guess while nothing is known."""
        return max(self._best, self._best_before) or ORDINARY_RATE

    @property
    def delay(self) -> float:
        """Seconds from a request to the first byte of its answer; a guess while nothing is known."""
        return ORDINARY_DELAY_S if self._delay is None else self._delay

    def window(self, chunk: int, now: float) -> float:
        """What may be on its way here, chunks being as long as this; 0 means one chunk alone."""
        if self._stalls or (self._delay is not None and now - self._delay_at > DELAY_LIFE_S):
            return 0.0
        if self._delay is None or not self._best:
            return max(FIRST_BYTES, 2 * chunk)
        return self.rate * (GAIN * self.delay + SLACK_S) + 2 * chunk

    def needs(self, count: int) -> float:
        """Seconds until so many bytes are here, if the last of them are asked for now."""
        return self.delay + count / self.rate

    def due(self, count: int, now: float) -> float:
        """Seconds until so many bytes are here that are on their way; who is silent is expected to go on being so."""
        return count / self.rate + max(0.0, now - self._quiet_since)

    def asked(self, alone: bool, now: float) -> None:
        """A request is made; `alone` if nothing else is on its way."""
        if alone:
            self._quiet_since = now

    def heard(self, count: int, now: float) -> None:
        """So much came."""
        self.delivered += count
        self._quiet_since = now
        self._stalls = 0

    def answered(self, asked_at: float, now: float) -> None:
        """The first byte came of a request that was made alone."""
        delay = max(0.0, now - asked_at)
        if self._delay is None or delay <= self._delay or now - self._delay_at > DELAY_LIFE_S:
            self._delay, self._delay_at = delay, now

    def landed(self, delivered: int, asked_at: float, now: float) -> None:
        """A request is answered in full that was made then, when this was all that had been delivered."""
        if now <= asked_at:
            return
        if not 0 <= now - self._period_at < RATE_LIFE_S:
            self._best, self._best_before, self._period_at = 0.0, self._best, now
        self._best = max(self._best, (self.delivered - delivered) / (now - asked_at))

    def is_stalled(self, frame: int, now: float) -> bool:
        """Whether it should have brought something by now, frames being as long as this; only while it is awaited."""
        if self._delay is None:
            return now - self._quiet_since > FIRST_SILENCE_S
        return now - self._quiet_since > max(SILENCE_S, PATIENCE * self.needs(frame))

    def rest(self, now: float) -> None:
        """It has stalled, and what was on its way is awaited elsewhere."""
        self._rest_until = now + min(REST_S * 2.0**self._stalls, REST_MAX_S)
        self._stalls += 1

    def is_resting(self, now: float) -> bool:
        """Whether to leave it alone for now."""
        return self._stalls > 0 and now < self._rest_until

    def excuse(self, now: float) -> None:
        """The silence up to now was agreed on."""
        self._quiet_since = now
