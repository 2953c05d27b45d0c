"""The entries of sealed spaces in memory, and how they are searched: tokens, tags and boxes, of which nobody here knows
what they stand for. It never waits, and each call takes a few milliseconds at most if what comes is taken in by
`parts`.

Apart from the open directory: whatever is asked of that, nothing sealed can be in the answer. Each space has tables of
its own, so nothing of one is ever compared with anything of another.
"""

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec

from signaling.engine.places import Places, is_among
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.spaces import SealedEntry, SealedItem

VISITED: Final = 5000
"""Entries that a search looks at, in some milliseconds: whoever has not found it by then needs another word."""

PAGE: Final = 1000
"""Files of one page, at most as many as fit a message."""

TOKEN_CHARS: Final = 8
"""Of a token."""

PART: Final = 600
"""Work of one part of a change, a millisecond or two: a token is one, and a file `FILE_WORK` beside its tokens."""

FILE_WORK: Final = 4
"""What a file costs in tokens, with its tag and its box."""

WEIGHT: Final = 2
"""Files of an open library that weigh as much as one of usual names here (bench/spaces.py)."""

WEIGHED: Final = 700
"""Characters of tokens and box beyond those that weigh as much as another."""

IDLE: Final = 2_000
"""Entries that may be gone and still be in the postings, whatever the size of a space: sweeping costs time, too."""

DROPPED: Final = 2_000
"""Entries that are let go of in one step, in about a millisecond."""


@dataclass(frozen=True, slots=True)
class SealedQuery:
    """Files by one token of each group, or by their tag, in these libraries only."""

    groups: tuple[tuple[str, ...], ...]
    tag: str | None
    libraries: Collection[int]
    skip: int
    limit: int


@dataclass(frozen=True, slots=True)
class SealedMatch:
    """One file that was found: its box is that of the first of the libraries that have it."""

    tag: str
    box: str
    libraries: tuple[int, ...]


class _Entry(msgspec.Struct, gc=False):
    library: int
    number: int
    weight: int
    tag: bytes
    box: bytes


class _Library:
    """The entries of one: `order` has those that are gone, too."""

    __slots__ = ("numbers", "order")

    def __init__(self) -> None:
        self.numbers: dict[int, int] = {}
        """By the numbers that its owner gave them."""
        self.order = array("Q")

    def add(self, number: int, entry: int) -> None:
        self.numbers[number] = entry
        if len(self.order) > IDLE + 2 * len(self.numbers):
            self.order = array("Q", sorted(self.numbers.values()))
        else:
            self.order.append(entry)


