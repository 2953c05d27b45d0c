"""The codec of frames: vectors, round trips, and bytes that are none."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.protocol import frames, limits
from pypeer.protocol.messages import Entries, Entry, List, Pause
from tests.vectors import make_transfer

VECTORS: dict[str, Any] = json.loads((Path(make_transfer.__file__).parent / "frames.json").read_text("utf-8"))
NUMBERS = st.integers(0, 2**32 - 1)
HASHES = st.binary(min_size=32, max_size=32)
FRAMES = st.one_of(
    st.builds(frames.Request, NUMBERS, NUMBERS, NUMBERS),
    st.builds(frames.Probe, NUMBERS, NUMBERS, NUMBERS),
    st.builds(frames.Stop, NUMBERS),
    st.builds(frames.Data, NUMBERS, st.binary(min_size=1).map(memoryview)),
    st.builds(frames.End, NUMBERS, HASHES, st.none() | HASHES),
    st.builds(lambda start: List(start=start), NUMBERS),
    st.just(Pause()),
)


def form(frame: frames.Frame) -> dict[str, Any]:
    """A frame as the vectors write it."""
    match frame:
        case frames.Request():
            return {"type": "request", **msgspec.to_builtins(frame)}
        case frames.Probe():
            return {"type": "probe", **msgspec.to_builtins(frame)}
        case frames.Stop():
            return {"type": "stop", **msgspec.to_builtins(frame)}
        case frames.Data():
            return {"type": "data", "request": frame.request, "payload": frame.payload.hex()}
        case frames.End():
            root = {} if frame.root is None else {"root": frame.root.hex()}
            return {"type": "end", "request": frame.request, "hash": frame.hash.hex(), **root}
        case _:
            return {"type": "control", "message": json.loads(msgspec.json.encode(frame))}


@pytest.mark.parametrize("vector", VECTORS["binary"] + VECTORS["control"], ids=lambda v: v.get("name", v["hex"][:8]))
def test_vectors(vector: dict[str, Any]) -> None:
    frame = frames.decode(bytes.fromhex(vector["hex"]))
    assert form(frame) == vector["frame"]
    assert frames.encode(frame).hex() == vector["hex"]


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda v: v["name"])
def test_invalid_vectors(vector: dict[str, Any]) -> None:
    with pytest.raises(frames.FrameError):
        frames.decode(bytes.fromhex(vector["hex"]))


def test_vectors_are_what_the_code_makes() -> None:
    assert make_transfer.frame_vectors() == VECTORS


@given(FRAMES)
def test_round_trip(frame: frames.Frame) -> None:
    assert form(frames.decode(frames.encode(frame))) == form(frame)


@given(
    st.binary(max_size=100) | st.tuples(st.integers(0, 5), st.binary(max_size=80)).map(lambda t: bytes((t[0],)) + t[1])
)
def test_any_bytes_are_a_frame_or_a_frame_error(data: bytes) -> None:
    try:
        frame = frames.decode(data)
    except frames.FrameError:
        return
    assert form(frames.decode(frames.encode(frame))) == form(frame)


@given(st.recursive(st.none() | st.integers() | st.text(), lambda c: st.lists(c) | st.dictionaries(st.text(), c)))
def test_any_json_is_a_message_or_a_frame_error(value: Any) -> None:
    try:
        frames.decode(b"\0" + json.dumps(value).encode())
    except frames.FrameError:
        return


def test_deep_json_is_a_frame_error() -> None:
    with pytest.raises(frames.FrameError):
        frames.decode(b'\0{"t":"pause","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}")


def test_control_messages_are_bounded_both_ways() -> None:
    long = Entries(start=0, entries=tuple(Entry(path="x" * 4000) for _ in range(20)))
    with pytest.raises(frames.FrameError, match="longer than"):
        frames.encode(long)
    with pytest.raises(frames.FrameError, match="longer than"):
        frames.decode(b"\0" + b" " * (limits.CONTROL_BYTES + 1))
