"""How fast data may flow: a token bucket (as in RFC 2697, with debts); pure, the clock passed in."""

from typing import Final

BURST_S: Final = 0.25
"""What may be saved up: as much as passes between two ticks of a session, so that a coarse clock costs no rate."""


class Budget:
    """Bytes that may be used, at `rate` a second. Whoever shares one shares the rate: turns are taken in order."""

    def __init__(self, rate: float) -> None:
        if rate <= 0:
            raise ValueError("a rate is a number of bytes a second, more than 0")
        self._rate = rate
        self._balance = 0.0
        self._at: float | None = None

    def is_open(self, now: float) -> bool:
        """Whether something may be begun: nothing is owed any more."""
        self._save(now)
        return self._balance >= 0

    def spend(self, count: int, now: float) -> float:
        """Use so many bytes, more than are there if need be: the seconds to wait before they may be used."""
        self._save(now)
        self._balance -= count
        return max(0.0, -self._balance / self._rate)

    def _save(self, now: float) -> None:
        """A clock that jumps back saves nothing."""
        passed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        self._balance = min(self._balance + passed * self._rate, BURST_S * self._rate)
