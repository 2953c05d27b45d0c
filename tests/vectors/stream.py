"""Deterministic content for vectors: SHA-256 of the 8-byte big-endian numbers 0, 1, 2, ... one after the other."""

import hashlib


def stream(size: int, seed: bytes = b"") -> bytes:
    """The first `size` bytes; another `seed`, put before each number, gives other content."""
    blocks = (hashlib.sha256(seed + number.to_bytes(8, "big")).digest() for number in range(-(-size // 32)))
    return b"".join(blocks)[:size]
