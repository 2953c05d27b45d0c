"""What is offered, and how its chunks are read: each one hashed once, each file watched for changes.

Reading blocks and runs in threads; one OfferedTree serves all receivers of its code at the same time. Hashing what is
to be sent does not: see `merkle.chunk_hash`.
"""

import asyncio
import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import Final, Protocol

from pypeer.errors import TransferError
from pypeer.octets import Lasting
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry, Offer
from pypeer.transfer import chunks, endings, manifest, merkle
from pypeer.transfer.effects import Chunk, Read
from pypeer.transfer.hashes import Digests, FileHashes
from pypeer.transfer.identity import Source
from pypeer.transfer.scanning import CAREFUL, Policy, scan_paths
from pypeer.transfer.storing import Lost

HANDLES: Final = 16
"""Files kept open for reading in one offer: more than are read at a time, far below any limit on open files."""

HASH_STEP_BYTES: Final = 16 * 2**20
"""How much is hashed for a root before others get their turn: 10 ms of work."""


class Content(Protocol):
    """Where the bytes of an offer come from. For threads."""

    def read(self, file: int, offset: int, length: int) -> bytes:
        """Exactly these bytes; raises ChangedError or OSError."""

    def close(self) -> None:
        """Let go of what is open; reading opens it again."""


class ChangedError(Exception):
    """The file is not the one any more that was scanned."""


class OfferedTree:
    """Entries, their content, and the hashes known so far."""

    def __init__(self, entries: Sequence[Entry], content: Content, title: str, text: bool = False) -> None:
        self.entries = entries
        self.offer: Offer = manifest.offer(entries, title, text)
        self.skipped: Sequence[str] = ()
        """What was left out of the offer, and why, for the person who offers it."""
        self._content = content
        self._hashes: dict[int, FileHashes] = {}
        self._small = Digests(len(entries))
        self._lock = threading.Lock()

    def read(self, reads: Sequence[Read]) -> list[Lasting | Lost]:
        """Read chunks; blocking.

        Those that follow one another are read together: every call of the system lets go of the GIL, and a thread waits
        to have it again while the event loop has much to do.
        """
        results: list[Lasting | Lost] = []
        while len(results) < len(reads):
            results += self._read_run(reads, len(results))
        return results

    def hashed(self, file: int, chunk: int, data: Lasting) -> Chunk:
        """A chunk that was read, with its hash, which is found once; `data` may be empty where that is known."""
        if chunks.chunk_count(self.entries[file].size) == 1:
            root = self._small.get(file) or merkle.chunk_hash(data, self.entries[file].size)
            self._small.put(file, root)
            return Chunk(data, root, root)
        hashes = self._hashes_of(file)
        digest = hashes.get(chunk)
        if digest is None:
            digest = merkle.chunk_hash(data, self.entries[file].size)
            hashes.put(chunk, digest)
        return Chunk(data, digest, hashes.root)

    def hash_some(self, file: int) -> bytes | Lost | None:
        """Hash on towards the root of a file, for a bounded time: the root, or None to be called again; blocking."""
        known = self._small.get(file)
        if known is not None:
            return known
        hashes = self._hashes_of(file)
        budget = HASH_STEP_BYTES
        while budget > 0 and (chunk := hashes.unknown()) is not None:
            data = self._read(file, chunk)
            if isinstance(data, Lost):
                return data
            digest = self.hashed(file, chunk, data).hash
            hashes.put(chunk, digest)
            budget -= len(data)
        return hashes.root

    def close(self) -> None:
        """Close open files."""
        self._content.close()

    def _read_run(self, reads: Sequence[Read], start: int) -> list[Lasting | Lost]:
        """One read, and those behind it that go on where it ends; each for itself if that fails."""
        first, stop = reads[start], start + 1
        while stop < len(reads) and self._goes_on(reads[stop - 1], reads[stop]):
            stop += 1
        size = self.entries[first.file].size
        ends = list(accumulate(chunks.chunk_length(size, read.chunk) for read in reads[start:stop]))
        if stop - start > 1:
            with suppress(ChangedError, OSError):
                data = memoryview(self._content.read(first.file, first.chunk * chunks.chunk_bytes(size), ends[-1]))
                return [data[at:end] for at, end in zip((0, *ends), ends, strict=False)]
        return [self._read(read.file, read.chunk, read.bare) for read in reads[start:stop]]

    def _goes_on(self, read: Read, after: Read) -> bool:
        plain = not (read.bare or after.bare or self.entries[read.file].hole_ranges)
        return plain and (after.file, after.chunk) == (read.file, read.chunk + 1)

    def _read(self, file: int, chunk: int, bare: bool = False) -> bytes | Lost:
        size = self.entries[file].size
        offset, length = chunk * chunks.chunk_bytes(size), chunks.chunk_length(size, chunk)
        try:
            if any(start <= chunk < stop for start, stop in self.entries[file].hole_ranges):
                # Reading nothing still looks whether the file is what it was.
                return self._content.read(file, offset, 0) or bytes(length)
            return self._content.read(file, offset, 0 if bare and self._is_hashed(file, chunk) else length)
        except ChangedError:
            return Lost(file, EndCode.CHANGED, endings.TEXTS[EndCode.CHANGED], detail="")
        except OSError as error:
            text = f"the file was removed or can no longer be read: {error.strerror}"
            return Lost(file, EndCode.VANISHED, text, detail=error.strerror or "")

    def _is_hashed(self, file: int, chunk: int) -> bool:
        one = chunks.chunk_count(self.entries[file].size) == 1
        return (self._small.get(file) if one else self._hashes_of(file).get(chunk)) is not None

    def _hashes_of(self, file: int) -> FileHashes:
        with self._lock:
            if file not in self._hashes:
                self._hashes[file] = FileHashes(self.entries[file].size)
                self._hashes[file].put_zeros(self.entries[file].hole_ranges)
            return self._hashes[file]


