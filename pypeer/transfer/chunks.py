"""How a file divides into chunks: a function of its size alone, so both sides agree without a word."""

from pypeer.protocol import limits


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
    full = chunk_bytes(size)
    return min(full, size - chunk * full)


def range_length(size: int, start: int, stop: int) -> int:
    """Bytes in the chunks from `start` up to before `stop`, all of which must exist."""
    full = chunk_bytes(size)
    return min(size, stop * full) - start * full
