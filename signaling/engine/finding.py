"""Searching the tables of the index of the directory (signaling.engine.entries), and looking into folders."""

import json
import sqlite3
import unicodedata
from collections.abc import Container, Iterator, Sequence
from itertools import chain, repeat
from typing import Any, Final

import msgspec

from signaling.engine.entries import KINDS, Entries, kind_tag, library_tag
from signaling.engine.index import Match, Matches, Page, Query
from signaling.protocol.directory import Item, Subfolder
from signaling.protocol.encoding import b64, unb64

VISITED: Final = 5000
"""Entries that a search looks at for each way of matching, in about 10 ms: whoever has not found it by then needs
another word."""

COUNTED: Final = 1000
"""Libraries that are counted for a root."""

BATCHES: Final = (32, 256, 1024)
"""Entries that are read at once, at first and later: a usual answer is among the first."""

PAGE: Final = 1000
"""Folders and files of one page, at most as many as fit a message."""

HANDLE_CHARS: Final = 13
"""Letters of a root that a handle tells, and two bits more."""

_ROW = "json_array(i.library, i.root, i.size, i.name, f.path)"
_WORDS = f"""
select count(*), max(m.rowid), json_group_array({_ROW}) filter (where i.size between ? and ?)
from (select rowid from idx where idx match ? and rowid > ? limit ?) m cross join item i on i.id = m.rowid
join folder f on f.id = i.folder
"""
_ROOTS = f"""
select json_group_array({_ROW}) from (
    select * from item where root >= ?1 and root < ?1 || '~' and size between ? and ? and (? is null or kind = ?)
    order by root, library, id limit ?
) i join folder f on f.id = i.folder
"""
_SOURCES = """
select json_group_array(
    (select group_concat(library) from (select library from item where root = e.value limit ?))
) from json_each(?) e
"""
_FOLDERS = "select name, files, bytes from folder where parent = ?"
_FILES = "select name, size, root from item where folder = ?"
Row = tuple[int, str, int, str, str]
"""Library, root, size, name and folder of an entry."""


def tokens(words: str) -> list[str]:
    """The words of a search, each once. What is no letter and no number stands between words, as in unicode61; what
    can be composed with its mark is a letter."""
    kept = "".join(letter if letter.isalnum() else " " for letter in unicodedata.normalize("NFC", words))
    return list(dict.fromkeys(kept.split()))


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
        self.hits: dict[str, list[Row]] = {}

    def take(self, row: Row) -> None:
        """An entry that matches."""
        if self.listed(row[0]) and (row[1] in self.hits or not self.full):
            self.hits.setdefault(row[1], []).append(row)

    def match(self, rows: Sequence[Row], listed: str) -> Match:
        """A hit, with all that have it."""
        _, root, size, name, folder = rows[0]
        named = dict.fromkeys(row[0] for row in rows if row[2:] == (size, name, folder))
        sources = dict.fromkeys(number for number in map(int, listed.split(",")) if self.listed(number))
        return Match(root, size, name, folder, tuple(named), tuple(sources))

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
    if query.handle is not None:
        _by_handle(entries, query, found)
    for expression in expressions(query) if query.handle is None else ():
        if not found.full:
            _by_words(entries, query, found, expression)
    hits = list(found.hits.values())[query.skip : query.skip + query.limit]
    listed = json.dumps([rows[0][1] for rows in hits])
    [[sources]] = entries.database.execute(_SOURCES, (COUNTED, listed)).fetchall()
    return Matches(tuple(map(found.match, hits, msgspec.json.decode(sources, type=list[str]))), found.full)


def _by_handle(entries: Entries, query: Query, found: Found) -> None:
    handle = query.handle or b""
    kind = None if query.kind is None else KINDS.index(query.kind)
    values = (b64(handle)[:HANDLE_CHARS], *_sizes(query), kind, kind, VISITED)
    [[rows]] = entries.database.execute(_ROOTS, values).fetchall()
    for row in _rows(rows):
        if unb64(row[1]).startswith(handle):
            found.take(row)


def _by_words(entries: Entries, query: Query, found: Found, expression: str) -> None:
    visited = last = 0
    for batch in chain(BATCHES, repeat(BATCHES[-1])):
        values = (*_sizes(query), expression, last, min(batch, VISITED - visited))
        try:
            [[count, last, rows]] = entries.database.execute(_WORDS, values).fetchall()
        except sqlite3.OperationalError:
            return  # some letters were marks in the Unicode of SQLite, and end a word there
        for row in _rows(rows):
            found.take(row)
        visited += count
        if found.full or count < batch or visited >= VISITED:
            return


def _sizes(query: Query) -> tuple[int, int]:
    return query.least or 0, 2**53 if query.most is None else query.most


def _rows(text: str) -> list[Row]:
    return msgspec.json.decode(text, type=list[Row])


def browse(entries: Entries, library: int, path: str, after: str) -> Page:
    """A page of a folder. A name at which the page before ended is that of a file, unless only a folder has it."""
    folder = entries.folder(library, path)
    if folder is None:
        return Page((), (), False)
    among = not after or _ended_among_folders(entries, folder, after)
    folders = _page(entries, _FOLDERS, folder, after, PAGE + 1) if among else []
    files = _page(entries, _FILES, folder, "" if among else after, PAGE + 1 - len(folders))
    listed = tuple(Item(*row) for row in files[: max(0, PAGE - len(folders))])
    return Page(tuple(Subfolder(*row) for row in folders[:PAGE]), listed, len(folders) + len(files) > PAGE)


def _ended_among_folders(entries: Entries, folder: int, name: str) -> bool:
    return not _there(entries, _FILES, folder, name) and _there(entries, _FOLDERS, folder, name)


def _there(entries: Entries, among: str, folder: int, name: str) -> bool:
    return entries.database.execute(f"{among} and name = ? limit 1", (folder, name)).fetchone() is not None


def _page(entries: Entries, among: str, folder: int, after: str, most: int) -> list[Any]:
    return entries.database.execute(f"{among} and name > ? order by name limit ?", (folder, after, most)).fetchall()
