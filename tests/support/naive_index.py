"""The index of the directory as one would write it without thinking of speed; and one that can be held back."""

import unicodedata
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from signaling.engine.index import Counted, Match, Matches, Page, Query
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.kinds import kind_of
from signaling.protocol.listed import Folder, Item, Subfolder

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is announced."""

    order: int
    library: int
    number: int
    folder: str
    name: str
    size: int
    root: str


def root(number: int) -> str:
    """The made-up root of a file of this number."""
    return b64(number.to_bytes(32))


def words(text: str) -> list[str]:
    """What can be searched for in a text."""
    plain = unicodedata.normalize("NFD", text.lower())
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return "".join(letter if letter.isalnum() else " " for letter in kept).split()


@dataclass
class NaiveIndex:
    """See signaling.engine.index.Index. It never waits."""

    live: set[int] = field(default_factory=set)
    entries: dict[tuple[int, int], Entry] = field(default_factory=dict)
    orders: "count[int]" = field(default_factory=count)

    def begin(self, library: int) -> None:
        """See Index."""
        self.live.add(library)

    def end(self, library: int) -> None:
        """See Index."""
        self.live.remove(library)
        self.entries = {key: entry for key, entry in self.entries.items() if entry.library != library}

    async def announce(self, library: int, folders: Sequence[Folder], gone: Sequence[int], most: int) -> Counted | None:
        """See Index."""
        entries = dict(self.entries)
        for number in gone:
            entries.pop((library, number), None)
        for folder in folders:
            for file in folder.files:
                entries.pop((library, file.number), None)
                entry = Entry(next(self.orders), library, file.number, folder.path, file.name, file.size, file.root)
                entries[library, file.number] = entry
        mine = [entry for entry in entries.values() if entry.library == library]
        if len(mine) > most:
            return None
        self.entries = entries
        above = {place for entry in mine for place in _above(entry.folder)}
        return Counted(len(mine), sum(entry.size for entry in mine), len(above))

    def afterwards(self, work: Iterator[None]) -> None:
        """See Turns: it is done at once."""
        deque(work, maxlen=0)

    async def in_turns(self, work: Generator[None, None, T]) -> T:
        """See Turns."""
        while True:
            try:
                next(work)
            except StopIteration as end:
                result: T = end.value
                return result
            await self.turn()

    async def turn(self) -> None:
        """Nobody else needs one here."""

    async def search(self, query: Query) -> Matches:
        """See Index."""
        found = [entry for tier in range(3) for entry in self.matching(query, tier)]
        hits: dict[str, Match] = {}
        for entry in found:
            same = [each for each in found if each.root == entry.root]
            first = same[0]
            named = dict.fromkeys(
                each.library
                for each in same
                if (each.size, each.name, each.folder) == (first.size, first.name, first.folder)
            )
            sources = sorted({each.library for each in self.allowed(query) if each.root == entry.root})
            match = Match(first.root, first.size, first.name, first.folder, tuple(named), tuple(sources))
            hits.setdefault(entry.root, match)
        listed = list(hits.values())[query.skip : query.skip + query.limit]
        return Matches(tuple(listed), len(hits) > query.skip + query.limit)

    def best(self, query: Query, root: str) -> list[Entry]:
        """The entries of a root that match in the best way."""
        found = [[each for each in self.matching(query, tier) if each.root == root] for tier in range(3)]
        return next(filter(None, found))

    def way(self, query: Query, root: str) -> int:
        """In which way a root matches best."""
        return [any(each.root == root for each in self.matching(query, tier)) for tier in range(3)].index(True)

    def allowed(self, query: Query) -> list[Entry]:
        """Entries of the libraries that are searched, in their order."""
        only = self.live if query.libraries is None else self.live & set(query.libraries)
        return sorted((each for each in self.entries.values() if each.library in only), key=lambda each: each.order)

    def matching(self, query: Query, tier: int) -> list[Entry]:
        """Entries that match: whole words in names, words begun in names, and in folders, too."""
        least, most = query.least or 0, 2**53 if query.most is None else query.most
        fitting = [each for each in self.allowed(query) if least <= each.size <= most]
        if query.kind is not None:
            fitting = [each for each in fitting if kind_of(each.name) is query.kind]
        if query.handle is not None:
            found = [each for each in fitting if tier == 0 and unb64(each.root).startswith(query.handle)]
            return sorted(found, key=lambda each: (each.root, each.library, each.order))
        asked = words(query.words)
        return [each for each in fitting if asked and self.matches(each, asked, tier)]

    def matches(self, entry: Entry, asked: list[str], tier: int) -> bool:
        """Whether an entry has all words; what was typed before, too, need not be more than the last one."""
        there = words(entry.name) + (words(entry.folder) if tier == 2 else [])
        *whole, last = asked
        begun = last in there if tier == 0 else any(word.startswith(last) for word in there)
        return begun and all(word in there for word in whole if word != last)

    async def browse(self, library: int, path: str, after: str) -> Page:
        """See Index."""
        mine = [entry for entry in self.entries.values() if entry.library == library]
        start = f"{path}/" if path else ""
        below = {e.folder[len(start) :].split("/")[0] for e in mine if e.folder.startswith(start) and e.folder != path}
        here = sorted((e for e in mine if e.folder == path), key=lambda e: (e.name, e.order))
        among = not after or (after in below and after not in {entry.name for entry in here})
        folders = []
        for name in sorted(name for name in below if among and name > after):
            inside = [e for e in mine if f"{e.folder}/".startswith(f"{start}{name}/")]
            folders.append(Subfolder(name, len(inside), sum(entry.size for entry in inside)))
        files = [e for e in here if among or e.name > after]
        return Page(tuple(folders), tuple(Item(e.name, e.size, e.root) for e in files), False)


def _above(path: str) -> list[str]:
    """A folder and all above it, with the top."""
    parts = path.split("/") if path else []
    return ["/".join(parts[:at]) for at in range(len(parts) + 1)]


class Pause:
    """Something to wait for in a coroutine that is run by hand."""

    def __await__(self) -> Generator[None, None, None]:
        yield


class HeldIndex(NaiveIndex):
    """One whose answers come when whoever asked is let go on; what is asked has happened by then."""

    async def announce(self, library: int, folders: Sequence[Folder], gone: Sequence[int], most: int) -> Counted | None:
        """See Index."""
        counted = await super().announce(library, folders, gone, most)
        await Pause()
        return counted

    async def search(self, query: Query) -> Matches:
        """See Index."""
        found = await super().search(query)
        await Pause()
        return found

    async def browse(self, library: int, path: str, after: str) -> Page:
        """See Index."""
        page = await super().browse(library, path, after)
        await Pause()
        return page

    async def in_turns(self, work: Generator[None, None, T]) -> T:
        """See Turns: there is other work before."""
        await Pause()
        return await super().in_turns(work)

    async def turn(self) -> None:
        """Whoever asked for work is let go on after each part of it."""
        await Pause()
