"""The engine of a single node: dictionaries. It never waits."""

from collections import defaultdict
from collections.abc import Callable
from typing import Final

from signaling.core.quota import Bucket, Rate
from signaling.core.timers import Timers
from signaling.engine.base import Claim, Holder, Presence, Push, Totals

BUCKETS: Final = 10_000
"""Buckets kept before the full ones, which are as good as none, are first looked for and dropped: about 2 MB."""


class MemoryEngine:
    """Shared state of one process; `on_push` is the node that hosts every session."""

    def __init__(self, on_push: Callable[[str, Push], None]) -> None:
        self._on_push = on_push
        self._held: dict[str, Holder] = {}
        self._reserved: dict[str, str] = {}
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
        current = self._held.get(locator)
        owner = current.key if current else self._reserved.get(locator)
        if owner is not None and not (reclaim and owner == holder.key):
            return Claim(granted=False)
        self._reserved.pop(locator, None)
        self._free_at.cancel(locator)
        self._held[locator] = holder
        return Claim(granted=True, displaced=current.session if current and current.session != holder.session else None)

    async def release(self, locator: str, session: str, reserve: float, now: float) -> bool:
        """See Engine."""
        holder = self._held.get(locator)
        if holder is None or holder.session != session:
            return False
        del self._held[locator]
        self._reserved[locator] = holder.key
        self._free_at.set(locator, now + reserve)
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
            self._reserved.pop(locator, None)
