"""How much a pair, and all together, may hold and relay. Pure."""

from dataclasses import dataclass
from typing import Final

from signaling.core.quota import Bucket, Rate
from signaling.relay.turn.effects import PairEnded
from signaling.relay.turn.kinds import Refusal, RefusedError, Stats

RELAYED_BYTES: Final = 64 * 1024
"""From here on a pair counts as relayed: checks of connectivity through a relay, all that most pairs do, are less."""

BURST_S: Final = 0.25
"""A limit of bandwidth lets so much of a second pass at once: what TCP or SCTP send in a round trip."""

DATAGRAM_BYTES: Final = 65_535
"""A burst is at least the largest datagram, or that could never pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the operator allows. Rates in bytes a second, 0 for none; times in seconds."""

    per_pair: int = 32
    total: int = 1000
    peers: int = 128
    lifetime: float = 86_400
    rate: float = 0
    total_rate: float = 0
    known_only: bool = False


@dataclass(slots=True, eq=False)
class Account:
    """What one pair has, as long as it has any allocation."""

    pair: str
    began: float
    bucket: Bucket | None
    allocations: int = 0
    bytes: int = 0


class Accounts:
    """The accounts of all pairs."""

    def __init__(self, limits: Limits, stats: Stats) -> None:
        self._limits = limits
        self.stats = stats
        self._accounts: dict[str, Account] = {}
        self._bucket = _bucket(limits.total_rate)

    def open(self, pair: str, now: float) -> Account:
        """One more allocation for a pair; raises RefusedError."""
        account = self._accounts.get(pair)
        if account is not None and account.allocations >= self._limits.per_pair:
            raise RefusedError(486, Refusal.QUOTA)
        if self.stats.allocations >= self._limits.total:
            raise RefusedError(508, Refusal.CAPACITY)
        if account is None:
            account = self._accounts[pair] = Account(pair, now, _bucket(self._limits.rate))
        account.allocations += 1
        self.stats.allocations += 1
        return account

    def close(self, account: Account, now: float) -> PairEnded | None:
        """One less; tells if it was the last of its pair."""
        account.allocations -= 1
        self.stats.allocations -= 1
        if account.allocations:
            return None
        del self._accounts[account.pair]
        return PairEnded(account.bytes, now - account.began, account.bytes >= RELAYED_BYTES)

    def spend(self, account: Account, size: int, now: float) -> bool:
        """Whether a pair may relay so many bytes now; if so they are counted."""
        if (account.bucket and account.bucket.wait(now, size)) or (self._bucket and self._bucket.wait(now, size)):
            return False
        self.pay(account, size, now)
        return True

    def debt(self, account: Account, now: float) -> float:
        """Seconds until what a pair, and all together, have relayed beyond their limits is paid off."""
        return max((each.wait(now, 0) for each in (account.bucket, self._bucket) if each is not None), default=0.0)

    def pay(self, account: Account, size: int, now: float) -> None:
        """A pair without a debt relays so many bytes, be it more than a burst: for those who wait, and drop nothing."""
        if account.bucket is not None:
            account.bucket.charge(now, size)
        if self._bucket is not None:
            self._bucket.charge(now, size)
        self.stats.pairs += account.bytes < RELAYED_BYTES <= account.bytes + size
        account.bytes += size


def _bucket(rate: float) -> Bucket | None:
    return Bucket(Rate(max(rate * BURST_S, DATAGRAM_BYTES), rate)) if rate else None
