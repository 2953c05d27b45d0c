"""What the index has found, as a message tells it: as much as fits."""

from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Final, TypeVar

import msgspec

from signaling.core.libraries import Libraries, Library, Merit
from signaling.engine.index import Match
from signaling.protocol import limits
from signaling.protocol.kinds import kind_of
from signaling.protocol.listed import Hit, Shelf

T = TypeVar("T")

Standing = tuple[Merit, Library]
"""A library that is there, and how good it is to be asked."""

_merit = itemgetter(0)
_encoder = msgspec.json.Encoder()

ROOM: Final = limits.MESSAGE_BYTES - 1024
"""Bytes of what is listed in one message, beside what is around it."""


class Hits:
    """The hits of one answer, and the libraries that they name."""

    def __init__(self, libraries: Libraries) -> None:
        self.hits: list[Hit] = []
        self.shelves: list[Shelf] = []
        self._libraries = libraries
        self._standing: dict[int, Standing | None] = {}
        """Libraries that were looked up already: many hits of one answer have the same sources."""
        self._places: dict[int, int] = {}
        self._room = ROOM

    def fill(self, matches: Iterable[Match]) -> bool:
        """Tell of these, the best first; whether all fitted, and no more may be told. What nobody has any more is left
        out."""
        for match in matches:
            there = [found for number in match.libraries if (found := self._found(number))]
            if there and not self._add(match, best(match, there), len(there)):
                return False
        return True

    def _found(self, number: int) -> Standing | None:
        known = self._standing
        if number not in known:
            library = self._libraries.numbered(number)
            known[number] = None if library is None else (library.merit, library)
        return known[number]

    def _add(self, match: Match, sources: Sequence[Library], count: int) -> bool:
        places, shelves = self._places, list[Shelf]()
        for library in sources:
            if library.number not in places:
                places[library.number] = len(places)
                shelves.append(library.shelf)
        hit = Hit(
            root=match.root,
            name=match.name,
            size=match.size,
            kind=kind_of(match.name),
            folder=match.folder,
            sources=tuple([places[library.number] for library in sources]),
            count=count,
        )
        self._room -= len(_encoder.encode((hit, shelves)))
        if self._room < 0:
            return False
        self.shelves += shelves
        self.hits.append(hit)
        return True


def best(match: Match, there: Sequence[Standing]) -> list[Library]:
    """Who is to be asked for a file. The first has it under the name that is told."""
    if len(there) == 1:
        return [there[0][1]]
    ranked = sorted(there, key=_merit)
    named = set(match.named)
    first = next((standing for standing in ranked if standing[1].number in named), ranked[0])
    ranked.remove(first)
    return [library for _, library in (first, *ranked[: limits.HIT_SOURCES - 1])]


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
