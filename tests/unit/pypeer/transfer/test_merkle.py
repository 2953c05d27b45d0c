"""Hashes: against libtorrent's roots, against a direct reading of BEP 52, and their errors."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.transfer import chunks, merkle
from tests.vectors import make_transfer
from tests.vectors.stream import stream

VECTORS: dict[str, Any] = json.loads((Path(make_transfer.__file__).parent / "merkle.json").read_text("utf-8"))


def chunk_hashes(data: bytes) -> bytes:
    step = chunks.chunk_bytes(len(data))
    return b"".join(merkle.chunk_hash(data[at : at + step], len(data)) for at in range(0, len(data), step))


def plain_root(data: bytes) -> bytes:
    """BEP 52 without chunks: all leaves, padded to a power of two, hashed pairwise."""
    nodes = [hashlib.sha256(data[at : at + 16384]).digest() for at in range(0, len(data), 16384)]
    while len(nodes) & (len(nodes) - 1):
        nodes.append(bytes(32))
    while len(nodes) > 1:
        nodes = [hashlib.sha256(nodes[i] + nodes[i + 1]).digest() for i in range(0, len(nodes), 2)]
    return nodes[0]


@pytest.mark.parametrize("vector", VECTORS["libtorrent"], ids=lambda v: str(v["size"]))
def test_roots_of_libtorrent(vector: dict[str, Any]) -> None:
    hashes = chunk_hashes(stream(vector["size"]))
    assert merkle.file_root(hashes, vector["size"]).hex() == vector["root"]
    if chunks.chunk_count(vector["size"]) == 1:
        assert hashes.hex() == vector["root"]


def test_vectors_are_what_the_code_makes() -> None:
    assert make_transfer.merkle_vectors() == VECTORS


@given(st.integers(1, 700_000), st.binary(max_size=4))
def test_root_is_that_of_all_leaves(size: int, seed: bytes) -> None:
    data = stream(size, seed)
    assert merkle.file_root(chunk_hashes(data), size) == plain_root(data)


@pytest.mark.parametrize("count", [0, 2, 4])
def test_wrong_number_of_hashes(count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} hashes for 3 chunks"):
        merkle.file_root(bytes(32 * count), 3 * 262144)


@pytest.mark.parametrize("size", [1, 16384, 20000, 262144, 262145, 600_000, 9_000_000_000])
def test_zeros_are_hashed_without_making_them(size: int) -> None:
    for chunk in {0, chunks.chunk_count(size) - 1}:
        zeros = bytes(chunks.chunk_length(size, chunk))
        assert merkle.zero_hash(size, chunk) == merkle.chunk_hash(zeros, size)
