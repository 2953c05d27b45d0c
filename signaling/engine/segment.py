"""Files that were announced together, packed: the forward half of the index of the directory.

Nothing of a segment changes but which of its files are gone; so a file costs its bytes, and no object of its own. They
are in the order of their folders, as these were announced, and of their names in each. Blocks are a few files each:
what postings lead to, and what is looked through to find which. Files of one folder are mostly alike, so a block has
more than one folder only where these are small.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from operator import attrgetter
from typing import Final, NamedTuple

from signaling.protocol.directory import File, Folder
from signaling.protocol.kinds import kind_of
from signaling.protocol.words import fold

BLOCK: Final = 32
"""Files of a block at most: a thousand bytes to look through, in about a microsecond. The larger, the fewer places
postings have to keep."""

BLOCK_LEAST: Final = 8
"""Files of a block that ends where its folder does."""

ROOT_CHARS: Final = 43
"""Letters of a root."""

KEY_CHARS: Final = 13
"""Letters of a root by which it is looked up: a handle tells them, and two bits more."""

FOLDER_WORDS: Final = 64
"""Words of a path by which its files are found: each block has them once more."""

_BY_NAME: Final = attrgetter("name")


class Keys(NamedTuple):
    """What a block is found by."""

    names: set[str]
    folders: set[str]
    roots: set[str]
    kinds: set[str]


class Segment:
    """Some files of one library. `first` is the number of its first block; a file is known by its place in it."""

    __slots__ = (
        "_bounds",
        "_folded",
        "_name_at",
        "_names",
        "_roots",
        "_starts",
        "_text",
        "_text_at",
        "first",
        "gone",
        "library",
        "numbers",
        "paths",
        "range",
        "sizes",
    )

    def __init__(self, library: int, first: int, folders: Sequence[Folder]) -> None:
        files = [file for folder in folders for file in sorted(folder.files, key=_BY_NAME)]
        names = [file.name for file in files]
        self.library = library
        self.first = first
        self.paths = [folder.path for folder in folders]
        self._folded = [f" {fold(path).replace('/', ' ')} " for path in self.paths]
        self._starts = array("I", _starts(len(folder.files) for folder in folders))
        self._bounds = array("I", _bounds(self._starts))
        self._names = "/".join([*names, ""])
        self._name_at = array("I", _starts(len(name) + 1 for name in names))
        self._text = fold(f" {' / '.join(names)} /")
        self._text_at = array("I", _starts(len(name) + 1 for name in self._text.split("/")))
        self._roots = "".join([file.root for file in files])
        self.sizes = array("Q", [file.size for file in files])
        self.numbers = array("I", [file.number for file in files])
        self.range = min(self.numbers), max(self.numbers)
        """The least and the largest number: most segments have nothing to do with a change."""
        self.gone: set[int] = set()
        """Places of files that are there no more."""

    def __len__(self) -> int:
        return len(self.numbers)

    @property
    def blocks(self) -> range:
        """The numbers of its blocks."""
        return range(self.first, self.first + len(self._bounds) - 1)

    def keys(self, block: int) -> Keys:
        """What a block is found by, when it is new."""
        start, end = self._places(block)
        names = set(self._text[self._text_at[start] : self._text_at[end]].split())
        names.discard("/")
        folders = [self._folded[run].split()[:FOLDER_WORDS] for run, _, _ in self._runs(start, end)]
        roots = {self._roots[at : at + KEY_CHARS] for at in range(start * ROOT_CHARS, end * ROOT_CHARS, ROOT_CHARS)}
        names_here = self._names[self._name_at[start] : self._name_at[end] - 1].split("/")
        endings = {name[name.rfind(".") :] for name in names_here}
        kinds: set[str] = {kind_of(ending) for ending in endings}
        return Keys(names, {word for each in folders for word in each}, roots, kinds)

    def name(self, place: int) -> str:
        """The name of a file."""
        return self._names[self._name_at[place] : self._name_at[place + 1] - 1]

    def root(self, place: int) -> str:
        """The root of a file."""
        return self._roots[place * ROOT_CHARS : (place + 1) * ROOT_CHARS]

    def folder(self, place: int) -> str:
        """The folder of a file."""
        return self.paths[bisect_right(self._starts, place) - 1]

    def file(self, place: int) -> File:
        """A file as it was announced."""
        return File(self.numbers[place], self.name(place), self.sizes[place], self.root(place))

    def folders(self) -> list[Folder]:
        """All that is there, as it was announced."""
        runs = self._runs(0, len(self))
        files = [(self.paths[run], tuple(map(self.file, self._there(range(start, end))))) for run, start, end in runs]
        return [Folder(path, there) for path, there in files if there]

    def numbered(self, numbers: set[int]) -> list[int]:
        """The places of those that have these numbers."""
        return (
            []
            if numbers.isdisjoint(self.numbers)
            else [place for place in self._there(range(len(self))) if self.numbers[place] in numbers]
        )

    def named(self, block: int, parts: Sequence[str]) -> Iterator[int]:
        """Files of a block in whose names all parts are: a word between two spaces, or after one if it is begun. The
        quickest is to name the rarest first."""
        return self._named(*self._places(block), parts)

    def placed(self, block: int, parts: Sequence[str]) -> Iterator[int]:
        """Files of a block in whose names and folders all parts are, some in the folder."""
        for run, start, end in self._runs(*self._places(block)):
            left = [part for part in parts if part not in self._folded[run]]
            if not left:
                yield from self._there(range(start, end))
            elif len(left) < len(parts):
                yield from self._named(start, end, left)

    def rooted(self, block: int, begun: str) -> Iterator[int]:
        """Files of a block whose roots begin so."""
        start, end = self._places(block)
        at = self._roots.find(begun, start * ROOT_CHARS, end * ROOT_CHARS)
        while at >= 0:
            place, rest = divmod(at, ROOT_CHARS)
            if not rest and place not in self.gone:
                yield place
            at = self._roots.find(begun, at + 1, end * ROOT_CHARS)

    def has(self, path: str, name: str) -> bool:
        """Whether a file of that name is in a folder."""
        start, end = self._run(path)
        first = bisect_left(range(end), name, start, key=self.name)
        last = bisect_right(range(end), name, first, key=self.name)
        return any(True for _ in self._there(range(first, last)))

    def listed(self, path: str, after: str) -> Iterator[tuple[str, "Segment", int]]:
        """The files of a folder by name, from after one on; each with its place here."""
        start, end = self._run(path)
        first = bisect_right(range(end), after, start, key=self.name)
        return ((self.name(place), self, place) for place in self._there(range(first, end)))

    def _run(self, path: str) -> tuple[int, int]:
        """Where the files of a folder are, if there are any."""
        if path not in self.paths:
            return 0, 0
        run = self.paths.index(path)
        return self._starts[run], self._starts[run + 1]

    def _named(self, start: int, end: int, parts: Sequence[str]) -> Iterator[int]:
        text, places = self._text, self._text_at
        last = places[end]
        rare, *rest = parts
        at = text.find(rare, places[start], last)
        while at >= 0:
            place = bisect_right(places, at, start, end) - 1
            over = places[place + 1]
            if all(text.find(part, places[place], over) >= 0 for part in rest) and place not in self.gone:
                yield place
            at = text.find(rare, over, last)

    def _places(self, block: int) -> tuple[int, int]:
        number = block - self.first
        return self._bounds[number], self._bounds[number + 1]

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Folders, each by its number, and where their files are between two places."""
        run = bisect_right(self._starts, start) - 1
        while start < end:
            over = min(end, self._starts[run + 1])
            yield run, start, over
            run, start = run + 1, over

    def _there(self, places: Iterable[int]) -> Iterator[int]:
        return (place for place in places if place not in self.gone)


def _starts(lengths: Iterable[int]) -> Iterator[int]:
    """Where each begins, and where the last one ends."""
    return accumulate(lengths, initial=0)


def _bounds(starts: Sequence[int]) -> Iterator[int]:
    """Where each block begins, and where the last one ends."""
    begun = 0
    yield begun
    for end in starts[1:]:
        while end - begun > BLOCK:
            begun += BLOCK
            yield begun
        if end - begun >= BLOCK_LEAST:
            begun = end
            yield begun
    if begun < starts[-1]:
        yield starts[-1]
