"""The libraries that are there, and by whom they are found."""

import base64
import hashlib
from bisect import bisect_right, insort
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, TypeVar

import msgspec

from signaling.core.session import Session
from signaling.core.states import SessionState
from signaling.protocol import limits
from signaling.protocol.encoding import unb64
from signaling.protocol.listed import Reach, Shelf

Key = TypeVar("Key", str, int)

LIBRARY_BYTES: Final = 12
"""Random bytes of a library's id: never twice in a life of a server, and not to be guessed where it is sealed."""

REACHES: Final = (Reach.OPEN, Reach.STEADY, None, Reach.VARYING, Reach.BLOCKED)
"""How others get to a peer, the easiest first."""

Merit = tuple[bool, bool, int, int]
"""The less, the better a library is to be asked."""


@dataclass(slots=True, eq=False)
class Library:
    """One library and its owner."""

    number: int
    """Its name in the index."""
    owner: Session
    shown: Shelf
    folders: int = 0
    coming: int = 0
    """Files that are being announced, and may be more than there are."""

    @property
    def away(self) -> bool:
        """Whether its owner has lost the connection."""
        return self.owner.state is not SessionState.READY

    @property
    def shelf(self) -> Shelf:
        """As others see it now."""
        return msgspec.structs.replace(self.shown, away=True) if self.away else self.shown

    @property
    def merit(self) -> Merit:
        """How good it is to be asked."""
        return self.away, self.shown.ask, REACHES.index(self.shown.reach), self.number


class Libraries:
    """All libraries of this server."""

    def __init__(self) -> None:
        self._all: dict[str, Library] = {}
        self._order: list[str] = []
        self._by_number: dict[int, Library] = {}
        self._by_session: dict[str, dict[str, Library]] = {}
        self._by_peer: dict[str, dict[int, Library]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, library: Library) -> bool:
        return self._by_number.get(library.number) is library

    def add(self, library: Library) -> None:
        """One more."""
        name, owner = library.shown.library, library.owner
        self._all[name] = self._by_number[library.number] = library
        insort(self._order, name)
        self._by_session.setdefault(owner.id, {})[name] = library
        self._by_peer.setdefault(peer_id(owner.key), {})[library.number] = library

    def remove(self, library: Library) -> None:
        """One less."""
        name, owner = library.shown.library, library.owner
        del self._all[name], self._by_number[library.number]
        del self._order[bisect_right(self._order, name) - 1]
        _take_out(self._by_session, owner.id, name)
        _take_out(self._by_peer, peer_id(owner.key), library.number)

    def named(self, name: str) -> Library | None:
        """The library of that name."""
        return self._all.get(name)

    def numbered(self, number: int) -> Library | None:
        """The library that the index knows by that number."""
        return self._by_number.get(number)

    def of_session(self, session: Session) -> dict[str, Library]:
        """What a session has published, by name."""
        return self._by_session.get(session.id, {})

    def of_peer(self, peer: str) -> tuple[int, ...]:
        """What sessions of a peer have published, by number."""
        return tuple(self._by_peer.get(peer, ()))

    def after(self, name: str | None) -> Iterator[Library]:
        """All whose names come after one, in an order that stays, whether that one is there or not."""
        for place in range(0 if name is None else bisect_right(self._order, name), len(self._order)):
            yield self._all[self._order[place]]


def peer_id(key: str) -> str:
    """The id of a peer by its public key, both as messages have them (docs/protocol.md, "Identifiers")."""
    digest = hashlib.sha256(limits.PEER_ID_CONTEXT + unb64(key)).digest()[: limits.PEER_ID_BYTES]
    return base64.b32encode(digest).decode("ascii").lower()


def _take_out(shelves: dict[str, dict[Key, Library]], name: str, key: Key) -> None:
    del shelves[name][key]
    if not shelves[name]:
        del shelves[name]
