"""What an earlier run of the same fetch left, as far as it is true. Blocking."""

import os
import stat
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, merkle
from pypeer.transfer.bases import read_chunk
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.hashes import FileHashes
from pypeer.transfer.journal import (
    AnyRecord,
    Begun,
    ChunkStored,
    FilePlaced,
    Forgotten,
    Settled,
    TopPlaced,
    file_key,
    stamp_of,
)


class AbortedError(Exception):
    """There is no hurry to know any more."""


@dataclass(slots=True)
class Found:
    """What can be gone on with. `missing` has the files that were begun; those in `earlier` are complete.

    `outdated` are files that an earlier run completed and nobody touched since, which are offered no more as they are:
    where each is, and its stamp. `changed` counts files of several chunks that were begun and are offered no more as
    they were; `bases` are the parts of those whose name is still on offer.
    """

    missing: dict[int, Ranges] = field(default_factory=dict)
    hashes: dict[int, FileHashes] = field(default_factory=dict)
    earlier: dict[int, FilePlaced] = field(default_factory=dict)
    stamps: dict[int, tuple[int, int]] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    outdated: dict[str, tuple[int, int]] = field(default_factory=dict)
    changed: int = 0
    bases: dict[int, Path] = field(default_factory=dict)


def recover(
    into: Path, work: Path, entries: Sequence[Entry], records: Sequence[AnyRecord], aborted: Callable[[], bool]
) -> Found:
    """Compare the journal with the disk, hashing every part file; what is of no use is removed.

    Raises OSError, and AbortedError once `aborted` says so.
    """
    _unlink_named(work)
    found = _read(into, entries, records)
    found.earlier = {i: each for i, each in found.earlier.items() if _is_there(into, i, found, entries, aborted)}
    found.outdated = _outdated(into, records, {each.place for each in found.earlier.values()})
    found.missing = dict.fromkeys(found.earlier, ())
    found.hashes = {i: known for i, known in found.hashes.items() if i not in found.earlier}
    for file, known in found.hashes.items():
        path = work / file_key(entries[file])
        found.hashes[file], found.missing[file] = _verify(path, entries[file].size, known, aborted)
    _tidy(work, entries, records, found)
    return found


def notes(found: Found, adopted: int, places: Iterable[str]) -> Iterator[str]:
    """What became of what an earlier run left, for the person; `places` are the names that files get now."""
    if adopted:
        yield f"files that were begun under another name and go on: {adopted}"
    if found.changed:
        gone = "files that were begun and have changed at the sender, or are gone there"
        yield f"{gone}: {found.changed}; what has changed is fetched anew"
    changed = sum(place in found.outdated for place in places) if found.outdated else 0
    if changed:
        yield f"files that were fetched before and have changed at the sender: {changed}; they are replaced"


def _tidy(work: Path, entries: Sequence[Entry], records: Sequence[AnyRecord], found: Found) -> None:
    """Remove part files that nothing goes on with, but for those of files that have changed since."""
    keep = {"journal", *(file_key(entries[file]) for file in found.hashes)}
    begun = {record.key: record.name for record in records if isinstance(record, Begun)}
    offered = {entry.path.rpartition("/")[2]: file for file, entry in enumerate(entries) if not entry.folder}
    for path in work.iterdir():
        if path.name in keep:
            continue
        found.changed += path.name in begun
        file = offered.get(begun.get(path.name, ""))
        if file is None or file in found.hashes or file in found.bases:
            path.unlink()
        else:
            found.bases[file] = path


def _unlink_named(work: Path) -> None:
    """A part file that has a second name is one that got its final name when its run was killed: not to be touched."""
    for path in work.iterdir():
        if path.lstat().st_nlink > 1:
            path.unlink()


def _read(into: Path, entries: Sequence[Entry], records: Sequence[AnyRecord]) -> Found:
    """What the journal says of the files that are offered now."""
    found = Found()
    files = {file_key(entry): i for i, entry in enumerate(entries) if not entry.folder}
    for record in records:
        if isinstance(record, TopPlaced):
            if record.made or _is_empty(into / record.place):
                found.places[record.name] = record.place
            continue
        file = files.get(record.key)
        if file is None or isinstance(record, Begun):
            continue
        match record:
            case ChunkStored():
                _learn(found, file, entries[file].size, record)
            case FilePlaced():
                found.earlier[file] = record
                found.stamps.pop(file, None)
            case Settled():
                found.stamps[file] = record.stamp
                found.hashes.pop(file, None)  # there is no part file any more
            case Forgotten():
                found.hashes.pop(file, None)
                found.earlier.pop(file, None)
    return found


