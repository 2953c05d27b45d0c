"""Which blocks have a key: the inverted half of the index of the directory.

A block is a number, which is never used twice. What is in no block any more is left where it is: whoever asks looks
whether a block is there, and a sweep, now and then, costs less than taking out each.
"""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from typing import Final

SWEPT: Final = 10_000
"""Places that are looked at in one step of a sweep, in about 2 ms."""


class Postings:
    """Blocks by key.

    The places of a key are one number, if it is in one block only, as most are, and otherwise eight bytes for each:
    neither is anything that the garbage collector of Python has to look at.
    """

    def __init__(self) -> None:
        self._places: dict[str, int | bytearray] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, keys: set[str], block: int) -> None:
        """A block has these keys. Blocks come in the order of their numbers."""
        places, packed = self._places, _packed((block,))
        fresh = keys.difference(places)
        for key in keys - fresh:
            there = places[key]
            if isinstance(there, int):
                places[key] = bytearray(_packed((there,)) + packed)
            else:
                there += packed
        places.update(dict.fromkeys(fresh, block))
        self._new(fresh)

    def of(self, key: str) -> Sequence[int]:
        """The blocks that have a key, in order, with some that are no more."""
        return _unpacked(self._places.get(key))

    def sweep(self, there: Container[int]) -> Iterator[None]:
        """Forget all blocks but these, step by step."""
        looked = 0
        for key in list(self._places):
            places = self._places[key]
            if isinstance(places, int):
                looked += 1
                if places not in there:
                    self._keep(key, [])
            else:
                looked += self._sift(key, _unpacked(places), there)
            if looked >= SWEPT:
                looked = 0
                yield

    def _sift(self, key: str, places: Sequence[int], there: Container[int]) -> int:
        left = [block for block in places if block in there]
        if len(left) < len(places):
            self._keep(key, left)
        return len(places)

    def _keep(self, key: str, blocks: list[int]) -> None:
        if not blocks:
            del self._places[key]
            self._gone(key)
        elif len(blocks) == 1:
            self._places[key] = blocks[0]
        else:
            self._places[key] = bytearray(_packed(blocks))

    def _new(self, keys: Collection[str]) -> None:
        """Keys that were not there."""

    def _gone(self, key: str) -> None:
        """A key is there no more."""


class Words(Postings):
    """Postings whose keys can be found by how they begin."""

    def __init__(self) -> None:
        super().__init__()
        self._begun: dict[str, _Bucket] = {}

    def begun(self, start: str) -> Iterator[str]:
        """All keys that begin so."""
        for bucket in self._buckets(start):
            yield from bucket.after(start, self._places)

    def _buckets(self, start: str) -> list["_Bucket"]:
        if len(start) < PREFIX:
            return [bucket for key, bucket in sorted(self._begun.items()) if key.startswith(start)]
        bucket = self._begun.get(start[:PREFIX])
        return [] if bucket is None else [bucket]

    def _new(self, keys: Collection[str]) -> None:
        for key in keys:
            bucket = self._begun.get(key[:PREFIX])
            if bucket is None:
                bucket = self._begun[key[:PREFIX]] = _Bucket()
            bucket.add(key)

    def _gone(self, key: str) -> None:
        self._begun[key[:PREFIX]].stale = True


PREFIX: Final = 2
"""Letters that the words of one bucket have in common: there are hundreds of buckets then, of some hundred words."""


class _Bucket:
    """Words that begin alike, put in order when they are looked at."""

    __slots__ = ("_ordered", "_words", "stale")

    def __init__(self) -> None:
        self._words: list[str] = []
        self._ordered = True
        self.stale = False
        """Whether some of them may be there no more."""

    def add(self, word: str) -> None:
        """One more; it may be one that was swept away before."""
        self._words.append(word)
        self._ordered = False

    def after(self, start: str, there: Container[str]) -> Iterator[str]:
        """Those that are there and begin so."""
        if self.stale:
            self._words = [word for word in dict.fromkeys(self._words) if word in there]
            self.stale = False
        if not self._ordered:
            self._words.sort()
            self._ordered = True
        at = bisect_left(self._words, start)
        while at < len(self._words) and self._words[at].startswith(start):
            yield self._words[at]
            at += 1


def _unpacked(places: int | bytearray | None) -> Sequence[int]:
    if places is None:
        return ()
    return (places,) if isinstance(places, int) else array("Q", places)


def _packed(blocks: Iterable[int]) -> bytes:
    """Four bytes for each would be enough for some weeks of a busy server."""
    return array("Q", blocks).tobytes()