class Files:
    """Content of scanned files. A file is checked to be the scanned one when it is opened and after each read."""

    def __init__(self, sources: Sequence[Source | None]) -> None:
        self._sources = sources
        self._open: OrderedDict[int, int] = OrderedDict()
        self._lock = threading.Lock()

    def read(self, file: int, offset: int, length: int) -> bytes:
        """Exactly these bytes; raises ChangedError or OSError."""
        source = self._sources[file]
        assert source is not None, "the sender reads no folders"
        path = source.path
        with self._lock:
            handle = self._handle(file, source, path)
            data = read_at(handle, offset, length)
        if len(data) < length or not source.is_same(os.stat(path)):
            raise ChangedError
        return data

    def close(self) -> None:
        """Close open files; reading opens them again."""
        with self._lock:
            while self._open:
                os.close(self._open.popitem()[1])

    def _handle(self, file: int, source: Source, path: str) -> int:
        if file in self._open:
            self._open.move_to_end(file)
            return self._open[file]
        # Without O_NONBLOCK a pipe that took the place of the file would block the thread for ever.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
        if not source.is_same(os.fstat(handle)):
            os.close(handle)
            raise ChangedError
        self._open[file] = handle
        if len(self._open) > HANDLES:
            os.close(self._open.popitem(last=False)[1])
        return handle


class Text:
    """Content of a text."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, file: int, offset: int, length: int) -> bytes:
        """Exactly these bytes."""
        return self._data[offset : offset + length]

    def close(self) -> None:
        """Nothing is open."""


async def scan(paths: Sequence[Path], policy: Policy = CAREFUL) -> OfferedTree:
    """What these files and folders offer; raises TransferError if one is not there or nothing can be read."""
    found = await asyncio.to_thread(scan_paths, paths, policy)
    if sum(entry.size for entry in found.entries) > limits.FILE_BYTES:
        raise TransferError("that is more than one offer can hold: 8 PiB", EndCode.TOO_MANY_ENTRIES)
    tree = OfferedTree(found.entries, Files(found.sources), found.title)
    tree.skipped = found.skipped
    return tree


def text_tree(text: str) -> OfferedTree:
    """A text to be shown, not stored; raises TransferError if it is too long, or was no UTF-8 where it came from."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise TransferError("a text has to be in UTF-8; send it as a file", EndCode.CORRUPT) from None
    if len(data) > limits.TEXT_BYTES:
        raise TransferError("a text has at most 1 MiB; send it as a file", EndCode.TOO_MANY_ENTRIES)
    return OfferedTree([Entry(path="text.txt", size=len(data))], Text(data), "", text=True)


def read_at(handle: int, offset: int, length: int) -> bytes:
    """So many bytes of an open file, fewer if it ends before."""
    parts = []
    while length > 0 and (part := _read_some(handle, offset, length)):
        parts.append(part)
        offset += len(part)
        length -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _read_some(handle: int, offset: int, length: int) -> bytes:
    if sys.platform == "win32":
        os.lseek(handle, offset, os.SEEK_SET)
        return os.read(handle, length)
    return os.pread(handle, length, offset)
