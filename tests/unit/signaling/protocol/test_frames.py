"""Frames of WebSockets: what is cut from a stream, however it comes in, and what is none."""

import random
from typing import Final

import pytest

from pypeer.masking import xor
from signaling.protocol.frames import (
    BUFFER_BYTES,
    NO_STATUS,
    PROTOCOL_ERROR,
    ROOM,
    TOO_BIG,
    FrameError,
    Incoming,
    Kind,
    Message,
    close_code,
    closing,
    framed,
    with_room,
)

MOST: Final = 257 * 1024
MASK: Final = b"\x01\x20\xfe\x80"
LENGTHS: Final = (0, 1, 125, 126, 65_535, 65_536, BUFFER_BYTES - 4, BUFFER_BYTES, MOST)


def masked(kind: Kind, payload: bytes = b"", final: bool = True, reserved: int = 0) -> bytes:
    """A frame of a client."""
    data = with_room(payload)
    xor(MASK, data)
    frame = bytearray(framed(kind, data, MASK))
    frame[0] = (128 if final else 0) | reserved | kind
    return bytes(frame)


def feed(incoming: Incoming, stream: bytes, pieces: int = BUFFER_BYTES) -> list[tuple[Kind, bytes]]:
    """Let a stream arrive, at most so many bytes at once."""
    got = []
    while stream:
        room = incoming.room()
        count = min(len(room), len(stream), pieces)
        assert count, "there is always room"
        room[:count] = stream[:count]
        stream = stream[count:]
        incoming.arrived(count)
        while (message := incoming.next()) is not None:
            got.append((message.kind, bytes(message.payload)))
    return got


def server() -> Incoming:
    """The side of a server."""
    return Incoming(MOST, xor)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("pieces", [5000, MOST])
def test_messages_of_a_client_arrive_however_they_are_cut(length: int, pieces: int) -> None:
    payload = random.Random(length).randbytes(length)
    stream = masked(Kind.BINARY, payload) + masked(Kind.TEXT, b"{}") + masked(Kind.BINARY, payload)
    expected = [(Kind.BINARY, payload), (Kind.TEXT, b"{}"), (Kind.BINARY, payload)]
    assert feed(server(), stream, pieces) == expected


@pytest.mark.parametrize("length", LENGTHS)
def test_messages_of_a_server_arrive_and_are_passed_on_where_they_lie(length: int) -> None:
    payload = random.Random(length).randbytes(length)
    stream = bytes(framed(Kind.BINARY, with_room(payload)))
    assert feed(Incoming(MOST, None), stream * 2) == [(Kind.BINARY, payload)] * 2
    data = with_room(payload)
    assert framed(Kind.BINARY, data).obj is data


def test_the_masked_example_of_the_standard() -> None:
    stream = bytes((0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58))
    assert feed(server(), stream, 1) == [(Kind.TEXT, b"Hello")]


def test_parts_are_put_together_and_control_frames_come_between_them() -> None:
    stream = (
        masked(Kind.BINARY, b"one ", final=False)
        + masked(Kind.PING, b"still there?")
        + masked(Kind.CONTINUATION, b"", final=False)
        + masked(Kind.CONTINUATION, b"message")
        + masked(Kind.BINARY, b"next")
    )
    expected = [(Kind.PING, b"still there?"), (Kind.BINARY, b"one message"), (Kind.BINARY, b"next")]
    assert feed(server(), stream, 3) == feed(server(), stream) == expected


@pytest.mark.parametrize(
    "stream",
    [
        masked(Kind.BINARY, reserved=0x40),
        masked(Kind.BINARY, reserved=0x10),
        masked(Kind.BINARY, reserved=3),
        masked(Kind.CONTINUATION),
        masked(Kind.BINARY, final=False) + masked(Kind.BINARY),
        masked(Kind.PING, final=False),
        masked(Kind.PING, bytes(126)),
        bytes(framed(Kind.BINARY, with_room(b"not masked"))),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_no_websocket(stream: bytes) -> None:
    with pytest.raises(FrameError) as error:
        feed(server(), stream)
    assert error.value.code == PROTOCOL_ERROR


def test_what_a_server_has_masked_is_refused() -> None:
    with pytest.raises(FrameError) as error:
        feed(Incoming(MOST, None), masked(Kind.BINARY))
    assert error.value.code == PROTOCOL_ERROR


@pytest.mark.parametrize(
    "stream",
    [
        masked(Kind.BINARY, bytes(MOST + 1))[:14],
        b"\x82\xff" + b"\xff" * 8 + MASK,
        masked(Kind.BINARY, bytes(MOST), final=False) + masked(Kind.CONTINUATION, b"1")[:6],
    ],
)
def test_what_is_too_big_is_refused_before_it_comes(stream: bytes) -> None:
    with pytest.raises(FrameError) as error:
        feed(server(), stream)
    assert error.value.code == TOO_BIG


def test_nothing_is_held_for_who_sends_nothing() -> None:
    incoming = server()
    feed(incoming, masked(Kind.BINARY, b"1"))
    assert not incoming._buffer
    assert incoming.next() is None


@pytest.mark.parametrize("code", [1000, 1001, 1009, 3000, 4999, NO_STATUS])
def test_close_codes_come_through(code: int) -> None:
    assert close_code(Message(Kind.CLOSE, closing(code)).payload) == code


@pytest.mark.parametrize("payload", [b"\x03", b"\x00\x00", b"\x03\xe7", b"\x03\xed", b"\x03\xee", b"\x13\x88"])
def test_close_codes_that_must_not_be_sent(payload: bytes) -> None:
    with pytest.raises(FrameError) as error:
        close_code(memoryview(payload))
    assert error.value.code == PROTOCOL_ERROR


def test_the_room_fits_the_longest_header() -> None:
    assert len(framed(Kind.BINARY, bytearray(ROOM + 70_000), MASK)) == 70_000 + 14


def some(chance: random.Random) -> bytes:
    """A message in up to four parts, with pings between them."""
    parts = chance.randrange(4)
    frames = []
    for number in range(parts + 1):
        kind = Kind.CONTINUATION if number else chance.choice((Kind.BINARY, Kind.TEXT))
        frames += [masked(kind, chance.randbytes(chance.choice((0, 5, 125, 300))), number == parts), masked(Kind.PING)]
    return b"".join(frames)


def spoiled(chance: random.Random) -> bytes:
    """Some messages, with up to two wrong bits early on, cut off somewhere."""
    stream = bytearray(b"".join(some(chance) for _ in range(3)))
    for _ in range(chance.randrange(3)):
        stream[chance.randrange(min(20, len(stream)))] ^= 1 << chance.randrange(8)
    return bytes(stream[: chance.randrange(len(stream)) + 1])


def test_hostile_streams_are_refused_or_understood_and_never_held_beyond_the_bound() -> None:
    chance = random.Random(6455)
    ends = dict.fromkeys((None, PROTOCOL_ERROR, TOO_BIG), 0)
    for _ in range(1000):
        incoming, end = Incoming(500, xor), None
        try:
            got = feed(incoming, spoiled(chance), chance.choice((13, 5000)))
            assert all(len(payload) <= 500 for _, payload in got)
        except FrameError as error:
            end = error.code
        ends[end] += 1
        assert len(incoming._own or b"") <= ROOM + 500
        assert incoming._message is None or len(incoming._message.data) <= ROOM + 500
    assert min(ends.values()) > 20
