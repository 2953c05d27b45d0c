"""Frames in a stream of bytes: cut whatever the pieces in which they come, and put together in few."""

import os
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.links.framing import (
    BUFFER_BYTES,
    HEADER,
    LARGE_BYTES,
    RECORD_BYTES,
    FrameTooLongError,
    Incoming,
    Outgoing,
)

MOST = 1024 * 1024
SIZES = (0, 1, 13, 70, LARGE_BYTES - 1, LARGE_BYTES, 262_149, MOST)


def feed(incoming: Incoming, stream: bytes, steps: random.Random) -> list[bytes]:
    """Put it there in pieces of any size, as TLS does: the frames."""
    found = []
    while stream:
        room = incoming.room()
        assert len(room)
        count = min(len(room), len(stream), steps.choice((1, 5, 1000, 16_384, 262_144, BUFFER_BYTES)))
        room[:count] = stream[:count]
        stream = stream[count:]
        incoming.arrived(count)
        while (frame := incoming.next()) is not None:
            found.append(bytes(frame))
    return found


@given(st.lists(st.sampled_from(SIZES), max_size=6), st.randoms(use_true_random=False))
def test_frames_are_cut_as_they_were(sizes: list[int], steps: random.Random) -> None:
    frames = [os.urandom(size) for size in sizes]
    stream = b"".join(HEADER.pack(len(frame)) + frame for frame in frames)
    assert feed(Incoming(MOST), stream[:200_000] if len(stream) < 300 else stream, steps) == frames


def test_a_large_frame_has_memory_of_its_own_and_is_not_written_to_again() -> None:
    incoming, steps = Incoming(MOST), random.Random(1)
    large, other = os.urandom(262_149), os.urandom(262_149)
    kept = []
    for data in (large, other):
        stream = HEADER.pack(len(data)) + data
        while stream:
            room = incoming.room()
            count = min(len(room), len(stream), 60_000)
            room[:count] = stream[:count]
            stream = stream[count:]
            incoming.arrived(count)
            while (frame := incoming.next()) is not None:
                kept.append(frame)
    assert kept == [large, other]
    assert feed(incoming, HEADER.pack(1) + b"x", steps) == [b"x"]
    assert kept == [large, other]


def test_a_frame_longer_than_any_is_refused_before_it_comes() -> None:
    incoming = Incoming(MOST)
    incoming.room()[:4] = HEADER.pack(MOST + 1)
    incoming.arrived(4)
    with pytest.raises(FrameTooLongError):
        incoming.next()


@given(st.lists(st.sampled_from(SIZES), max_size=6), st.sampled_from(SIZES))
def test_what_waits_leaves_in_two_pieces_at_most_of_whole_records(sizes: list[int], last: int) -> None:
    outgoing = Outgoing()
    frames = [os.urandom(size) for size in (*(min(size, 1000) for size in sizes), last)]
    for frame in frames:
        outgoing.put(frame[:5], memoryview(frame)[5:])
    stream = b"".join(HEADER.pack(len(frame)) + frame for frame in frames)
    assert outgoing.bytes == len(stream)
    pieces = outgoing.take()
    assert b"".join(pieces) == stream
    assert len(pieces) <= 2
    assert all(len(piece) % RECORD_BYTES == 0 for piece in pieces[:-1])
    assert outgoing.bytes == 0
    assert outgoing.take() == []
