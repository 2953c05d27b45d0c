"""The tables of the index of the directory, and what changes them. Not for two threads at a time.

    idx      what is searched: words of the name and of the folder, and tags for the kind and the library. It keeps no
             text, so that what is deleted has to be told to it once more
    item     the files, by the same number
    folder   the folders of each library as a tree; files and bytes of each are those of all below it

Whatever changes several rows does it with one statement: Python gives up its lock for each, and gets it back only when
the event loop takes a break.
"""

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from signaling.engine.index import Counted
from signaling.protocol.directory import File, Folder, Kind
from signaling.protocol.kinds import kind_of

KINDS: Final = tuple(Kind)
"""Kinds by their numbers in the tables."""

SLICE: Final = 100
"""Entries that are changed at once, in about 3 ms: a search waits for them."""

TABLES: Final = """
pragma journal_mode = off;
create virtual table idx using fts5(name, folder, tags, content='', columnsize=0, detail=column, prefix='1 2 3',
    tokenize="unicode61 remove_diacritics 2 separators '_'");
create table item(id integer primary key, library int, number int, folder int, kind int, size int, root text,
    name text);
create unique index item_number on item(library, number);
create index item_root on item(root, library);
create index item_name on item(folder, name);
create table folder(id integer primary key, parent int, name text, library int, files int, bytes int, path text);
create unique index folder_name on folder(parent, name);
create index folder_library on folder(library);
begin;
"""
"""One transaction for ever: nothing is kept on disk. `path` is there for folders that have files of their own: so
nobody makes much of a few deep ones."""

SETTINGS: Final = (("automerge", 0), ("crisismerge", 256))
"""FTS5 would merge what it has written while it writes, and now and then for 0.1 s: `tidy` does it instead."""

TIDIED: Final = 64
"""Pages that are merged at once, in about 5 ms."""

RECENT: Final = 1000
"""Folders that are remembered, in some 100 KB: the next slice has mostly the same."""

KIND_TAG: Final = 0xAC00
LIBRARY_TAG: Final = 0x4E00
LIBRARY_TAGS: Final = 20_000
"""Tags are made of letters of which there are many: short words cost FTS5 less."""

_TAGS = f"""char({KIND_TAG} + i.kind) || ' ' ||
char({LIBRARY_TAG} + i.library % {LIBRARY_TAGS}, {LIBRARY_TAG} + i.library / {LIBRARY_TAGS})"""
_COLUMNS = f"i.id, i.name, f.path, {_TAGS}"
_ADD = f"""
insert into idx(rowid, name, folder, tags)
select {_COLUMNS} from item i join folder f on f.id = i.folder where i.id > ? order by i.id
"""
_FORGET = f"""
insert into idx(idx, rowid, name, folder, tags)
select 'delete', {_COLUMNS} from json_each(?) e cross join item i on i.id = e.value join folder f on f.id = i.folder
"""
_INSERT = """
insert into item(id, library, number, folder, kind, size, root, name)
select ?1 + key, ?2, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 from json_each(?3)
"""
_GROW = """
update folder set files = files + (v.value ->> 1), bytes = bytes + (v.value ->> 2) from json_each(?) v
where folder.id = v.value ->> 0 returning id, parent
"""
_PRUNE = """
delete from folder where files = 0 and id in (select value from json_each(?)) returning parent
"""
_ROWS = """
select i.id, i.folder, i.size from json_each(?) e cross join item i on i.library = ? and i.number = e.value
order by i.id
"""


