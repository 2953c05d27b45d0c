"""What an earlier run of the same fetch left, as far as it is true. Blocking."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, merkle
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.hashes import FileHashes
from pypeer.transfer.journal import AnyRecord, ChunkStored, FilePlaced, Forgotten, TopPlaced, file_key


class AbortedError(Exception):
    """There is no hurry to know any more."""


@dataclass(slots=True)
class Found:
    """What can be gone on with. `missing` has the files that were begun; those in `earlier` are complete."""

    missing: dict[int, Ranges] = field(default_factory=dict)
    hashes: dict[int, FileHashes] = field(default_factory=dict)
    earlier: dict[int, FilePlaced] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


def recover(
    into: Path, work: Path, entries: Sequence[Entry], records: Sequence[AnyRecord], aborted: Callable[[], bool]
) -> Found:
    """Compare the journal with the disk, hashing every part file; what is of no use is removed.

    Raises OSError, and AbortedError once `aborted` says so.
    """
    found = _read(entries, records)
    found.earlier = {i: placed for i, placed in found.earlier.items() if _is_there(into, placed, entries[i])}
    found.missing = dict.fromkeys(found.earlier, ())
    found.hashes = {i: known for i, known in found.hashes.items() if i not in found.earlier}
    for file, known in found.hashes.items():
        path = work / file_key(entries[file])
        found.hashes[file], found.missing[file] = _verify(path, entries[file].size, known, aborted)
    keep = {"journal", *(file_key(entries[file]) for file in found.hashes)}
    for path in work.iterdir():
        if path.name not in keep:
            path.unlink()
    return found


def _read(entries: Sequence[Entry], records: Sequence[AnyRecord]) -> Found:
    """What the journal says of the files that are offered now."""
    found = Found()
    files = {file_key(entry): i for i, entry in enumerate(entries) if not entry.folder}
    for record in records:
        if isinstance(record, TopPlaced):
            found.places[record.name] = record.place
            continue
        file = files.get(record.key)
        if file is None:
            continue
        match record:
            case ChunkStored():
                _learn(found, file, entries[file].size, record)
            case FilePlaced():
                found.earlier[file] = record
            case Forgotten():
                found.hashes.pop(file, None)
                found.earlier.pop(file, None)
    return found


def _learn(found: Found, file: int, size: int, record: ChunkStored) -> None:
    if record.chunk < chunks.chunk_count(size) and len(record.hash) == merkle.HASH_BYTES:
        found.hashes.setdefault(file, FileHashes(size)).put(record.chunk, record.hash)


def _is_there(into: Path, placed: FilePlaced, entry: Entry) -> bool:
    """Whether a file that an earlier run completed is still what it was."""
    try:
        status = os.lstat(into / placed.place)
    except OSError:
        return False
    same_time = entry.mtime is None or status.st_mtime_ns // 1_000_000 == entry.mtime
    return status.st_size == entry.size and same_time


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


def root_of(path: Path, size: int, aborted: Callable[[], bool]) -> bytes | None:
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
    length = chunks.chunk_length(size, chunk)
    os.lseek(handle, chunk * chunks.chunk_bytes(size), os.SEEK_SET)
    data = os.read(handle, length)
    return merkle.chunk_hash(data, size) if len(data) == length else None
