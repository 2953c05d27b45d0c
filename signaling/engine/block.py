"""Blocks: the few files that postings lead to, and the text that is looked through to find which of them it is.

The text is one string in which `/` ends each name, so one call of `str.find` tells what else a loop over all names
would: most blocks are looked at in less than a microsecond. Files of one folder are mostly alike, so a block has more
than one folder only where these are small.
"""

from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Final

import msgspec

from signaling.engine.segment import ROOT_CHARS, Segment
from signaling.protocol.kinds import Kind, kind_of
from signaling.protocol.listed import File, Folder
from signaling.protocol.words import fold

BLOCK: Final = 32
"""Files of a block at most: less than a thousand letters to look through. The larger, the fewer places postings have to
keep."""

BLOCK_LEAST: Final = 8
"""Files of a block that ends where its folder does."""

KEY_CHARS: Final = 13
"""Letters of a root by which it is looked up: a handle tells them, and two bits more."""

FOLDER_WORDS: Final = 64
"""Words of a path by which its files are found: each block has them once more."""

_BY_NAME: Final = attrgetter("name")


class Block(msgspec.Struct, frozen=True, gc=False):
    """Files of a segment from one place to another. It is in no cycle, so the garbage collector need not look at it."""

    segment: Segment
    start: int
    end: int
    names: str
    """As they are searched, in their order: ` one / two /`."""
    about: str
    """The folders of its files, in their order, and which kinds they are: ` here / there / :audio `."""

    def named(self, parts: Sequence[str]) -> Sequence[int]:
        """Files in whose names all parts are: a word between two spaces, or after one if it is begun. The quickest is
        to name first what is in the fewest."""
        text, rare = self.names, parts[0]
        at = text.find(rare)
        if at < 0:
            return ()
        found: list[int] = []
        while at >= 0:
            start, end = text.rfind("/", 0, at) + 1, text.find("/", at)
            for part in parts:
                if text.find(part, start, end) < 0:
                    break
            else:
                found.append(self.start + text.count("/", 0, start))
            at = text.find(rare, end)
        return self._there(found)

    def placed(self, parts: Sequence[str]) -> Sequence[int]:
        """Files in whose names and folders all parts are, some in the folder."""
        about, text = self.about, self.names
        inside = [part for part in parts if part in about]
        if not inside or not all(part in inside or part in text for part in parts):
            return ()
        names, found = text.split("/"), list[int]()
        for (_, start, end), folder in zip(self.segment.runs(self.start, self.end), about.split("/"), strict=False):
            left = [part for part in parts if part not in folder]
            if len(left) < len(parts):
                here = names[start - self.start : end - self.start]
                found += [place for place, name in enumerate(here, start) if all(part in name for part in left)]
        return self._there(found)

    def rooted(self, begun: str) -> Sequence[int]:
        """Files whose roots begin so."""
        roots, end = self.segment.roots, self.end * ROOT_CHARS
        found: list[int] = []
        at = roots.find(begun, self.start * ROOT_CHARS, end)
        while at >= 0:
            place, between = divmod(at, ROOT_CHARS)
            if not between:
                found.append(place)
            at = roots.find(begun, at + 1, end)
        return self._there(found)

    @property
    def keys(self) -> set[str]:
        """By what the roots of its files are looked up."""
        roots, ends = self.segment.roots, range(self.start * ROOT_CHARS, self.end * ROOT_CHARS, ROOT_CHARS)
        return {roots[at : at + KEY_CHARS] for at in ends}

    def _there(self, places: list[int]) -> Sequence[int]:
        gone = self.segment.gone
        return [place for place in places if place not in gone] if gone else places


def pack(library: int, first: int, folders: Sequence[Folder]) -> dict[int, Block]:
    """The blocks of a new segment by their numbers, of which this is the first."""
    files = [file for folder in folders for file in sorted(folder.files, key=_BY_NAME)]
    segment = Segment(library, folders, files)
    names = fold(f" {' / '.join([file.name for file in files])} ").split("/")
    paths = [f" {' '.join(fold(folder.path).replace('/', ' ').split()[:FOLDER_WORDS])} " for folder in folders]
    made: dict[int, Block] = {}
    for number, (start, end) in enumerate(_bounds(folders), first):
        homes = [paths[run] for run, _, _ in segment.runs(start, end)]
        about = f"{'/'.join(homes)}/ {' '.join(_marks(files[start:end]))} "
        made[number] = Block(segment, start, end, "/".join([*names[start:end], ""]), about)
    segment.blocks = range(first, first + len(made))
    return made


def mark(kind: Kind) -> str:
    """What stands for a kind among words: none of them has a colon."""
    return f":{kind}"


def _marks(files: Sequence[File]) -> list[str]:
    endings = {name[name.rfind(".") :] for name in [file.name for file in files]}
    return sorted({mark(kind_of(ending)) for ending in endings})


def _bounds(folders: Sequence[Folder]) -> Iterator[tuple[int, int]]:
    """Where each block begins and ends."""
    begun = end = 0
    for folder in folders:
        end += len(folder.files)
        while end - begun > BLOCK:
            yield begun, begun + BLOCK
            begun += BLOCK
        if end - begun >= BLOCK_LEAST:
            yield begun, end
            begun = end
    if begun < end:
        yield begun, end