class Entries:
    """All files that are announced."""

    def __init__(self) -> None:
        self.database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self.database.executescript(TABLES)
        self.database.executemany("insert into idx(idx, rank) values(?, ?)", SETTINGS)
        self._last = 0
        self._folders: Counter[int] = Counter()
        self._recent: dict[tuple[int, str], int] = {}
        """Numbers of folders that were used last."""

    def counted(self, library: int) -> Counted:
        """How much is in a library."""
        row = self._one("select files, bytes from folder where parent = ? and name = ''", -library)
        files, size = row or (0, 0)
        return Counted(files, size, self._folders[library])

    def after(self, library: int, files: Iterable[File], gone: Iterable[int]) -> int:
        """How many files a library would have after a change."""
        new, old = {file.number for file in files}, set(gone)
        known = self._known(library, new | old)
        return self.counted(library).files - len(known & old) + len(new - (known - old))

    def add(self, library: int, files: Sequence[tuple[str, File]]) -> None:
        """Add files, by their folders; those whose numbers are in use take the place of what was there."""
        fresh = {file.number: (path, file) for path, file in files}
        self.drop(library, fresh)
        more: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        rows = []
        for path, file in fresh.values():
            folder = self._recent.get((library, path)) or self._folder(library, path)
            more[folder][0] += 1
            more[folder][1] += file.size
            rows.append((file.number, folder, KINDS.index(kind_of(file.name)), file.size, file.root, file.name))
        before, self._last = self._last, self._last + len(rows)
        self.database.execute(_INSERT, (before + 1, library, json.dumps(rows)))
        self.database.execute(_ADD, (before,))
        self._grow(more)

    def drop(self, library: int, numbers: Iterable[int]) -> None:
        """Drop files; numbers that are not in use do no harm, nor do those that are named twice: what FTS5 deletes
        twice spoils it."""
        rows = self.database.execute(_ROWS, (json.dumps(list(set(numbers))), library)).fetchall()
        if not rows:
            return
        less: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
        for _, folder, size in rows:
            less[folder][0] -= 1
            less[folder][1] -= size
        self._forget([row[0] for row in rows])
        self._grow(less)
        self._prune(library, less)

    def clear(self, library: int) -> Iterator[None]:
        """Drop all of a library, slice by slice."""
        self._recent.clear()
        while ids := self._column("select id from item where library = ? order by id limit ?", library, SLICE):
            self._forget(ids)
            yield
        while ids := self._column("select id from folder where library = ? limit ?", library, SLICE):
            self.database.execute("delete from folder where id in (select value from json_each(?))", (json.dumps(ids),))
            yield
        self._folders.pop(library, None)

    def tidy(self) -> bool:
        """Merge some of what was written; whether there was anything to merge."""
        before = self.database.total_changes
        self.database.execute("insert into idx(idx, rank) values('merge', ?)", (TIDIED,))
        return self.database.total_changes > before + 1

    def folder(self, library: int, path: str) -> int | None:
        """The number of a folder."""
        found = self._child(-library, "")
        for name in path.split("/") if path else ():
            if found is None:
                return None
            found = self._child(found, name)
        return found

    def _known(self, library: int, numbers: set[int]) -> set[int]:
        text = "select i.number from json_each(?) e cross join item i on i.library = ? and i.number = e.value"
        return set(self._column(text, json.dumps(list(numbers)), library))

    def _folder(self, library: int, path: str) -> int:
        """The number of a folder, which is made if it is not there."""
        found = self._made(library, -library, "")
        for name in path.split("/") if path else ():
            found = self._made(library, found, name)
        self.database.execute("update folder set path = ? where id = ? and path is null", (path, found))
        if len(self._recent) >= RECENT:
            self._recent.clear()
        self._recent[library, path] = found
        return found

    def _made(self, library: int, parent: int, name: str) -> int:
        found = self._child(parent, name)
        if found is not None:
            return found
        self._folders[library] += 1
        text = "insert into folder(parent, name, library, files, bytes) values(?, ?, ?, 0, 0)"
        return int(self.database.execute(text, (parent, name, library)).lastrowid or 0)

    def _child(self, parent: int, name: str) -> int | None:
        row = self._one("select id from folder where parent = ? and name = ?", parent, name)
        return row[0] if row else None

    def _forget(self, ids: Sequence[int]) -> None:
        listed = (json.dumps(ids),)
        self.database.execute(_FORGET, listed)
        self.database.execute("delete from item where id in (select value from json_each(?))", listed)

    def _grow(self, changes: dict[int, list[int]]) -> None:
        """Count files and bytes in their folders, and in all above."""
        level = changes
        while level:
            above: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
            listed = json.dumps([(folder, *grown) for folder, grown in level.items()])
            for folder, parent in self.database.execute(_GROW, (listed,)).fetchall():
                if parent > 0:
                    above[parent][0] += level[folder][0]
                    above[parent][1] += level[folder][1]
            level = above

    def _prune(self, library: int, folders: Iterable[int]) -> None:
        """Forget folders in which nothing is left, and those above."""
        self._recent.clear()
        level = list(folders)
        while level:
            rows = self.database.execute(_PRUNE, (json.dumps(level),)).fetchall()
            self._folders[library] -= len(rows)
            level = [parent for (parent,) in rows if parent > 0]

    def _one(self, text: str, *values: object) -> Any:
        return self.database.execute(text, values).fetchone()

    def _column(self, text: str, *values: object) -> list[int]:
        return [row[0] for row in self.database.execute(text, values)]


def kind_tag(kind: Kind) -> str:
    """The word that stands for a kind."""
    return chr(KIND_TAG + KINDS.index(kind))


def library_tag(library: int) -> str:
    """The word that stands for a library."""
    return chr(LIBRARY_TAG + library % LIBRARY_TAGS) + chr(LIBRARY_TAG + library // LIBRARY_TAGS)


def flat(folders: Iterable[Folder]) -> list[tuple[str, File]]:
    """Files, each with its folder."""
    return [(folder.path, file) for folder in folders for file in folder.files]
