"""Which blocks have a key: the inverted half of the index of the directory.

A block is a number, which is never used twice. What is in no block any more is left where it is for a while: whoever
asks looks whether a block is there. Keys that are in few blocks each are taken out one by one (`Postings.drop`); for
those that are in many, as words are, it costs less to go through all of them now and then (`Words.sweep`).
"""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Collection, Container, Iterator, Sequence
from itertools import filterfalse, islice
from typing import Final

SWEPT: Final = 20_000
"""Places that are looked at in one step of a sweep, in a millisecond or two: whoever searches waits for its end."""

WORD_WORK: Final = 32
"""What a word costs in a sweep beside its places, in places."""

_Places = int | bytearray
"""The blocks of a key: a number, if there is one only, as of most, and otherwise eight bytes for each. Neither is
anything that the garbage collector of Python has to look at, as it does at arrays. Four bytes would be enough for some
weeks of a busy server."""


class Postings:
    """Blocks by key."""

    def __init__(self) -> None:
        self._places: dict[str, _Places] = {}

    def __len__(self) -> int:
        return len(self._places)

    def add(self, keys: set[str], block: int) -> None:
        """A block has these keys; blocks come in the order of their numbers. Quick where most keys are new."""
        places = self._places
        fresh = keys.difference(places)
        packed = _packed(block)
        for key in keys - fresh:
            self._append(key, places[key], packed)
        places |= dict.fromkeys(fresh, block)

    def of(self, key: str) -> Sequence[int]:
        """The blocks that have a key, in order, with some that are no more."""
        there = self._places.get(key)
        if there is None:
            return ()
        return (there,) if isinstance(there, int) else array("Q", there)

    def drop(self, keys: Collection[str], block: int) -> None:
        """A block that had these keys is no more."""
        places = self._places
        for key in keys:
            there = places[key]
            if isinstance(there, int):
                del places[key]
                self._gone(key)
            else:
                left = array("Q", there)
                del left[bisect_left(left, block)]
                self._keep(key, left)

    def _keep(self, key: str, blocks: "array[int]") -> None:
        if len(blocks) > 1:
            self._places[key] = bytearray(blocks.tobytes())
        elif blocks:
            self._places[key] = blocks[0]
        else:
            del self._places[key]
            self._gone(key)

    def _append(self, key: str, there: _Places, packed: bytes) -> None:
        if isinstance(there, int):
            self._places[key] = bytearray(_packed(there) + packed)
        else:
            there += packed

    def _gone(self, key: str) -> None:
        """A key is there no more."""


class Words(Postings):
    """Postings whose keys can be found by how they begin."""

    def __init__(self) -> None:
        super().__init__()
        self._begun: dict[str, _Bucket] = {}
        self._buckets: list[_Bucket] = []
        """All of them, in the order in which they were made: a sweep goes through them while others come."""

    def add(self, keys: set[str], block: int) -> None:
        """See Postings. Quick where most keys are known."""
        places, packed = self._places, _packed(block)
        for key in keys:
            there = places.get(key)
            if isinstance(there, bytearray):
                there += packed
            elif there is None:
                places[key] = block
                self._new(key)
            else:
                self._append(key, there, packed)

    def begun(self, start: str) -> Iterator[str]:
        """All keys that begin so."""
        for bucket in self._starting(start):
            yield from bucket.after(start, self._places)

    def sweep(self, gone: Container[int]) -> Iterator[None]:
        """Forget these blocks, step by step. They are fewer than those that stay, so most are not found among them,
        which costs less than finding them among the others. Words that come meanwhile have none of them."""
        looked = 0
        for bucket in islice(self._buckets, len(self._buckets)):
            for word in islice(bucket.words, len(bucket.words)):
                looked += WORD_WORK + self._sift(word, gone)
                if looked >= SWEPT:
                    looked = 0
                    yield

    def _sift(self, word: str, gone: Container[int]) -> int:
        """Keep of one word the blocks that are not gone: how many were looked at."""
        places = self.of(word)
        left = array("Q", filterfalse(gone.__contains__, places))
        if len(left) < len(places):
            self._keep(word, left)
        return len(places)

    def _starting(self, start: str) -> list["_Bucket"]:
        if len(start) < PREFIX:
            return [bucket for key, bucket in sorted(self._begun.items()) if key.startswith(start)]
        bucket = self._begun.get(start[:PREFIX])
        return [] if bucket is None else [bucket]

    def _new(self, key: str) -> None:
        bucket = self._begun.get(key[:PREFIX])
        if bucket is None:
            bucket = self._begun[key[:PREFIX]] = _Bucket()
            self._buckets.append(bucket)
        bucket.add(key)

    def _gone(self, key: str) -> None:
        self._begun[key[:PREFIX]].stale = True


PREFIX: Final = 2
"""Letters that the words of one bucket have in common: there are hundreds of buckets then, of some hundred words."""


class _Bucket:
    """Words that begin alike, put in order when they are looked at."""

    __slots__ = ("_ordered", "stale", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        """May have words that are there no more, or twice. The list is added to, or replaced by another, and never
        changed otherwise, so whoever goes through it meets all that were in it at first."""
        self._ordered = True
        self.stale = False
        """Whether some of them may be there no more."""

    def add(self, word: str) -> None:
        """One more; it may be one that was swept away before."""
        self.words.append(word)
        self._ordered = False

    def after(self, start: str, there: Container[str]) -> Iterator[str]:
        """Those that are there and begin so."""
        if self.stale:
            self.words = [word for word in dict.fromkeys(self.words) if word in there]
            self.stale = False
        if not self._ordered:
            self.words = sorted(self.words)
            self._ordered = True
        at = bisect_left(self.words, start)
        while at < len(self.words) and self.words[at].startswith(start):
            yield self.words[at]
            at += 1


def _packed(block: int) -> bytes:
    return block.to_bytes(8, sys.byteorder)
