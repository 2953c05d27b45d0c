"""The bytes of SCTP, beside those of aiortc, which others wrote."""

import pytest
from aiortc import rtcsctptransport as theirs
from hypothesis import given
from hypothesis import strategies as st

from pypeer.sctp import chunks
from pypeer.sctp.chunks import BEGIN, END, Chunk, Header, Init, Kind, PacketError, Sack

NUMBERS = st.integers(0, 2**32 - 1)
SHORT = st.integers(1, 2**16 - 1)


@given(NUMBERS, st.integers(0, 2**16 - 1), st.binary(min_size=1, max_size=1200), st.sampled_from([0, BEGIN, END, 3]))
def test_data(tsn: int, stream: int, payload: bytes, flags: int) -> None:
    packet = Header(5000, 5001, 7).packet([chunks.write_data(flags, tsn, stream, 9, 53, payload)])
    *_, tag, found = theirs.parse_packet(packet)
    data = found[0]
    assert isinstance(data, theirs.DataChunk)
    assert (tag, data.flags, data.tsn, data.stream_id, data.stream_seq) == (7, flags, tsn, stream, 9)
    assert data.user_data == payload
    assert chunks.tag_of(packet) == 7
    assert chunks.read_only_data(packet, 7) == (flags, tsn, stream, 53, payload)
    assert chunks.read_data(chunks.parse(packet)[0]) == (flags, tsn, stream, 53, payload)


@given(NUMBERS, NUMBERS, st.lists(st.tuples(SHORT, SHORT), max_size=250), st.lists(NUMBERS, max_size=20))
def test_sack(cumulative: int, window: int, gaps: list[tuple[int, int]], duplicates: list[int]) -> None:
    said = Sack(cumulative, window, tuple(gaps), tuple(duplicates))
    chunk = chunks.write_sack(said)
    data = theirs.SackChunk(0, chunk[4:])
    assert (data.cumulative_tsn, data.advertised_rwnd, data.gaps, data.duplicates) == (
        cumulative,
        window,
        gaps,
        duplicates,
    )
    assert bytes(data) == chunk
    assert chunks.read_sack(chunk[4:]) == said._replace(duplicates=())


@given(st.integers(1, 2**32 - 1), NUMBERS, SHORT, SHORT, NUMBERS, st.binary(max_size=40))
def test_init(tag: int, window: int, outbound: int, inbound: int, tsn: int, cookie: bytes) -> None:
    said = Init(tag, window, outbound, inbound, tsn, cookie)
    chunk = chunks.write_init(Kind.INIT_ACK, said)
    length = int.from_bytes(chunk[2:4], "big")
    data = theirs.InitAckChunk(0, chunk[4:length])
    assert (data.initiate_tag, data.advertised_rwnd, data.initial_tsn) == (tag, window, tsn)
    assert (data.outbound_streams, data.inbound_streams) == (outbound, inbound)
    assert dict(data.params).get(7, b"") == cookie
    assert chunks.read_init(chunk[4:length]) == said


@pytest.mark.parametrize(
    "value",
    [b"", bytes(15), bytes(16), Init(0, 1, 1, 1, 1), Init(1, 1, 0, 1, 1), Init(1, 1, 1, 0, 1)],
)
def test_init_that_must_not_be(value: bytes | Init) -> None:
    with pytest.raises(PacketError):
        chunks.read_init(value if isinstance(value, bytes) else chunks.write_init(Kind.INIT, value)[4:])


@pytest.mark.parametrize("data", [b"", bytes(15)])
def test_packets_that_are_too_short(data: bytes) -> None:
    with pytest.raises(PacketError):
        chunks.tag_of(data)


@pytest.mark.parametrize("chunk", [b"\0\0\0\3", b"\0\0\0\5"])
def test_chunks_that_lie_about_their_length(chunk: bytes) -> None:
    with pytest.raises(PacketError):
        chunks.parse(bytes(12) + chunk)


@pytest.mark.parametrize("value", [b"", bytes(11), bytes(9) + b"\1\0\0"])
def test_acknowledgements_that_are_none(value: bytes) -> None:
    with pytest.raises(PacketError):
        chunks.read_sack(value)


@pytest.mark.parametrize("data", [b"\0\1\0\3", b"\0\1\0\x09abcd"])
def test_parameters_that_are_none(data: bytes) -> None:
    with pytest.raises(PacketError):
        chunks.parameters(data)


def test_a_data_chunk_needs_data() -> None:
    packet = Header(1, 2, 3).packet([chunks.write_data(3, 1, 0, 0, 53, b"")])
    assert chunks.read_only_data(packet, 3) is None
    with pytest.raises(PacketError):
        chunks.read_data(chunks.parse(packet)[0])


def test_what_is_read_quickly_is_all_there_is() -> None:
    data = chunks.write_data(3, 1, 0, 0, 53, b"x")
    both = Header(1, 2, 3).packet([data, chunks.write(Kind.COOKIE_ACK)])
    assert chunks.read_only_data(both, 3) is None
    assert chunks.read_only_data(Header(1, 2, 3).packet([data]), 4) is None, "another tag"
    assert chunks.read_only_data(Header(1, 2, 3).packet([chunks.write(Kind.COOKIE_ACK)]), 3) is None
    short = bytearray(Header(1, 2, 3).packet([data]))
    short[15] = 16
    assert chunks.read_only_data(bytes(short), 3) is None
    assert [chunk.kind for chunk in chunks.parse(both)] == [Kind.DATA, Kind.COOKIE_ACK]


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    try:
        chunks.tag_of(data)
        found = chunks.parse(data)
    except PacketError:
        return
    for chunk in found:
        for read in (chunks.read_sack, chunks.read_init, chunks.parameters):
            try:
                read(chunk.value)
            except PacketError:
                continue
    assert all(isinstance(chunk, Chunk) for chunk in found)
