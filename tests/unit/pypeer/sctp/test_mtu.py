"""The search for larger packets."""

from pypeer.sctp import chunks
from pypeer.sctp.chunks import PACKET_HEADER_BYTES, Kind
from pypeer.sctp.mtu import BASE_BYTES, SIZES, TRIES, TRY_S, PathMtu


def test_each_size_is_tried_until_it_comes_back_or_does_not() -> None:
    mtu = PathMtu(lambda count: b"t" * count)
    assert mtu.bytes == BASE_BYTES
    probe = mtu.probe(5.0)
    assert probe is not None
    assert PACKET_HEADER_BYTES + len(probe) == SIZES[0]
    assert mtu.probe(5.0) is None
    assert mtu.acknowledged(probe[4:])
    assert mtu.bytes == SIZES[0]
    assert not mtu.acknowledged(probe[4:])
    for number in range(TRIES):
        probe = mtu.probe(6.0 + number * TRY_S)
        assert probe is not None
        assert PACKET_HEADER_BYTES + len(probe) == SIZES[1]
    assert mtu.probe(7.0 + TRIES * TRY_S) is None
    assert mtu.probe(99.0) is None
    assert mtu.bytes == SIZES[0]


def test_a_probe_is_a_heartbeat() -> None:
    probe = PathMtu(lambda count: b"t" * count).probe(0.0)
    assert probe is not None
    found = chunks.parse(bytes(PACKET_HEADER_BYTES) + probe)
    assert [chunk.kind for chunk in found] == [Kind.HEARTBEAT]
