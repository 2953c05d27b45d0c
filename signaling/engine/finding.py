"""Searching what is announced (signaling.engine.entries), and looking into folders."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import chain, islice
from operator import itemgetter
from typing import Final

from signaling.engine.block import KEY_CHARS, Block, mark
from signaling.engine.entries import Entries
from signaling.engine.index import Match, Matches, Page, Query
from signaling.engine.postings import Words
from signaling.engine.segment import Segment
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.kinds import kind_of
from signaling.protocol.listed import Item
from signaling.protocol.words import words

LOOKED: Final = 700
"""Blocks that a search looks through for each way of matching, in about a millisecond: whoever has not found it by then
needs another word."""

MANY: Final = 20_000
"""Places of words that begin as the last one does, read in a millisecond to tell which of many blocks have one."""

WORTH: Final = 10
"""Places that are read instead of looking through one block more, which takes as long."""

LONGER: Final = 16
"""A list that is so many times as long as another is not read to find what both have, but looked up in."""

COUNTED: Final = 1000
"""Files of a root that are looked at for who has it."""

PAGE: Final = 1000
"""Folders and files of one page, at most as many as fit a message."""

Look = Callable[[Block], Sequence[int]]
"""Tells the places in a block that match."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of matching: in which blocks it may be, and which of their files do."""

    blocks: Iterable[int]
    look: Look


class Found:
    """The hits of one search as they come, each root once."""

    def __init__(self, entries: Entries, query: Query) -> None:
        self._enough = query.skip + query.limit + 1
        self._only = None if query.libraries is None else set(query.libraries)
        self._query = query
        self._all = (query.kind, query.least, query.most, query.libraries) == (None,) * 4
        """Whether whatever has the words fits."""
        self._entries = entries
        self.hits: dict[str, tuple[Segment, int]] = {}

    def take(self, segment: Segment, place: int) -> None:
        """A file that matches."""
        if self._all or self._fits(segment, place):
            self.hits.setdefault(segment.root(place), (segment, place))

    def match(self, segment: Segment, place: int) -> Match:
        """A hit, with all that have it."""
        root, size, name, folder = segment.root(place), segment.sizes[place], segment.name(place), segment.folder(place)
        sources, named = {segment.library: None}, {segment.library: None}
        having = self._entries.having(root) if self._entries.shared(root) else ()
        for other, at in islice(having, COUNTED):
            library = other.library
            if self._listed(other):
                sources[library] = None
                if library not in named and other.is_called(at, name, size, folder):
                    named[library] = None
        return Match(root, size, name, folder, tuple(named), tuple(sources))

    @property
    def full(self) -> bool:
        """Whether there are as many as were asked for, and one more."""
        return len(self.hits) >= self._enough

    def _fits(self, segment: Segment, place: int) -> bool:
        query = self._query
        return (
            self._listed(segment)
            and (query.least is None or query.least <= segment.sizes[place])
            and (query.most is None or segment.sizes[place] <= query.most)
            and (query.kind is None or kind_of(segment.name(place)) is query.kind)
        )

    def _listed(self, segment: Segment) -> bool:
        return self._only is None or segment.library in self._only


def search(entries: Entries, query: Query) -> Matches:
    """Carry out a search."""
    found = Found(entries, query)
    if query.handle is not None:
        _by_handle(entries, query.handle, found)
    for way in _ways(entries, query) if query.handle is None else ():
        _follow(entries, way, found)
        if found.full:
            break
    hits = list(found.hits.values())[query.skip : query.skip + query.limit]
    return Matches(tuple(found.match(*hit) for hit in hits), found.full)


def _by_handle(entries: Entries, handle: bytes, found: Found) -> None:
    for segment, place in islice(entries.having(b64(handle)[:KEY_CHARS]), COUNTED):
        if unb64(segment.root(place)).startswith(handle) and not found.full:
            found.take(segment, place)


def _follow(entries: Entries, way: Way, found: Found) -> None:
    for number in islice(way.blocks, LOOKED):
        block = entries.blocks.get(number)
        if block is not None:
            for place in way.look(block):
                found.take(block.segment, place)
            if found.full:
                return


