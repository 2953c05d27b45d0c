"""Files that were announced together, packed: the forward half of the index of the directory.

Nothing of a segment changes but which of its files are gone; so a file costs its bytes, and no object of its own. They
are in the order of their folders, as these were announced, and of their names in each. How they are searched, see
signaling.engine.block.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from signaling.protocol.listed import File, Folder

ROOT_CHARS: Final = 43
"""Letters of a root."""


class Segment:
    """Some files of one library; a file is known by its place in it."""

    __slots__ = (
        "_name_at",
        "_names",
        "_starts",
        "blocks",
        "gone",
        "library",
        "numbers",
        "paths",
        "range",
        "roots",
        "sizes",
    )

    def __init__(self, library: int, folders: Sequence[Folder], files: Sequence[File]) -> None:
        self.library = library
        self.blocks = range(0)
        """The numbers of its blocks."""
        self.paths = [folder.path for folder in folders]
        self._starts = array("I", _starts(len(folder.files) for folder in folders))
        names = [file.name for file in files]
        self._names = "/".join([*names, ""])
        self._name_at = array("I", _starts(len(name) + 1 for name in names))
        self.roots = "".join([file.root for file in files])
        """One behind the other, as long as each other."""
        self.sizes = array("Q", [file.size for file in files])
        self.numbers = array("I", [file.number for file in files])
        self.range = min(self.numbers), max(self.numbers)
        """The least and the largest number: most segments have nothing to do with a change."""
        self.gone: set[int] = set()
        """Places of files that are there no more."""

    def __len__(self) -> int:
        return len(self.numbers)

    def name(self, place: int) -> str:
        """The name of a file."""
        return self._names[self._name_at[place] : self._name_at[place + 1] - 1]

    def root(self, place: int) -> str:
        """The root of a file."""
        return self.roots[place * ROOT_CHARS : (place + 1) * ROOT_CHARS]

    def is_called(self, place: int, name: str, size: int, folder: str) -> bool:
        """Whether a file has this name, this size, and is in a folder of this path."""
        return size == self.sizes[place] and name == self.name(place) and folder == self.folder(place)

    def folder(self, place: int) -> str:
        """The folder of a file."""
        return self.paths[bisect_right(self._starts, place) - 1]

    def file(self, place: int) -> File:
        """A file as it was announced."""
        return File(self.numbers[place], self.name(place), self.sizes[place], self.root(place))

    def folders(self) -> list[Folder]:
        """All that is there, as it was announced."""
        runs = self.runs(0, len(self))
        files = [(self.paths[run], tuple(map(self.file, self._there(range(start, end))))) for run, start, end in runs]
        return [Folder(path, there) for path, there in files if there]

    def runs(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Folders, each by its number, and where their files are between two places."""
        run = bisect_right(self._starts, start) - 1
        while start < end:
            over = min(end, self._starts[run + 1])
            yield run, start, over
            run, start = run + 1, over

    def numbered(self, numbers: set[int]) -> list[int]:
        """The places of those that have these numbers."""
        return (
            []
            if numbers.isdisjoint(self.numbers)
            else [place for place in self._there(range(len(self))) if self.numbers[place] in numbers]
        )

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

    def _there(self, places: Iterable[int]) -> Iterator[int]:
        return (place for place in places if place not in self.gone)


def _starts(lengths: Iterable[int]) -> Iterator[int]:
    """Where each begins, and where the last one ends."""
    return accumulate(lengths, initial=0)