def _outdated(into: Path, records: Sequence[AnyRecord], current: Container[str]) -> dict[str, tuple[int, int]]:
    """Files that earlier runs put there and are not `current`; one is read if there was no time to note its stamp."""
    put: dict[str, FilePlaced] = {}
    roots: dict[str, set[bytes]] = {}
    stamps: dict[str, set[tuple[int, int]]] = {}
    for record in records:
        if isinstance(record, FilePlaced):
            put[record.key] = record
            roots.setdefault(record.place, set()).add(record.root)
        elif isinstance(record, Settled) and record.key in put:
            stamps.setdefault(put[record.key].place, set()).add(record.stamp)
    places = (place for place in roots if place not in current)
    found = {place: _stamp(into / place, stamps.get(place, ()), roots[place]) for place in places}
    return {place: stamp for place, stamp in found.items() if stamp is not None}


def _stamp(path: Path, known: Container[tuple[int, int]], roots: Container[bytes]) -> tuple[int, int] | None:
    """The stamp of a file, if that is known, or if it has one of these roots."""
    try:
        status = os.lstat(path)
        now = stamp_of(status)
        is_ours = stat.S_ISREG(status.st_mode) and (now in known or root_of(path, status.st_size) in roots)
    except OSError:
        return None
    return now if is_ours else None


def _learn(found: Found, file: int, size: int, record: ChunkStored) -> None:
    if record.chunk < chunks.chunk_count(size) and len(record.hash) == merkle.HASH_BYTES:
        found.hashes.setdefault(file, FileHashes(size)).put(record.chunk, record.hash)


def _is_empty(folder: Path) -> bool:
    """Whether this is a folder with nothing in it: made by a run that was killed before it could say so, or as good."""
    return not folder.is_symlink() and folder.is_dir() and not any(folder.iterdir())


def _is_there(into: Path, file: int, found: Found, entries: Sequence[Entry], aborted: Callable[[], bool]) -> bool:
    """Whether a file that an earlier run completed is still what it was; it is read if the stamp does not tell."""
    placed, size = found.earlier[file], entries[file].size
    try:
        status = os.lstat(into / placed.place)
        if not stat.S_ISREG(status.st_mode) or status.st_size != size:
            return False
        if found.stamps.get(file) == stamp_of(status):
            return True
        found.stamps[file] = stamp_of(status)
        return root_of(into / placed.place, size, aborted) == placed.root
    except OSError:
        return False


def _verify(path: Path, size: int, known: FileHashes, aborted: Callable[[], bool]) -> tuple[FileHashes, Ranges]:
    """The chunks of a part file that are what the journal says, and the ranges of the others."""
    good = FileHashes(size)
    missing: list[tuple[int, int]] = []
    with open(path, "a+b", buffering=0) as part:
        for chunk in range(chunks.chunk_count(size)):
            if aborted():
                raise AbortedError
            digest = known.get(chunk)
            if digest is not None and _hash(part.fileno(), size, chunk) == digest:
                good.put(chunk, digest)
            elif missing and missing[-1][1] == chunk:
                missing[-1] = (missing[-1][0], chunk + 1)
            else:
                missing.append((chunk, chunk + 1))
    return good, tuple(missing)


def root_of(path: Path, size: int, aborted: Callable[[], bool] = lambda: False) -> bytes | None:
    """Root of a file that has this size; None if it has changed meanwhile. Raises OSError and AbortedError."""
    hashes = FileHashes(size)
    with open(path, "rb", buffering=0) as file:
        for chunk in range(chunks.chunk_count(size)):
            if aborted():
                raise AbortedError
            digest = _hash(file.fileno(), size, chunk)
            if digest is None:
                return None
            hashes.put(chunk, digest)
    return hashes.root


def _hash(handle: int, size: int, chunk: int) -> bytes | None:
    """Hash of a chunk of a part file; None if the file ends before it."""
    data = read_chunk(handle, size, chunk)
    return None if data is None else merkle.chunk_hash(data, size)