def _ways(entries: Entries, query: Query) -> Iterator[Way]:
    """Whole words in names, words begun in names, and in folders too. Each is thought of when it is needed."""
    asked = words(query.words)
    if not asked:
        return
    *first, last = asked
    narrow = _narrow(entries, query)
    whole = [f" {word} " for word in sorted(asked, key=lambda word: len(entries.names.of(word)))]
    begun = [f" {last}", *(f" {word} " for word in first)]
    names, both = (entries.names,), (entries.names, entries.about)
    yield Way(_common(names, asked, narrow), lambda block: block.named(whole))
    yield Way(_blocks(names, first, last, narrow), lambda block: block.named(begun))
    among = both if first else (entries.about,)
    yield Way(_blocks(among, first, last, narrow), lambda block: block.placed(begun))


def _narrow(entries: Entries, query: Query) -> list[Sequence[int]]:
    """Blocks to which a search is limited, whatever its words are."""
    limits: list[Sequence[int]] = []
    if query.kind is not None:
        limits.append(entries.about.of(mark(query.kind)))
    if query.libraries is not None:
        held = [entries.libraries[number] for number in query.libraries if number in entries.libraries]
        limits.append([block for library in held for segment in library.segments for block in segment.blocks])
    return limits


def _common(among: Sequence[Words], whole: Sequence[str], narrow: Sequence[Sequence[int]]) -> Sequence[int]:
    """Blocks that have all words, in order."""
    lists = [*narrow, *(_having(among, word) for word in whole)]
    few, *longer = sorted(lists, key=len)
    for many in longer:
        few = _both(few, many)
    return few


def _both(few: Sequence[int], many: Sequence[int]) -> Sequence[int]:
    """Blocks that are in two lists, in order."""
    if len(many) > LONGER * len(few):
        return [block for block in few if many[bisect_left(many, block, hi=len(many) - 1)] == block]
    return sorted(set(few).intersection(many))


def _having(among: Sequence[Words], word: str) -> Sequence[int]:
    found = [postings.of(word) for postings in among]
    return found[0] if len(found) == 1 else sorted(set[int]().union(*found))


def _blocks(among: Sequence[Words], first: Sequence[str], last: str, narrow: Sequence[Sequence[int]]) -> Iterable[int]:
    """Blocks that have all words, the last of them begun at least."""
    begun = (postings.of(word) for postings in among for word in postings.begun(last))
    if not first and not narrow:
        return _unique(chain.from_iterable(begun))
    common = _common(among, first, narrow)
    having = _few(begun, common, MANY if len(common) > LOOKED else WORTH * len(common))
    return common if having is None else having


def _unique(blocks: Iterable[int]) -> Iterator[int]:
    seen = set[int]()
    for block in blocks:
        if block not in seen:
            seen.add(block)
            yield block


def _few(lists: Iterable[Sequence[int]], among: Sequence[int], most: int) -> Sequence[int] | None:
    """Which of some blocks are in these lists, in order, unless that takes reading more than so many places."""
    read: list[Sequence[int]] = []
    for blocks in lists:
        most -= len(blocks)
        if most < 0:
            return None
        read.append(blocks)
    known = set(among)
    return sorted(set[int]().union(*[known.intersection(blocks) for blocks in read]))


def browse(entries: Entries, library: int, path: str, after: str) -> Page:
    """A page of a folder. A name at which the page before ended is that of a file, unless only a folder has it."""
    held = entries.libraries.get(library)
    if held is None:
        return Page((), (), False)
    among = not after or (held.tree.has(path, after) and not _is_file(held.segments, path, after))
    folders = held.tree.inside(path, after, PAGE + 1) if among else []
    files = _files(held.segments, path, "" if among else after, PAGE + 1 - len(folders))
    return Page(tuple(folders[:PAGE]), tuple(files[: max(0, PAGE - len(folders))]), len(folders) + len(files) > PAGE)


def _is_file(segments: Iterable[Segment], path: str, name: str) -> bool:
    return any(segment.has(path, name) for segment in segments)


def _files(segments: Iterable[Segment], path: str, after: str, most: int) -> list[Item]:
    named = merge(*(segment.listed(path, after) for segment in segments), key=itemgetter(0))
    return [Item(name, segment.sizes[place], segment.root(place)) for name, segment, place in islice(named, most)]
