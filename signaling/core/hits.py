"""What the index has found, as a message tells it: as much as fits."""

from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import Final, TypeVar

import msgspec

from signaling.core.libraries import Libraries, Library
from signaling.engine.index import Match
from signaling.protocol import limits
from signaling.protocol.directory import Hit, Shelf
from signaling.protocol.kinds import kind_of

T = TypeVar("T")

ROOM: Final = limits.MESSAGE_BYTES - 1024
"""Bytes of what is listed in one message, beside what is around it."""


class Hits:
    """The hits of one answer, and the libraries that they name."""

    def __init__(self, libraries: Libraries) -> None:
        self.hits: list[Hit] = []
        self.shelves: list[Shelf] = []
        self._libraries = libraries
        self._places: dict[int, int] = {}
        self._room = ROOM

    def fill(self, matches: Iterable[Match]) -> bool:
        """Tell of these, the best first; whether all fitted. What nobody has any more is left out."""
        for match in matches:
            there = [found for number in match.libraries if (found := self._libraries.numbered(number))]
            if there and not self._add(match, best(match, there), len(there)):
                return False
        return True

    def _add(self, match: Match, sources: Sequence[Library], count: int) -> bool:
        new = [library for library in sources if library.number not in self._places]
        places = self._places | {library.number: len(self._places) + at for at, library in enumerate(new)}
        shelves = [library.shelf for library in new]
        hit = Hit(
            root=match.root,
            name=match.name,
            size=match.size,
            kind=kind_of(match.name),
            folder=match.folder,
            sources=tuple(places[library.number] for library in sources),
            count=count,
        )
        self._room -= len(msgspec.json.encode((hit, shelves)))
        if self._room < 0:
            return False
        self._places = places
        self.shelves += shelves
        self.hits.append(hit)
        return True


def best(match: Match, there: Sequence[Library]) -> list[Library]:
    """Who is to be asked for a file. The first has it under the name that is told."""
    named = set(match.named)
    first = min(there, key=lambda library: (library.number not in named, library.merit))
    rest = (library for library in there if library is not first)
    return [first, *nsmallest(limits.HIT_SOURCES - 1, rest, key=lambda library: library.merit)]


def fitting(items: Iterable[T], room: int) -> tuple[tuple[T, ...], int]:
    """As many of the first items as so many bytes of a message hold, and how many bytes are left; 0 if not all fit."""
    taken: list[T] = []
    for item in items:
        size = len(msgspec.json.encode(item)) + 1
        if size > room:
            return tuple(taken), 0
        room -= size
        taken.append(item)
    return tuple(taken), room
