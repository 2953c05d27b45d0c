"""Which entries of a sealed space have a token or a tag: its inverted index."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from typing import Final

SWEPT: Final = 20_000
"""Places that are looked at in one step of a sweep, in about 2 ms."""

KEY_WORK: Final = 20
"""What a key costs in a sweep beside its places, in places."""

FORGOTTEN: Final = 5_000
"""Keys that are let go of in one step, in about a millisecond."""


class Places:
    """Entries by key, each a number that is never used twice. What is gone stays until it is swept away.

    The places of a key are a number where it is one, and else four bytes for each in their order: nothing that the
    garbage collector has to look at.
    """

    def __init__(self) -> None:
        self._places: dict[str | bytes, int | bytearray] = {}
        self._keys: list[str | bytes] = []
        """All keys, in any order: a list can be gone through by parts while it changes, as a dict cannot."""

    def add(self, key: str | bytes, entry: int) -> None:
        """An entry that is newer than all others has this key."""
        there = self._places.get(key)
        if there is None:
            self._places[key] = entry
            self._keys.append(key)
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
        """Let go of some keys, of which no entry is there any more; no sweep goes on after that."""
        for _ in range(min(FORGOTTEN, len(self._keys))):
            del self._places[self._keys.pop()]

    def sweep(self, there: Collection[int]) -> Iterator[None]:
        """Forget all entries but these, step by step; what comes meanwhile stays."""
        looked = 0
        for at in range(len(self._keys) - 1, -1, -1):
            looked += KEY_WORK + self._sift(at, there)
            if looked >= SWEPT:
                looked = 0
                yield

    def _sift(self, at: int, there: Collection[int]) -> int:
        """Keep of one key what is there: how many places it had."""
        key = self._keys[at]
        places = self.of(key)
        left = [entry for entry in places if entry in there]
        if not left:
            self._drop(at)
        elif len(left) < len(places):
            self._places[key] = left[0] if len(left) == 1 else bytearray(array("I", left).tobytes())
        return len(places)

    def _drop(self, at: int) -> None:
        """The last key, which a sweep from the end has seen or which is newer than it, comes where this one was."""
        del self._places[self._keys[at]]
        last = self._keys.pop()
        if at < len(self._keys):
            self._keys[at] = last


def is_among(ways: Sequence[Sequence[int]], place: int) -> bool:
    """Whether a place is in one of these, each in its order."""
    for places in ways:
        at = bisect_left(places, place)
        if at < len(places) and places[at] == place:
            return True
    return False
