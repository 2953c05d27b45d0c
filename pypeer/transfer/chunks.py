"""How a file divides into chunks: a function of its size alone, so both sides agree without a word."""

from collections.abc import Sequence
from functools import lru_cache

from pypeer.protocol import limits

Range = tuple[int, int]
"""Chunks from the first up to before the second number."""


@lru_cache(maxsize=1024)  # asked a dozen times for each chunk
def chunk_bytes(size: int) -> int:
    """Chunk size of a file in bytes: 256 KiB, doubled while there are more than 16,384 chunks, at most 4 MiB."""
    chunk = limits.CHUNK_BYTES
    while chunk < limits.CHUNK_BYTES_MAX and size > chunk * limits.CHUNKS_PER_FILE:
        chunk *= 2
    return chunk


def chunk_count(size: int) -> int:
    """Number of chunks; an empty file has none."""
    return -(-size // chunk_bytes(size))


def chunk_length(size: int, chunk: int) -> int:
    """Bytes in chunk number `chunk`, which must exist; the last one is shorter."""
    if size <= limits.CHUNK_BYTES:
        return size  # asked several times for each of many small files
    full = chunk_bytes(size)
    return min(full, size - chunk * full)


def without(ranges: Sequence[Range], holes: Sequence[Range]) -> tuple[Range, ...]:
    """What of these ranges is in none of the holes; both ascending."""
    left: list[Range] = []
    for start, stop in ranges:
        for hole, end in holes:
            if hole < stop and end > start:
                if start < hole:
                    left.append((start, hole))
                start = min(end, stop)
        if start < stop:
            left.append((start, stop))
    return tuple(left)


def range_length(size: int, start: int, stop: int) -> int:
    """Bytes in the chunks from `start` up to before `stop`, all of which must exist."""
    full = chunk_bytes(size)
    return min(size, stop * full) - start * full
