"""Hashes of chunks and of files as they become known, shared by all receivers of an offer."""

import threading
from collections.abc import Iterable

from pypeer.transfer import chunks, merkle


class Digests:
    """So many hashes in one block of memory, which is allocated when the first is known."""

    def __init__(self, count: int) -> None:
        self.data = bytearray()
        self._count = count

    def get(self, number: int) -> bytes | None:
        """One of them if it is known."""
        found = bytes(self.data[number * merkle.HASH_BYTES : (number + 1) * merkle.HASH_BYTES])
        return found if any(found) else None

    def put(self, number: int, digest: bytes) -> None:
        """Learn one."""
        if not self.data:
            self.data = bytearray(merkle.HASH_BYTES * self._count)
        self.data[number * merkle.HASH_BYTES : (number + 1) * merkle.HASH_BYTES] = digest


class FileHashes:
    """32 bytes for each chunk, allocated when the first is known. For threads: readers of several sessions use it."""

    def __init__(self, size: int) -> None:
        self.root = merkle.MISSING_LEAF if size == 0 else None
        """The root, once every chunk is known."""
        self._size = size
        self._lock = threading.Lock()
        self._hashes = Digests(chunks.chunk_count(size))
        self._unknown = chunks.chunk_count(size)
        self._first = 0

    def get(self, chunk: int) -> bytes | None:
        """The hash of a chunk if it is known."""
        return self._hashes.get(chunk)

    def put(self, chunk: int, digest: bytes) -> None:
        """Learn the hash of a chunk."""
        with self._lock:
            self._unknown -= self._hashes.get(chunk) is None
            self._hashes.put(chunk, digest)
            if not self._unknown and self.root is None:
                self.root = merkle.file_root(self._hashes.data, self._size)

    def put_zeros(self, holes: Iterable[tuple[int, int]]) -> None:
        """Learn the hashes of chunks that are zero, without looking at them; all but the last are alike."""
        last = chunks.chunk_count(self._size) - 1
        for start, stop in holes:
            alike = merkle.zero_hash(self._size, 0) if last else b""
            for chunk in range(start, stop):
                self.put(chunk, alike if chunk < last else merkle.zero_hash(self._size, last))

    def unknown(self) -> int | None:
        """The first chunk whose hash is not known yet; all of them, one after another, cost one pass in all."""
        while self._first < chunks.chunk_count(self._size) and self.get(self._first) is not None:
            self._first += 1
        return self._first if self._first < chunks.chunk_count(self._size) else None
