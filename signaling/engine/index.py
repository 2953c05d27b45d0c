"""The seam between the rules of the directory and where its entries are kept and searched.

A library is a number here, which is never used twice. What `announce`, `search` and `browse` do may take a while, and
other things happen meanwhile; `begin` and `end` hold from the moment at which they return.
"""

from collections.abc import Generator, Iterator, Sequence
from typing import Protocol, TypeVar

from msgspec import Struct

from signaling.protocol.kinds import Kind
from signaling.protocol.listed import Folder, Item, Subfolder

T = TypeVar("T")


class Counted(Struct, frozen=True):
    """What is in a library now: files and their bytes, and in how many folders."""

    files: int
    bytes: int
    folders: int


class Query(Struct, frozen=True):
    """What to search for: see signaling.protocol.directory.Search. `libraries` are the only ones to search, if any."""

    words: str
    handle: bytes | None
    kind: Kind | None
    least: int | None
    most: int | None
    libraries: tuple[int, ...] | None
    skip: int
    limit: int


class Match(Struct, frozen=True):
    """One root that was found."""

    root: str
    size: int
    name: str
    folder: str
    named: tuple[int, ...]
    """Libraries that have it under this name in this folder, as far as they were looked at; at least one."""
    libraries: tuple[int, ...]
    """All that have it."""


class Matches(Struct, frozen=True):
    """The best first; `more` says whether there are more after them."""

    matches: tuple[Match, ...]
    more: bool


class Page(Struct, frozen=True):
    """Part of a folder: folders, then files; `more` says whether there are more after them."""

    folders: tuple[Subfolder, ...]
    files: tuple[Item, ...]
    more: bool


class Turns(Protocol):
    """Where long work lets others go on."""

    async def in_turns(self, work: Generator[None, None, T]) -> T:
        """Carry out work, which yields where others may have a turn; what it returns. One such work comes after the
        other, in the order in which they are asked for."""

    def afterwards(self, work: Iterator[None]) -> None:
        """Carry out work that nobody waits for, a step now and then."""


class Index(Turns, Protocol):
    """The entries of all libraries. What concerns one library is done in the order in which it was asked for."""

    def begin(self, library: int) -> None:
        """There is a library now, with nothing in it."""

    def end(self, library: int) -> None:
        """A library is no more: nothing of it is found from now on."""

    async def announce(self, library: int, folders: Sequence[Folder], gone: Sequence[int], most: int) -> Counted | None:
        """Drop the numbers that are gone, then add or change files; None, and nothing is done, if it had more than
        `most` files then."""

    async def search(self, query: Query) -> Matches:
        """Look for files in the libraries that are there."""

    async def browse(self, library: int, path: str, after: str) -> Page:
        """Look into a folder, from after a name on; an empty page if there is no such folder."""
