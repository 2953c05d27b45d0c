"""Deadlines by key, the next one first."""

import heapq
from collections.abc import Hashable, Iterator
from itertools import count
from typing import Final, Generic, TypeVar

SLACK: Final = 64
"""Entries left behind that are not worth tidying up."""

K = TypeVar("K", bound=Hashable)


class Timers(Generic[K]):
    """At most one deadline for a key. What is set anew or cancelled leaves an entry behind, to be skipped later."""

    def __init__(self) -> None:
        self._when: dict[K, float] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._order = count()

    def __len__(self) -> int:
        return len(self._when)

    def set(self, key: K, when: float) -> None:
        """Let the key be due at that time, and not when it was due before."""
        self._when[key] = when
        heapq.heappush(self._heap, (when, next(self._order), key))
        self._compact()

    def cancel(self, key: K) -> None:
        """Let the key not be due, if it was."""
        self._when.pop(key, None)
        self._compact()

    def due(self, now: float) -> Iterator[K]:
        """Take out what is due, the oldest first; setting timers meanwhile is allowed."""
        while self._heap and self._heap[0][0] <= now:
            when, _, key = heapq.heappop(self._heap)
            if self._when.get(key) == when:
                del self._when[key]
                yield key

    def _compact(self) -> None:
        if len(self._heap) > 2 * len(self._when) + SLACK:
            self._heap = [entry for entry in self._heap if self._when.get(entry[2]) == entry[0]]
            heapq.heapify(self._heap)
