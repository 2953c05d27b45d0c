"""Searching the tables of the index of the directory (signaling.engine.entries), and looking into folders."""

import unicodedata
from collections.abc import Container, Iterator, Sequence
from typing import Any, Final

from signaling.engine.entries import KINDS, Entries, kind_tag, library_tag
from signaling.engine.index import Match, Matches, Page, Query
from signaling.protocol.directory import Item, Subfolder
from signaling.protocol.encoding import b64

VISITED: Final = 5000
"""Entries that a search looks at for each way of matching, in about 10 ms: whoever has not found it by then needs
another word."""

COUNTED: Final = 1000
"""Libraries that are counted for a root."""

BATCH: Final = 64
"""Entries that are read at once: a usual answer is among the first."""

PAGE: Final = 1000
"""Folders and files of one page, at most as many as fit a message."""

ROOT_BYTES: Final = 32
"""Of a root."""

_WORDS = """
select i.library, i.root, i.size, i.name, f.path
from (select rowid from idx where idx match ? limit ?) m cross join item i on i.id = m.rowid
join folder f on f.id = i.folder where i.size between ? and ?
"""
_ROOTS = """
select i.library, i.root, i.size, i.name, f.path from item i join folder f on f.id = i.folder
where i.root between ? and ? and i.size between ? and ? and (? is null or i.kind = ?)
order by i.root, i.library, i.id limit ?
"""
_SOURCES = "select group_concat(library) from (select library from item where root = ? limit ?)"
_FOLDERS = "select name, files, bytes from folder where parent = ?"
_FILES = "select name, size, root from item where folder = ?"
Row = tuple[int, bytes, int, str, str]


def tokens(words: str) -> list[str]:
    """The words of a search, each once. What is no letter, mark or number stands between words, as in unicode61."""
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else " " for letter in words)
    found = (word for word in kept.split() if any(unicodedata.category(letter)[0] in "LN" for letter in word))
    return list(dict.fromkeys(found))


def expressions(query: Query) -> list[str]:
    """What FTS5 is asked, one after the other: whole words in names, words begun in names, and in folders too.

    Each word is quoted, so that it is never taken for an operator.
    """
    words = [f'"{word}"' for word in tokens(query.words)]
    if not words:
        return []
    whole = " AND ".join(words)
    tags = "".join(f" AND tags : ({tag})" for tag in _tags(query))
    return [f"name : ({whole}){tags}", f"name : ({whole} *){tags}", f"{{name folder}} : ({whole} *){tags}"]


def _tags(query: Query) -> Iterator[str]:
    if query.kind is not None:
        yield f'"{kind_tag(query.kind)}"'
    if query.libraries is not None:
        yield " OR ".join(f'"{library_tag(library)}"' for library in query.libraries)


class Found:
    """The hits of one search as they come, each root once."""

    def __init__(self, query: Query, live: Container[int]) -> None:
        self._enough = query.skip + query.limit + 1
        self._only = None if query.libraries is None else set(query.libraries)
        self._live = live
        self.hits: dict[bytes, list[Row]] = {}

    def take(self, row: Row) -> None:
        """An entry that matches."""
        if self.listed(row[0]) and (row[1] in self.hits or not self.full):
            self.hits.setdefault(row[1], []).append(row)

    @property
    def full(self) -> bool:
        """Whether there are as many as were asked for, and one more."""
        return len(self.hits) >= self._enough

    def listed(self, library: int) -> bool:
        """Whether a library is there, and one of those that were asked for."""
        return library in self._live and (self._only is None or library in self._only)


def search(entries: Entries, query: Query, live: Container[int]) -> Matches:
    """Carry out a search among the libraries that are live."""
    found = Found(query, live)
    sizes = (query.least or 0, 2**53 if query.most is None else query.most)
    if query.handle is not None:
        kind = None if query.kind is None else KINDS.index(query.kind)
        between = tuple(query.handle.ljust(ROOT_BYTES, fill) for fill in (b"\0", b"\xff"))
        _read(entries, found, _ROOTS, (*between, *sizes, kind, kind, VISITED))
    else:
        for expression in expressions(query):
            _read(entries, found, _WORDS, (expression, VISITED, *sizes))
            if found.full:
                break
    hits = list(found.hits.values())[query.skip : query.skip + query.limit]
    return Matches(tuple(_match(entries, found, rows) for rows in hits), found.full)


def _read(entries: Entries, found: Found, text: str, values: Sequence[object]) -> None:
    cursor = entries.database.execute(text, values)
    while not found.full and (rows := cursor.fetchmany(BATCH)):
        for row in rows:
            found.take(row)
    cursor.close()


def _match(entries: Entries, found: Found, rows: Sequence[Row]) -> Match:
    _, root, size, name, folder = rows[0]
    named = dict.fromkeys(row[0] for row in rows if row[2:] == (size, name, folder))
    [[text]] = entries.database.execute(_SOURCES, (root, COUNTED)).fetchall()
    sources = dict.fromkeys(number for number in map(int, text.split(",")) if found.listed(number))
    return Match(root, size, name, folder, tuple(named), tuple(sources))


def browse(entries: Entries, library: int, path: str, after: str) -> Page:
    """A page of a folder. A name at which the page before ended is that of a file, unless only a folder has it."""
    folder = entries.folder(library, path)
    if folder is None:
        return Page((), (), False)
    among = not after or _ended_among_folders(entries, folder, after)
    folders = _page(entries, _FOLDERS, folder, after, PAGE + 1) if among else []
    files = _page(entries, _FILES, folder, "" if among else after, PAGE + 1 - len(folders))
    listed = tuple(Item(name, size, b64(root)) for name, size, root in files[: max(0, PAGE - len(folders))])
    return Page(tuple(Subfolder(*row) for row in folders[:PAGE]), listed, len(folders) + len(files) > PAGE)


def _ended_among_folders(entries: Entries, folder: int, name: str) -> bool:
    return not _there(entries, _FILES, folder, name) and _there(entries, _FOLDERS, folder, name)


def _there(entries: Entries, among: str, folder: int, name: str) -> bool:
    return entries.database.execute(f"{among} and name = ? limit 1", (folder, name)).fetchone() is not None


def _page(entries: Entries, among: str, folder: int, after: str, most: int) -> list[Any]:
    return entries.database.execute(f"{among} and name > ? order by name limit ?", (folder, after, most)).fetchall()
