"""STUN Binding, against aioice's codec and RFC 5769's sample request."""

import struct

import pytest
from aioice import stun as reference
from hypothesis import given
from hypothesis import strategies as st

from signaling.relay.stun import COMPREHENSION_REQUIRED, REQUEST_BYTES, answer

SAMPLE_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
"""RFC 5769, section 2.1: with SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME, MESSAGE-INTEGRITY and FINGERPRINT."""


def request(*attributes: bytes) -> bytes:
    body = b"".join(attributes)
    return struct.pack("!HHI12s", 1, len(body), 0x2112A442, b"transaction!") + body


@pytest.mark.parametrize(
    ("host", "seen"),
    [("192.0.2.1", "192.0.2.1"), ("2001:db8::7", "2001:db8::7"), ("::ffff:192.0.2.1", "192.0.2.1")],
)
def test_a_peer_learns_its_address(host: str, seen: str) -> None:
    asked = reference.Message(reference.Method.BINDING, reference.Class.REQUEST)
    reply = answer(bytes(asked), host, 32853)
    assert reply is not None
    parsed = reference.parse_message(reply)
    assert parsed.message_class is reference.Class.RESPONSE
    assert parsed.transaction_id == asked.transaction_id
    assert parsed.attributes["XOR-MAPPED-ADDRESS"] == (seen, 32853)


def test_the_sample_of_rfc_5769_is_answered() -> None:
    reply = answer(SAMPLE_REQUEST, "192.0.2.1", 32853)
    assert reply is not None
    assert reply[20:].hex() == "002000080001a147e112a643", "the XOR-MAPPED-ADDRESS of RFC 5769, section 2.2"


def test_an_attribute_that_must_be_understood_is_refused_with_420() -> None:
    reply = answer(request(struct.pack("!HH", 0x7777, 0)), "192.0.2.1", 1)
    assert reply is not None
    assert struct.unpack_from("!H", reply)[0] == 0x0111
    assert bytes((4, 20)) in reply
    assert struct.pack("!H", 0x7777) in reply


def test_an_optional_attribute_is_ignored() -> None:
    assert answer(request(struct.pack("!HH", COMPREHENSION_REQUIRED, 0)), "192.0.2.1", 1) is not None


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        request()[:19],
        request() + b"x",
        request(b"\0\1"),
        request(struct.pack("!HH", 0x8000, 4)),
        b"\1\1" + request()[2:],
        request()[:4] + bytes(4) + request()[8:],
        request(struct.pack("!HH", 0x8000, REQUEST_BYTES) + bytes(REQUEST_BYTES)),
    ],
)
def test_everything_else_gets_silence(datagram: bytes) -> None:
    assert answer(datagram, "192.0.2.1", 1) is None


@given(st.binary(max_size=600), st.integers(0, 65535))
def test_no_datagram_makes_it_raise_or_answer_at_length(datagram: bytes, port: int) -> None:
    for data in (datagram, request()[:8] + datagram):
        reply = answer(data, "2001:db8::7", port)
        assert reply is None or len(reply) <= 2 * len(data) + 24
