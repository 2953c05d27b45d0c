"""How a receiver of a swarm shares its requests among the sender and the helpers; sans-I/O.

The sender's uplink serves all, so its time is dear: it is asked for what no helper has, and for anything else only
where it would be much sooner. What it has not begun to send is asked of a helper that turns out to have it.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pypeer.protocol.messages import Entry
from pypeer.transfer.asking import Asking, Flight
from pypeer.transfer.budget import Budget
from pypeer.transfer.pulling import Ask, Pulling
from pypeer.transfer.spread import Key, Spread
from pypeer.transfer.trust import Trust

DEAR: Final = 4.0
"""Who has everything is asked for what a helper has if it is so many times quicker: among home uplinks that are alike
it hardly is, as each receiver has its share of one; where only the sender's is quick, nobody waits in vain."""


class Mutual(Pulling):
    """Requests for what is missing, in a swarm; the parameters are those of Pulling, and what chance decides by."""

    def __init__(
        self,
        entries: Sequence[Entry],
        links: Mapping[int, Asking],
        send: Ask,
        trust: Trust,
        budget: Budget | None,
        chance: random.Random,
    ) -> None:
        super().__init__(entries, links, send, trust.may, budget)
        self.schedule = self._spread = Spread(trust.holdings, chance)
        self._is_helper = trust.holdings.is_helper

    def told(self, source: int, new: list[Key]) -> None:
        """A helper has these now: what the sender was asked for of them, but is not about to send, is missing again."""
        self._spread.told(source, new)
        keys = frozenset(new)
        for link in [link for link in self._links.values() if keys and not self._is_helper(link.source)]:
            for flight in list(link.flights.values())[1:]:
                if (flight.file, flight.chunk) in keys and not flight.data and flight.twin is None:
                    self._recall(link, [flight])

    def forget(self, source: int) -> None:
        """A helper is gone."""
        self._spread.forget(source)

    def _share_out(self, links: Sequence[Asking], now: float) -> None:
        for link in sorted(links, key=lambda link: (link.awaited, *link.order)):
            while (key := self._spread.pick(link.source)) and self._takes(link, *key, now):
                self._request(link, key, now)
        for link in [link for link in links if not self._is_helper(link.source)]:
            while (key := self._spread.pick(link.source, alone=True)) and self._takes(link, *key, now):
                if self._soonest_helper(links, *key) < self._needs(link, link.awaited + self.length(*key)):
                    break
                self._request(link, key, now)
        if self._spread.is_empty:
            self._hasten(links, now)

    def _request(self, link: Asking, key: Key, now: float) -> None:
        self._spread.take(key)
        self._ask(link, self._flight(link, *key), now)

    def _takes(self, link: Asking, file: int, chunk: int, now: float) -> bool:
        return self._may_ask(file, chunk, now) and self._has_room(link, file, chunk, now)

    def _soonest_helper(self, links: Iterable[Asking], file: int, chunk: int) -> float:
        """In how many seconds a helper would have sent it."""
        length = self.length(file, chunk)
        able = [x for x in links if self._is_helper(x.source) and self._may(x.source, file, chunk)]
        return min((link.pace.needs(link.awaited + length) for link in able), default=float("inf"))

    def _needs(self, link: Asking, count: int) -> float:
        needs = super()._needs(link, count)
        return needs if self._is_helper(link.source) else DEAR * needs

    def _movable(self, link: Asking, lively: Sequence[Asking]) -> list[Flight]:
        """What was asked of the sender, most of all, may be nowhere else."""
        flights = link.flights.values()
        return [f for f in flights if any(self._may(other.source, f.file, f.chunk) for other in lively)]
