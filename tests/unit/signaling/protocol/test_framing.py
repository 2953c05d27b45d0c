"""Messages in a stream, however it is cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signaling.protocol import stun
from signaling.protocol.framing import STRANGER_BYTES, WHOLE_BYTES, Frames, FramingError, is_channel_data, payloads
from signaling.protocol.stun import Attribute, Class, Method

REQUEST = stun.encode(Method.ALLOCATE, Class.REQUEST, bytes(12), [(Attribute.DATA, b"x" * 13)])
CHANNEL = b"\x40\0\0\5hello\0\0\0"
EMPTY = b"\x4f\xff\0\0"


@given(st.lists(st.sampled_from([REQUEST, CHANNEL, EMPTY]), max_size=6), st.lists(st.integers(1, 9), min_size=1))
def test_messages_are_found_however_the_stream_is_cut(messages: list[bytes], sizes: list[int]) -> None:
    stream, frames, found, n = b"".join(messages), Frames(), list[bytes](), 0
    while stream:
        size = sizes[n % len(sizes)]
        found += frames.feed(stream[:size])
        stream, n = stream[size:], n + 1
    assert found == messages
    assert not frames._buffer


@pytest.mark.parametrize("data", [b"\x80\0\0\0", b"GET / HTTP/1.1\r\n", b"\xff" * 30])
def test_what_is_neither_ends_it(data: bytes) -> None:
    with pytest.raises(FramingError):
        Frames().feed(data)


def test_a_stranger_may_not_send_much_at_once_and_a_client_what_there_is() -> None:
    large = b"\x40\0" + (STRANGER_BYTES - 3).to_bytes(2, "big")
    with pytest.raises(FramingError):
        Frames().feed(large)
    frames = Frames()
    assert frames.feed(b"\x40\0" + (STRANGER_BYTES - 4).to_bytes(2, "big") + bytes(STRANGER_BYTES - 4))
    frames.most = WHOLE_BYTES
    assert frames.feed(b"\x40\0\xff\xff" + bytes(65_536)) == [b"\x40\0\xff\xff" + bytes(65_536)]
    assert frames.feed(b"\0\1\xff\xfc" + bytes(10)) == []


@pytest.mark.parametrize(
    ("datagrams", "found"),
    [
        ([b"\x40\0\0\2ab"], [b"ab"]),
        ([b"\x40\0\0\0"], [b""]),
        ([b"\x40\0\0\2ab", b"\x40\0\0\2cd"], [b"ab", b"cd"]),
        ([b"\x40\0\0\2ab", b"\x40\1\0\2cd"], None),
        ([b"\x40\0\0\2ab", b"\x40\0\0\1c"], [b"ab", b"c"]),
        ([b"\x40\0\0\2ab", b"\x40\0\0"], None),
        ([b"\x40\0\0\2ab", b"\x40\0\0\2c"], None),
        ([b"\x40\0\0\1a\0\0\0"], None),
        ([b"\x80\0\0\2ab"], None),
        ([b"\x3f\0\0\2ab"], None),
        ([b"\x40\0\0"], None),
        ([b""], None),
    ],
)
def test_payloads_of_messages_of_one_channel(datagrams: list[bytes], found: list[bytes] | None) -> None:
    assert payloads(datagrams) == found


@pytest.mark.parametrize(
    ("data", "found"), [(b"\x40", True), (b"\x7f\0", True), (b"\x80", False), (b"\0\1", False), (b"", False)]
)
def test_what_is_channel_data(data: bytes, found: bool) -> None:
    assert is_channel_data(data) is found
