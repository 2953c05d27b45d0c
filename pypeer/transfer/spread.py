"""In which order a receiver of a swarm asks: each another one, so that all soon have something for the others; pure.

Who has all is asked for what no helper has; a helper for what the fewest have; among equals it is chance.
"""

import random
from collections.abc import Sequence
from typing import Final

from pypeer.transfer.holdings import Holdings

LOOK: Final = 16
"""Of so many chunks that a helper has, the rarest is asked for: near enough to the rarest of all, at a fixed price."""

Key = tuple[int, int]
"""File and chunk."""


class Spread:
    """Missing chunks, in a random order. `add`, `give_back`, `drop` and `prefer` are as in Schedule."""

    def __init__(self, holdings: Holdings, chance: random.Random) -> None:
        self._holdings = holdings
        self._chance = chance
        self._missing: set[Key] = set()
        self._order: list[Key] = []
        self._held: dict[int, list[Key]] = {}
        self._ranks: dict[int, int] = {}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is missing."""
        return not self._missing

    def add(self, file: int, start: int, stop: int) -> None:
        """Chunks `start` up to before `stop` of a file are missing."""
        new = [(file, chunk) for chunk in range(start, stop)]
        self._missing.update(new)
        self._order += new
        self._mix(self._order)
        for source in self._held:
            self._held[source] += [key for key in new if self._holdings.has(source, *key)]

    def give_back(self, file: int, chunk: int) -> None:
        """A chunk that was taken is missing after all."""
        self._missing.add((file, chunk))
        self._order.append((file, chunk))
        for source in self._holdings.holders(file, chunk):
            self._held.setdefault(source, []).append((file, chunk))

    def drop(self, file: int) -> None:
        """Nothing of this file is wanted any more."""
        self._missing = {key for key in self._missing if key[0] != file}

    def told(self, source: int, new: list[Key]) -> None:
        """A helper has these now."""
        held = self._held.setdefault(source, [])
        held += new
        self._mix(held)

    def prefer(self, files: Sequence[int]) -> None:
        """What is missing of these files comes before all else, in this order."""
        self._ranks = {file: rank for rank, file in enumerate(files)}
        for keys in (self._order, *self._held.values()):
            self._mix(keys)

    def forget(self, source: int) -> None:
        """A helper is gone."""
        self._held.pop(source, None)

    def pick(self, source: int, alone: bool = False) -> Key | None:
        """What to ask of this source next, if anything; with `alone`, also what a helper has."""
        if self._holdings.is_helper(source):
            return self._pick_held(source)
        waits: list[Key] = []
        found = None
        while found is None and self._order:
            key = self._order.pop()
            if key not in self._missing:
                continue
            if self._holdings.helpers(*key) and not alone:
                waits.append(key)
            else:
                found = key
        self._order = waits + self._order
        if found is not None:
            self._order.append(found)
        return found

    def take(self, key: Key) -> None:
        """This is asked for."""
        self._missing.discard(key)

    def _pick_held(self, source: int) -> Key | None:
        held = self._held.get(source, [])
        some: list[Key] = []
        while held and len(some) < LOOK:
            key = held.pop()
            if key in self._missing and key not in some:
                some.append(key)
        held += some
        return min(some, key=lambda key: (self._rank(key), self._holdings.helpers(*key)), default=None)

    def _rank(self, key: Key) -> int:
        return self._ranks.get(key[0], len(self._ranks))

    def _mix(self, keys: list[Key]) -> None:
        """By chance, what is preferred last: it is taken from the end."""
        self._chance.shuffle(keys)
        if self._ranks:
            keys.sort(key=self._rank, reverse=True)
