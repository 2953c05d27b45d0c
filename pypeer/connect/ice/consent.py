"""Whether the path in use still lives (RFC 7675): when to ask, and when it is in doubt.

A path that carries data is asked as soon as that stops; an idle one now and then. An unanswered question is repeated at
once, a few times, and then the path is in doubt. Whatever arrives is a sign of life.
"""

from collections.abc import Callable
from math import inf
from typing import Final

CONSENT_S: Final = (1.6, 2.4)
"""Between two checks of an idle path, at random: half the shortest time-out of mappings that routers have (5 s)."""

SUSPECT_S: Final = 1.0
"""A path that carried data and then nothing for so long is asked: both sides hear data or acknowledgements far more
often, even with a second of queue in a router before them."""

REPEAT_S: Final = 0.4
REPEAT_RTT: Final = 1.5
"""An unanswered check is repeated after this time, or so many round trips if that is more."""

UNANSWERED_MAX: Final = 4
"""So many checks in a row unanswered put a path in doubt: with a tenth of all packets lost, once in a thousand. So
a path that breaks is noticed 2.6 s after its last packet, or 4 s if it was idle."""


class Consent:
    """Of the pair in use; times in seconds of a monotonic clock."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._routine_at = inf
        self._suspect_at = inf
        self._unanswered = 0

    def start(self, now: float) -> None:
        """A pair is in use from now on."""
        self._unanswered = 0
        self._routine_at, self._suspect_at = now + CONSENT_S[0], inf

    def heard(self, now: float, data: bool = False) -> None:
        """A sign of life: data, or a check, or the answer to one."""
        self._unanswered = 0
        self._suspect_at = now + SUSPECT_S if data else inf

    def asked(self, now: float, rtt: float | None) -> None:
        """A check was sent; once in doubt, it goes on at leisure."""
        low, high = CONSENT_S
        self._routine_at = now + low + (high - low) * self._random()
        self._unanswered += 1
        repeat = now + max(REPEAT_S, REPEAT_RTT * (rtt or 0.0))
        self._suspect_at = repeat if self._unanswered <= UNANSWERED_MAX else inf

    @property
    def check_at(self) -> float:
        """When to ask, and to see whether it is in doubt."""
        return min(self._routine_at, self._suspect_at)

    def is_doubtful(self, now: float) -> bool:
        """Whether enough was asked in vain, and waited for."""
        return self._unanswered >= UNANSWERED_MAX and now >= self.check_at
