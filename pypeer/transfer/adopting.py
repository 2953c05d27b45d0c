"""Files that were begun under another name, or in an offer of other names: recognised by what they are. Blocking.

A file that has the same root as one that was begun, or, where roots are not told, the same size and time to the
millisecond, and nothing of which is here yet, takes over what came of that one. Every chunk is verified, and the root
tells in the end; if the two were different files after all, everything is fetched anew.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks
from pypeer.transfer.journal import AnyRecord, Begun, ChunkStored, Forgotten, Journal, file_key


@dataclass(slots=True)
class _Part:
    """A file that was begun: where its part file is, what it was called, and what of it was stored."""

    folder: Path
    journal: Journal
    begun: Begun
    stored: dict[int, ChunkStored] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder / self.begun.key


def adopt(into: Path, work: Path, entries: Sequence[Entry], journal: Journal) -> int:
    """Take over what fits from this journal and from others in `into` for these entries: how many. Raises OSError."""
    known = {record.key for record in journal.records if isinstance(record, ChunkStored)}
    wanted = [e for e in entries if chunks.chunk_count(e.size) > 1 and file_key(e) not in known]
    if not wanted:
        return 0
    others = list(_others(into, work))
    offered = {file_key(entry) for entry in entries}
    parts = [each for folder, log in ((work, journal), *others) for each in _parts(folder, log, offered)]
    adopted = sum(_adopt(entry, parts, work, journal) for entry in wanted)
    for folder, log in others:
        log.close()
        if adopted and not any(path.name != "journal" for path in folder.iterdir()):
            shutil.rmtree(folder, ignore_errors=True)
    return adopted


def _others(into: Path, work: Path) -> Iterator[tuple[Path, Journal]]:
    """Folders of other offers that nobody uses now."""
    for folder in sorted(into.glob(".byway-*.part")):
        if folder != work and not folder.is_symlink() and (folder / "journal").is_file():
            try:
                yield folder, Journal(folder / "journal")
            except OSError:
                continue


def _parts(folder: Path, journal: Journal, offered: set[str]) -> list[_Part]:
    """Part files in a folder that belong to nothing that is offered now."""
    found: dict[str, _Part] = {}
    for record in journal.records:
        if isinstance(record, Begun) and record.key not in offered:
            found[record.key] = _Part(folder, journal, record)
        elif isinstance(record, ChunkStored) and record.key in found:
            found[record.key].stored[record.chunk] = record
        elif isinstance(record, Forgotten):
            found.pop(record.key, None)
    return [part for part in found.values() if part.stored and part.path.is_file()]


def _adopt(entry: Entry, parts: list[_Part], work: Path, journal: Journal) -> bool:
    """Give a file the part that fits, one of its own name first; the journal knows of it before the file is moved."""
    fits = [part for part in parts if _fits(part.begun, entry)]
    if not fits:
        return False
    name = entry.path.rpartition("/")[2]
    part = next((each for each in fits if each.begun.name == name), fits[0])
    parts.remove(part)
    key = file_key(entry)
    records: list[AnyRecord] = [
        begun(entry),
        *(ChunkStored(key, each.chunk, each.hash) for each in part.stored.values()),
    ]
    for record in records:
        journal.write(record)
        journal.records.append(record)
    os.replace(part.path, work / key)
    part.journal.write(Forgotten(part.begun.key))
    return True


def _fits(begun: Begun, entry: Entry) -> bool:
    """Whether what was begun may be this: the roots tell, where both are known."""
    if begun.root is not None and entry.root is not None:
        return begun.root == entry.root
    return entry.mtime is not None and (begun.size, begun.mtime) == (entry.size, entry.mtime)


def begun(entry: Entry) -> Begun:
    """The record of a file that is begun now."""
    return Begun(file_key(entry), entry.size, entry.mtime, entry.path.rpartition("/")[2], entry.root)
