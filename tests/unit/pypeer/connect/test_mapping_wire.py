"""What is said to routers in PCP and NAT-PMP. The answers are written from the documents, by hand."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect.mapping import wire
from pypeer.connect.mapping.wire import Granted, Protocol, Refused, Wish

NONCE = b"twelve bytes"
UDP = Wish(Protocol.UDP, ("192.168.1.7", 5000), 120, NONCE)
TCP = Wish(Protocol.TCP, ("192.168.1.7", 5000), 120, NONCE, ("203.0.113.9", 6000))
V4 = bytes(10) + b"\xff\xff"
PUBLIC = V4 + bytes((203, 0, 113, 9))


def pcp(code: int = 0, nonce: bytes = NONCE, protocol: int = 17, inside: int = 5000, host: bytes = PUBLIC) -> bytes:
    """RFC 6887, sections 7.2 and 11.1."""
    head = bytes((2, 0x81, 0, code)) + struct.pack("!II", 120, 1) + bytes(12)
    return head + nonce + bytes((protocol, 0, 0, 0)) + struct.pack("!HH", inside, 6000) + host


def test_a_pcp_request_is_as_the_document_has_it() -> None:
    request = wire.pcp_request(UDP)
    assert request[:8] == bytes((2, 1, 0, 0)) + struct.pack("!I", 120)
    assert request[8:24] == V4 + bytes((192, 168, 1, 7))
    assert request[24:36] == NONCE
    assert request[36:40] == bytes((17, 0, 0, 0))
    assert request[40:] == struct.pack("!HH", 5000, 5000) + V4 + bytes(4)


def test_what_was_granted_is_asked_for_again() -> None:
    assert wire.pcp_request(TCP)[36:] == bytes((6, 0, 0, 0)) + struct.pack("!HH", 5000, 6000) + PUBLIC
    assert wire.pmp_request(TCP) == struct.pack("!BBHHHI", 0, 2, 0, 5000, 6000, 120)


def test_pcp_maps_ipv6_too() -> None:
    wish = Wish(Protocol.UDP, ("2001:db8::7", 5000), 120, NONCE)
    assert wire.pcp_request(wish)[8:24] == bytes.fromhex("20010db8000000000000000000000007")
    assert wire.pcp_answer(pcp(host=bytes.fromhex("20010db8000000000000000000000007")), wish) == Granted(
        "2001:db8::7", 6000, 120
    )


def test_a_pcp_answer_grants_or_refuses() -> None:
    assert wire.pcp_answer(pcp(), UDP) == Granted("203.0.113.9", 6000, 120)
    assert wire.pcp_answer(pcp(code=8), UDP) == Refused(2, 8)
    assert wire.pcp_answer(pcp(code=4)[:24], UDP) == Refused(2, 4)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x02\x81",
        pcp()[:24],
        pcp()[:50],
        pcp(nonce=b"other bytes."),
        pcp(protocol=6),
        pcp(inside=5001),
        b"\x02\x01" + pcp()[2:],
        b"\x03" + pcp()[1:],
        wire.pcp_request(UDP),
    ],
)
def test_what_is_no_answer_to_this_request_is_none(data: bytes) -> None:
    assert wire.pcp_answer(data, UDP) is None


def test_a_router_that_speaks_only_nat_pmp_says_so() -> None:
    """RFC 6886, section 3.5."""
    assert wire.pcp_answer(bytes((0, 0x81, 0, 1)) + bytes(4), UDP) == Refused(0, 1)


def test_nat_pmp_gives_back_with_port_0() -> None:
    """RFC 6886, section 3.4."""
    back = Wish(Protocol.UDP, ("192.168.1.7", 5000), 0, NONCE, ("203.0.113.9", 6000))
    assert wire.pmp_request(back) == struct.pack("!BBHHHI", 0, 1, 0, 5000, 0, 0)


def test_a_nat_pmp_answer_grants_or_refuses() -> None:
    answer = struct.pack("!BBHIHHI", 0, 129, 0, 1, 5000, 6000, 100)
    assert wire.pmp_answer(answer, UDP) == Granted("", 6000, 100)
    assert wire.pmp_answer(struct.pack("!BBHI", 0, 129, 2, 1), UDP) == Refused(0, 2)
    for other in (b"", answer[:12], struct.pack("!BBHIHHI", 0, 130, 0, 1, 5000, 6000, 100), answer[:8] + bytes(8)):
        assert wire.pmp_answer(other, UDP) is None


def test_nat_pmp_tells_the_public_address() -> None:
    assert wire.pmp_question() == b"\0\0"
    answer = struct.pack("!BBHI", 0, 128, 0, 1) + bytes((203, 0, 113, 9))
    assert wire.pmp_public(answer) == "203.0.113.9"
    assert wire.pmp_public(answer[:8]) is None
    assert wire.pmp_public(struct.pack("!BBHI", 0, 128, 3, 1) + bytes(4)) is None


@given(st.binary(max_size=80))
def test_nothing_that_a_router_says_does_harm(data: bytes) -> None:
    for wish in (UDP, TCP):
        wire.pcp_answer(data, wish)
        wire.pmp_answer(data, wish)
    wire.pmp_public(data)
