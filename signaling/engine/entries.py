"""All files that are announced: segments (what there is) and postings (how it is found).

    library     its segments, one for each announcement, and the tree of its folders
    segment     some hundred files, packed (signaling.engine.segment)
    block       a few files of a segment, and their text (signaling.engine.block)
    postings    which blocks have a word in a name, a word in a folder or a kind, a root (signaling.engine.postings)

What ends leaves `blocks` at once, and is found no more; postings forget it afterwards, step by step.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from signaling.engine.block import KEY_CHARS, Block, pack
from signaling.engine.index import Counted
from signaling.engine.postings import Postings, Words
from signaling.engine.segment import Segment
from signaling.engine.tree import Tree
from signaling.protocol.listed import File, Folder

SMALL: Final = 256
"""Segments of as many files together are made one, if the later is not much smaller than the earlier: whoever announces
files one by one has few segments all the same, and each file is packed a few times at most."""

UNTIDY: Final = 3
"""Words are swept when for so many blocks that are there one has gone."""

UNTIDY_LEAST: Final = 100
"""Blocks that are not worth it."""

DROPPED: Final = 24
"""Blocks whose roots are taken out in one step, in about a millisecond: half of a library of a thousand files."""

ALIKE: Final = 1000
"""Blocks of roots that are looked up alike which are gone through for who has one, in a millisecond at most: as many
as of a file that everybody has."""

ALIKE_OF_ONE: Final = 4
"""Those of one library that are looked into, copies in several folders: whoever publishes chooses the roots, and so how
many are looked up alike."""


@dataclass(slots=True)
class Library:
    """What one library has."""

    segments: list[Segment] = field(default_factory=list)
    tree: Tree = field(default_factory=Tree)


class Entries:
    """The libraries, by their numbers."""

    def __init__(self) -> None:
        self.libraries: dict[int, Library] = {}
        self.blocks: dict[int, Block] = {}
        """Those that are there."""
        self.names = Words()
        self.about = Words()
        """Words of folders, and marks of kinds."""
        self.roots = Postings()
        self._next = 0
        self._left = set[int]()
        """Blocks that have gone, and that words may still lead to."""
        self._gone: dict[int, Block] = {}
        """Those that roots still lead to."""

    def begin(self, library: int) -> None:
        """A library, with nothing in it."""
        self.libraries[library] = Library()

    def end(self, library: int) -> None:
        """All of a library goes."""
        for segment in self.libraries.pop(library).segments:
            self._forget(segment)

    def counted(self, library: int) -> Counted:
        """How much is in a library; nothing, if there is none."""
        held = self.libraries.get(library)
        return Counted(0, 0, 0) if held is None else Counted(held.tree.files, held.tree.bytes, held.tree.folders)

    def fits(self, library: int, folders: Sequence[Folder], gone: Collection[int], most: int) -> bool:
        """Whether a library would have no more than `most` files if these came and went."""
        held = self.libraries.get(library)
        if held is None:
            return True
        new = _numbers(folders)
        old = _numbered(held, new.union(gone))
        return held.tree.files - sum(len(places) for _, places in old) + len(new) <= most

    def announce(self, library: int, folders: Sequence[Folder], gone: Collection[int]) -> None:
        """Files of these numbers go, and others come or are changed."""
        held = self.libraries.get(library)
        if held is None:
            return
        new = _numbers(folders)
        fresh = _once(folders, len(new))
        for segment, places in _numbered(held, new.union(gone)):
            self._drop(held, segment, places)
        if fresh:
            self._add(library, held, fresh)

    def having(self, root: str) -> Iterator[tuple[Segment, int]]:
        """Files that have a root, or a root that begins so, with as many letters as postings know at least: those of
        the first `ALIKE` blocks, and of one library of `ALIKE_OF_ONE`."""
        looked: dict[int, int] = {}
        for number in islice(self.roots.of(root[:KEY_CHARS]), ALIKE):
            block = self.blocks.get(number)
            if block is None or (times := looked.get(block.segment.library, 0)) == ALIKE_OF_ONE:
                continue
            looked[block.segment.library] = times + 1
            for place in block.rooted(root):
                yield block.segment, place

    def shared(self, root: str) -> bool:
        """Whether files of several blocks may have a root."""
        return len(self.roots.of(root[:KEY_CHARS])) > 1

    @property
    def untidy(self) -> bool:
        """Whether there is something to forget."""
        return bool(self._gone) or self._unswept

    @property
    def _unswept(self) -> bool:
        return len(self._left) > max(UNTIDY_LEAST, len(self.blocks) // UNTIDY)

    def tidy(self) -> Iterator[None]:
        """Have postings forget what has gone, step by step, while other things happen. Most roots are in one block, and
        taken out; words are in many, and swept."""
        while self._gone:
            for number, block in [self._gone.popitem() for _ in range(min(DROPPED, len(self._gone)))]:
                self.roots.drop(block.keys, number)
            yield
        if self._unswept:
            left, self._left = self._left, set()
            yield from self.names.sweep(left)
            yield from self.about.sweep(left)

    def _add(self, library: int, held: Library, folders: Sequence[Folder]) -> None:
        for folder in folders:
            held.tree.change(folder.path, len(folder.files), sum([file.size for file in folder.files]))
        self._put(held, pack(library, self._next, folders))
        while len(held.segments) > 1 and _alike(*held.segments[-2:]):
            pair = held.segments[-2:]
            self._replace(held, pair, [folder for segment in pair for folder in segment.folders()])

    def _drop(self, held: Library, segment: Segment, places: Collection[int]) -> None:
        for place in places:
            held.tree.change(segment.folder(place), -1, -segment.sizes[place])
        segment.gone.update(places)
        if 2 * len(segment.gone) >= len(segment):
            self._replace(held, [segment], segment.folders())

    def _replace(self, held: Library, segments: Sequence[Segment], folders: Sequence[Folder]) -> None:
        for segment in segments:
            held.segments.remove(segment)
            self._forget(segment)
        if folders:
            files = sum([len(folder.files) for folder in folders])
            self._put(held, pack(segments[0].library, self._next, _once(folders, files)))

    def _put(self, held: Library, blocks: dict[int, Block]) -> None:
        self.blocks |= blocks
        segment = self.blocks[self._next].segment
        held.segments.append(segment)
        self._next = segment.blocks.stop
        for number, block in blocks.items():
            self.names.add(_words(block.names), number)
            self.about.add(_words(block.about), number)
            self.roots.add(block.keys, number)

    def _forget(self, segment: Segment) -> None:
        self._gone |= {number: self.blocks.pop(number) for number in segment.blocks}
        self._left.update(segment.blocks)


def parts(folders: Sequence[Folder]) -> Iterator[Sequence[Folder]]:
    """The same files, in as few parts of like sizes as make segments that nothing is merged with: at least one."""
    files = sum([len(folder.files) for folder in folders])
    size = -(-files // max(1, -(-files // SMALL)))
    part, room = list[Folder](), size
    for folder in folders:
        rest = folder.files
        while len(rest) > room:
            yield [*part, Folder(folder.path, rest[:room])]
            rest, part, room = rest[room:], [], size
        part.append(Folder(folder.path, rest))
        room -= len(rest)
    yield part


def _numbers(folders: Sequence[Folder]) -> set[int]:
    return {file.number for folder in folders for file in folder.files}


def _words(text: str) -> set[str]:
    """Of the text of a block, without what ends a name."""
    found = set(text.split())
    found.discard("/")
    return found


def _once(folders: Sequence[Folder], numbers: int) -> list[Folder]:
    """Each folder and each number, of which there are so many, once: what is said last holds."""
    there = [folder for folder in folders if folder.files]
    if numbers == sum([len(folder.files) for folder in there]) and len({folder.path for folder in there}) == len(there):
        return there
    last = {file.number: (folder.path, file) for folder in there for file in folder.files}
    files: dict[str, list[File]] = {}
    for path, file in last.values():
        files.setdefault(path, []).append(file)
    return [Folder(path, tuple(each)) for path, each in files.items()]


def _numbered(held: Library, numbers: set[int]) -> list[tuple[Segment, list[int]]]:
    """Where files of these numbers are."""
    if not numbers:
        return []
    least, largest = min(numbers), max(numbers)
    near = [each for each in held.segments if each.range[0] <= largest and least <= each.range[1]]
    return [(segment, places) for segment in near if (places := segment.numbered(numbers))]


def _alike(earlier: Segment, later: Segment) -> bool:
    return len(earlier) + len(later) <= SMALL and len(earlier) <= 2 * len(later)
