"""Which entries of a sealed space have a token or a tag: its inverted index."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from typing import Final

SWEPT: Final = 20_000
"""Places that are looked at in one step of a sweep, in about 2 ms."""

FORGOTTEN: Final = 5_000
"""Keys that are let go of in one step, in about a millisecond."""


class Places:
    """Entries by key, each a number that is never used twice. What is gone stays until it is swept away.

    The places of a key are a number where it is one, and else four bytes for each in their order: nothing that the
    garbage collector has to look at.
    """

    def __init__(self) -> None:
        self._places: dict[str | bytes, int | bytearray] = {}

    def add(self, key: str | bytes, entry: int) -> None:
        """An entry that is newer than all others has this key."""
        there = self._places.get(key)
        if there is None:
            self._places[key] = entry
        elif isinstance(there, int):
            self._places[key] = bytearray(there.to_bytes(4, sys.byteorder) + entry.to_bytes(4, sys.byteorder))
        else:
            there += entry.to_bytes(4, sys.byteorder)

    def of(self, key: str | bytes) -> Sequence[int]:
        """Those that have a key, or had it, the oldest first."""
        there = self._places.get(key)
        if there is None:
            return ()
        return (there,) if isinstance(there, int) else array("I", bytes(there))

    def __len__(self) -> int:
        return len(self._places)

    def forget(self) -> None:
        """Let go of some keys, of which no entry is there any more."""
        for _ in range(min(FORGOTTEN, len(self._places))):
            self._places.popitem()

    def sweep(self, there: Collection[int]) -> Iterator[None]:
        """Forget all entries but these, step by step; what comes meanwhile stays."""
        looked = 0
        for key in list(self._places):
            places = self.of(key)
            left = [entry for entry in places if entry in there]
            if not left:
                del self._places[key]
            elif len(left) < len(places):
                self._places[key] = left[0] if len(left) == 1 else bytearray(array("I", left).tobytes())
            looked += len(places) + 1
            if looked >= SWEPT:
                looked = 0
                yield


def is_among(ways: Sequence[Sequence[int]], place: int) -> bool:
    """Whether a place is in one of these, each in its order."""
    for places in ways:
        at = bisect_left(places, place)
        if at < len(places) and places[at] == place:
            return True
    return False
