"""How often something may happen: the generic cell rate algorithm, a token bucket whose state is one number.

See ITU-T I.371, annex A. One number is also what a store outside this process can keep and update atomically.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and afterwards so many a second."""

    burst: float
    per_second: float


@dataclass(slots=True)
class Bucket:
    """A full bucket of tokens to begin with. `full_at` is when it will be full again."""

    rate: Rate
    full_at: float = float("-inf")

    def wait(self, now: float, cost: float = 1) -> float:
        """Seconds until `cost` tokens are there; 0 if they are. At most a burst can ever be."""
        return max(0.0, self._full_after(now, cost) - now - self.rate.burst / self.rate.per_second)

    def charge(self, now: float, cost: float = 1) -> None:
        """Take tokens, even those that are not there yet: a debt that later callers wait for."""
        self.full_at = self._full_after(now, cost)

    def give(self, now: float, cost: float = 1) -> None:
        """Give tokens back; a bucket is never more than full."""
        self.full_at = self._full_after(now, -cost)

    def take(self, now: float, cost: float = 1) -> float:
        """Take tokens if they are there and return 0, else take none and return the seconds to wait."""
        wait = self.wait(now, cost)
        if not wait:
            self.charge(now, cost)
        return wait

    def _full_after(self, now: float, cost: float) -> float:
        return max(self.full_at, now) + cost / self.rate.per_second


class Buckets:
    """A bucket for each name, of which the `most` last used are kept; a name that was forgotten begins anew."""

    def __init__(self, rate: Rate, most: int) -> None:
        self._rate = rate
        self._most = most
        self._buckets: dict[str, Bucket] = {}

    def take(self, name: str, now: float, cost: float = 1) -> float:
        """See Bucket."""
        bucket = self._buckets.pop(name, None) or Bucket(self._rate)
        self._buckets[name] = bucket
        if len(self._buckets) > self._most:
            del self._buckets[next(iter(self._buckets))]
        return bucket.take(now, cost)

    def __len__(self) -> int:
        return len(self._buckets)
