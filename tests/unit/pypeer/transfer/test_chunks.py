"""The division of files into chunks."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.protocol import limits
from pypeer.transfer import chunks
from tests.vectors import make_transfer

VECTORS: list[dict[str, Any]] = json.loads((Path(make_transfer.__file__).parent / "chunks.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: str(v["size"]))
def test_vectors(vector: dict[str, int]) -> None:
    size, count = vector["size"], vector["count"]
    assert chunks.chunk_bytes(size) == vector["chunk"]
    assert chunks.chunk_count(size) == count
    assert not count or chunks.chunk_length(size, count - 1) == vector["last"]


@given(st.integers(1, limits.FILE_BYTES))
def test_chunks_add_up(size: int) -> None:
    count, full = chunks.chunk_count(size), chunks.chunk_bytes(size)
    assert (count - 1) * full + chunks.chunk_length(size, count - 1) == size
    assert chunks.range_length(size, 0, count) == size
    assert chunks.range_length(size, count - 1, count) == chunks.chunk_length(size, count - 1)
    assert count <= limits.CHUNKS_PER_FILE or full == limits.CHUNK_BYTES_MAX
    assert full in (2**18, 2**19, 2**20, 2**21, 2**22)


@pytest.mark.parametrize(
    ("ranges", "holes", "left"),
    [
        (((0, 9),), (), ((0, 9),)),
        (((0, 9),), ((0, 9),), ()),
        (((0, 9),), ((0, 2), (4, 5)), ((2, 4), (5, 9))),
        (((0, 9),), ((7, 12),), ((0, 7),)),
        (((1, 3), (5, 8)), ((2, 6),), ((1, 2), (6, 8))),
        (((1, 3), (5, 8)), ((3, 5), (8, 9)), ((1, 3), (5, 8))),
        ((), ((0, 1),), ()),
    ],
)
def test_what_is_not_in_holes(
    ranges: tuple[chunks.Range, ...], holes: tuple[chunks.Range, ...], left: tuple[chunks.Range, ...]
) -> None:
    assert chunks.without(ranges, holes) == left
