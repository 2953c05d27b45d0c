"""One sealed space: its libraries, and what is found in them, as a message tells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nsmallest

import msgspec

from signaling.core.hits import ROOM
from signaling.core.libraries import REACHES
from signaling.core.session import Session
from signaling.core.states import SessionState
from signaling.engine.sealed import SealedEntries, SealedMatch, SealedQuery
from signaling.protocol import limits
from signaling.protocol.spaces import SealedHit, SealedSearch, SealedShelf


@dataclass(slots=True, eq=False)
class SealedLibrary:
    """One library and its owner."""

    number: int
    space: str
    owner: Session
    shown: SealedShelf
    weight: int = 0
    """What is in it, in files of an open library; a box with a key counts as one."""
    tokens: tuple[str, ...] = ()
    """Those under which there are boxes with the key of its space."""

    @property
    def away(self) -> bool:
        """Whether its owner has lost the connection."""
        return self.owner.state is not SessionState.READY

    @property
    def shelf(self) -> SealedShelf:
        """As members see it now."""
        return msgspec.structs.replace(self.shown, away=True) if self.away else self.shown

    @property
    def merit(self) -> tuple[bool, bool, int, int]:
        """The less, the better it is to be asked."""
        return self.away, self.shown.ask, REACHES.index(self.shown.reach), self.number


class Space:
    """What is published in one: libraries by their numbers."""

    def __init__(self) -> None:
        self.libraries: dict[int, SealedLibrary] = {}
        self.entries = SealedEntries()


Told = tuple[tuple[SealedHit, ...], tuple[SealedShelf, ...], bool]
"""Hits, the libraries that they name, and whether there are more."""


def found(space: Space, request: SealedSearch) -> Told:
    """As much as fits."""
    query = SealedQuery(request.words, request.tag, space.libraries, request.skip, request.limit)
    matches, more = space.entries.search(query)
    hits: list[SealedHit] = []
    shelves: dict[int, SealedShelf] = {}
    room = ROOM
    for match in matches:
        sources = _sources(space, match)
        new = {number: space.libraries[number].shelf for number in sources if number not in shelves}
        places = {number: place for place, number in enumerate((*shelves, *new))}
        told = tuple(places[number] for number in sources)
        hit = SealedHit(tag=match.tag, box=match.box, sources=told, count=len(match.libraries))
        room -= len(msgspec.json.encode((hit, list(new.values()))))
        if room < 0:
            return tuple(hits), tuple(shelves.values()), True
        shelves |= new
        hits.append(hit)
    return tuple(hits), tuple(shelves.values()), more


def _sources(space: Space, match: SealedMatch) -> Iterable[int]:
    """Who is to be asked for a file: first whose box is told, then the best of the others."""
    first, *others = match.libraries
    best = nsmallest(limits.HIT_SOURCES - 1, others, key=lambda number: space.libraries[number].merit)
    return [first, *best]
