"""The receivers of one code that help each other: who is told of whom; pure."""

from collections import Counter, deque
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

from pypeer.protocol import limits
from pypeer.transfer.effects import Read

FEW: Final = limits.HELPERS // 2
"""Who joins is told of so many, and so many are told of it: the rest of the room is for those who join later."""

M = TypeVar("M", bound=Hashable)


class Swarm(Generic[M]):
    """Known to the sender alone. Each member is told of a few others, and each is told of to as few."""

    def __init__(self) -> None:
        self._codes: dict[M, str] = {}
        self._told: dict[M, set[M]] = {}
        self._used: dict[M, int] = {}

    def helps(self, member: M, code: str) -> list[tuple[M, str]]:
        """A member helps under this code: who is to be told which code."""
        if member in self._codes:
            return []
        others = list(self._codes)
        self._codes[member], self._told[member], self._used[member] = code, set(), 0
        tells = [(member, other) for other in sorted(others, key=lambda each: self._used[each])[:FEW]]
        hungry = [each for each in others if len(self._told[each]) < limits.HELPERS]
        tells += [(each, member) for each in sorted(hungry, key=lambda each: len(self._told[each]))[:FEW]]
        for whom, of in tells:
            self._told[whom].add(of)
            self._used[of] += 1
        return [(whom, self._codes[of]) for whom, of in tells]

    def leaves(self, member: M) -> None:
        """Nobody is told of it any more, and whoever was may be told of others."""
        self._codes.pop(member, None)
        self._used.pop(member, None)
        for other in self._told.pop(member, ()):
            self._used[other] -= 1
        for told in self._told.values():
            told.discard(member)


class Seeding:
    """Which of its requests a receiver of a swarm is answered next: what the fewest were sent so far, so that soon all
    of it is out there, once."""

    def __init__(self) -> None:
        self._sent: Counter[tuple[int, int]] = Counter()

    def next(self, queue: deque[Read]) -> Read:
        """Take it out of the queue."""
        read = min(queue, key=lambda read: read.bare or self._sent[read.file, read.chunk])
        queue.remove(read)
        self._sent[read.file, read.chunk] += not read.bare
        return read