class SealedEntries:
    """All files that are announced in one space. A library is a number here, which is never used twice."""

    def __init__(self) -> None:
        self._last = 0
        self._entries: dict[int, _Entry] = {}
        self._libraries: dict[int, _Library] = {}
        self._ended: list[dict[int, int]] = []
        """Entries of libraries that are no more, until they are let go of."""
        self._words = Places()
        self._tags = Places()
        self._gone = 0
        """Entries that may be in the postings still."""
        self._sweep: Iterator[None] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def growth(self, library: int, files: Iterable[SealedEntry], gone: Iterable[int]) -> tuple[int, int]:
        """By how many files, and by what weight, a library would grow with a change."""
        numbers = self._libraries[library].numbers if library in self._libraries else {}
        new = {file.number: weight_of(file) for file in files}
        old = [self._entries[numbers[number]].weight for number in {*new, *gone} if number in numbers]
        return len(new) - len(old), sum(new.values()) - sum(old)

    def change(self, library: int, files: Iterable[SealedEntry], gone: Iterable[int]) -> None:
        """Drop the numbers that are gone, if they are there, then add files, or change those whose numbers are in use.
        What is no base64url raises ValueError, and changes nothing."""
        fresh = {file.number: (file, unb64(file.tag), unb64(file.box)) for file in files}
        there = self._libraries.setdefault(library, _Library())
        for number in (*gone, *fresh):
            self._drop(there.numbers, number)
        for number, (file, tag, box) in fresh.items():
            self._last += 1
            there.add(number, self._last)
            self._entries[self._last] = _Entry(library, number, weight_of(file), tag, box)
            self._tags.add(tag, self._last)
            for start in range(0, len(file.words), TOKEN_CHARS):
                self._words.add(file.words[start : start + TOKEN_CHARS], self._last)
        self._tidy()

    def end(self, library: int) -> None:
        """A library is no more, and whoever does not name it finds nothing of it; `forget` lets go of what it had."""
        if library in self._libraries:
            self._ended.append(self._libraries.pop(library).numbers)

    def forget(self) -> Iterator[None]:
        """Let go of what has ended, step by step, while other things happen."""
        while self._ended:
            self._let_go(self._ended[-1])
            yield
        while self._entries and self._tidy():
            yield
        for places in (self._words, self._tags):
            while places and not self._entries:
                self._sweep = None
                places.forget()
                yield

    def search(self, query: SealedQuery) -> tuple[list[SealedMatch], bool]:
        """Files in the order in which they came, each once, and whether there are more than were asked for."""
        found: dict[bytes, list[_Entry]] = {}
        for place in islice(self._places(query), VISITED):
            entry = self._entries.get(place)
            if entry is not None and entry.library in query.libraries:
                found.setdefault(entry.tag, []).append(entry)
        end = query.skip + query.limit
        told = list(found.values())[query.skip : end]
        return [self._match(entries, query) for entries in told], len(found) > end

    def browse(self, library: int, after: int) -> tuple[list[SealedItem], bool]:
        """Files of a library that came after a place, in their order, and whether there are more."""
        order = self._libraries[library].order if library in self._libraries else array("Q")
        there = (place for place in islice(order, bisect_right(order, after), None) if place in self._entries)
        page = list(islice(there, PAGE + 1))
        return [SealedItem(place, b64(self._entries[place].box)) for place in page[:PAGE]], len(page) > PAGE

    def _places(self, query: SealedQuery) -> Iterator[int]:
        if query.tag is not None:
            yield from self._tags.of(unb64(query.tag))
            return
        groups = [[self._words.of(token) for token in group] for group in query.groups]
        groups.sort(key=lambda ways: sum(map(len, ways)))
        if groups:
            first = sorted({place for places in groups[0] for place in places[:VISITED]})
            yield from (place for place in first if all(is_among(ways, place) for ways in groups[1:]))

    def _match(self, entries: Sequence[_Entry], query: SealedQuery) -> SealedMatch:
        """Others may have it under a name that was not asked for."""
        having = dict.fromkeys(entry.library for entry in entries)
        for place in self._tags.of(entries[0].tag)[:VISITED]:
            entry = self._entries.get(place)
            if entry is not None and entry.library in query.libraries:
                having[entry.library] = None
        return SealedMatch(b64(entries[0].tag), b64(entries[0].box), tuple(having))

    def _let_go(self, numbers: dict[int, int]) -> None:
        for _, entry in [numbers.popitem() for _ in range(min(DROPPED, len(numbers)))]:
            del self._entries[entry]
            self._gone += 1
        if not numbers:
            self._ended.pop()

    def _drop(self, numbers: dict[int, int], number: int) -> None:
        entry = numbers.pop(number, None)
        if entry is not None:
            del self._entries[entry]
            self._gone += 1

    def _tidy(self) -> bool:
        """A step of the sweep, if one is under way or due: whether it goes on."""
        if self._sweep is None and self._gone > IDLE + len(self._entries) // 2:
            self._gone = 0
            self._sweep = self._swept()
        if self._sweep is not None and next(self._sweep, _END) is _END:
            self._sweep = None
        return self._sweep is not None

    def _swept(self) -> Iterator[None]:
        yield from self._words.sweep(self._entries)
        yield from self._tags.sweep(self._entries)


_END: Final = object()


def parts(files: Iterable[SealedEntry]) -> Iterator[list[SealedEntry]]:
    """The same files, in parts each of which is taken in at once: at least one. Of those that have one number the last
    counts."""
    part, work = list[SealedEntry](), 0
    for file in {file.number: file for file in files}.values():
        if work >= PART:
            yield part
            part, work = [], 0
        part.append(file)
        work += FILE_WORK + len(file.words) // TOKEN_CHARS
    yield part


def weight_of(file: SealedEntry) -> int:
    """What a file counts as, in files of an open library."""
    return WEIGHT + (len(file.words) + len(file.box)) // WEIGHED
