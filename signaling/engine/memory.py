"""The engine of a single node: dictionaries. It never waits."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from signaling.core.quota import Bucket, Rate
from signaling.core.timers import Timers
from signaling.engine.base import Claim, Holder, Presence, Push, Totals

BUCKETS: Final = 10_000
"""Buckets kept before the full ones, which are as good as none, are first looked for and dropped: about 2 MB."""

LASTING: Final = 10_000
"""Freed locators kept for long because they were delegated: of ten million, so that nobody uses them up."""


@dataclass(frozen=True, slots=True)
class _Claimed:
    """What is known of a locator, whether somebody holds it or not. Delegations up to number `void` are void."""

    owner: str
    serial: int = 0
    void: int = 0
    until: float = float("-inf")
    """When the last delegation is over."""


class MemoryEngine:
    """Shared state of one process; `on_push` is the node that hosts every session."""

    def __init__(self, on_push: Callable[[str, Push], None]) -> None:
        self._on_push = on_push
        self._held: dict[str, Holder] = {}
        self._known: dict[str, _Claimed] = {}
        """By locator: those that are held or reserved."""
        self._reserved: dict[str, None] = {}
        self._lasting: dict[str, None] = {}
        self._free_at: Timers[str] = Timers()
        self._presence: dict[str, Presence] = {}
        self._pairs: dict[str, tuple[str, str]] = {}
        self._charged: dict[str, str] = {}
        self._pairs_of: defaultdict[str, dict[str, None]] = defaultdict(dict)
        self._buckets: dict[str, Bucket] = {}
        self._prune_beyond = BUCKETS

    async def claim(self, locator: str, holder: Holder, reclaim: bool, now: float) -> Claim:
        """See Engine."""
        self._expire(now)
        current, known = self._held.get(locator), self._known.get(locator)
        if known is not None and not (reclaim and known.owner == holder.owner):
            return Claim(granted=False)
        after = _after(known or _Claimed(holder.owner), holder)
        if after is None:
            return Claim(granted=False, is_stale=True)
        self._forget(locator)
        self._free_at.cancel(locator)
        self._held[locator], self._known[locator] = holder, after
        return Claim(granted=True, displaced=current.session if current and current.session != holder.session else None)

    async def release(self, locator: str, session: str, reserve: float, now: float) -> bool:
        """See Engine."""
        holder = self._held.get(locator)
        if holder is None or holder.session != session:
            return False
        del self._held[locator]
        self._reserved[locator] = None
        free_at = now + reserve
        if self._known[locator].until > free_at and len(self._lasting) < LASTING:
            self._lasting[locator] = None
            free_at = self._known[locator].until
        self._free_at.set(locator, free_at)
        return True

    async def find(self, locator: str, now: float) -> Holder | None:
        """See Engine."""
        holder = self._held.get(locator)
        return holder if holder and holder.until > now else None

    async def set_presence(self, session: str, presence: Presence | None) -> None:
        """See Engine."""
        if presence is None:
            self._presence.pop(session, None)
        else:
            self._presence[session] = presence

    async def presence(self, session: str) -> Presence | None:
        """See Engine."""
        return self._presence.get(session)

    async def pair(self, pair: str, members: tuple[str, str], most: int, charged: str | None) -> bool:
        """See Engine."""
        if any(len(self._pairs_of.get(member, ())) >= most for member in members):
            return False
        self._pairs[pair] = members
        if charged is not None:
            self._charged[pair] = charged
        for member in members:
            self._pairs_of[member][pair] = None
        return True

    async def forgive(self, pair: str, rate: Rate, now: float) -> None:
        """See Engine."""
        charged = self._charged.pop(pair, None)
        if charged is not None:
            self._bucket(charged, rate, now).give(now)

    async def other(self, pair: str, session: str) -> str | None:
        """See Engine."""
        members = self._pairs.get(pair)
        if members is None or session not in members:
            return None
        first, second = members
        return second if session == first else first

    async def part(self, pair: str, session: str) -> str | None:
        """See Engine."""
        other = await self.other(pair, session)
        if other is None:
            return None
        del self._pairs[pair]
        self._charged.pop(pair, None)
        for member in (session, other):
            self._pairs_of[member].pop(pair, None)
            if not self._pairs_of[member]:
                del self._pairs_of[member]
        return other

    async def pairs_of(self, session: str) -> tuple[str, ...]:
        """See Engine."""
        return tuple(self._pairs_of.get(session, ()))

    async def deliver(self, session: str, push: Push) -> None:
        """See Engine."""
        self._on_push(session, push)

    async def take(self, counter: str, rate: Rate, cost: float, now: float) -> float:
        """See Engine."""
        return self._bucket(counter, rate, now).take(now, cost)

    async def charge(self, counter: str, rate: Rate, cost: float, now: float) -> None:
        """See Engine."""
        self._bucket(counter, rate, now).charge(now, cost)

    async def totals(self, now: float) -> Totals:
        """See Engine."""
        self._expire(now)
        return Totals(locators=len(self._held), reserved=len(self._reserved), pairs=len(self._pairs))

    def _bucket(self, counter: str, rate: Rate, now: float) -> Bucket:
        if len(self._buckets) > self._prune_beyond:
            self._buckets = {name: bucket for name, bucket in self._buckets.items() if bucket.full_at > now}
            self._prune_beyond = max(BUCKETS, 2 * len(self._buckets))
        return self._buckets.setdefault(counter, Bucket(rate))

    def _expire(self, now: float) -> None:
        for locator in self._free_at.due(now):
            self._forget(locator)

    def _forget(self, locator: str) -> None:
        for each in (self._known, self._reserved, self._lasting):
            each.pop(locator, None)


def _after(known: _Claimed, holder: Holder) -> _Claimed | None:
    """What is known once this one holds it; None if it shows a delegation that does not hold any more."""
    made = holder.delegated
    if made is None:
        return _Claimed(known.owner, 0, max(known.void, known.serial), known.until)
    if made.serial <= known.void or made.serial < known.serial:
        return None
    return _Claimed(known.owner, made.serial, known.void, max(known.until, made.until))
