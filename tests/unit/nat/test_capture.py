"""Packets as recorded, and what they give away."""

import struct
from ipaddress import ip_address

from tests.nat.capture import IPV4, IPV6, Packet, parse, revealed, streams

COOKIE = bytes.fromhex("2112a442")
V4 = bytes.fromhex("45000021000040004011000c0a000001cb00710a") + struct.pack("!HHHH", 5000, 3478, 13, 0) + b"hello"
V6 = bytes.fromhex("6000000000001140") + bytes(15) + b"\1" + bytes(15) + b"\2" + struct.pack("!HHHH", 1, 2, 8, 0)


def test_ipv4() -> None:
    packet = parse(1.0, True, IPV4, V4)
    assert packet is not None
    assert (packet.src, packet.sport, packet.dst, packet.dport) == ("10.0.0.1", 5000, "203.0.113.10", 3478)
    assert packet.payload.endswith(b"hello")
    assert packet.outgoing


def test_ipv6() -> None:
    packet = parse(1.0, False, IPV6, V6)
    assert packet is not None
    assert (packet.src, packet.dst, packet.protocol) == ("::1", "::2", 17)


def test_what_is_not_ip() -> None:
    assert parse(1.0, True, 0x0806, bytes(28)) is None
    assert parse(1.0, True, IPV4, b"\x45") is None


def packet(src: str, dst: str, payload: bytes, protocol: int = 17) -> Packet:
    return Packet(0.0, True, src, dst, protocol, 1, 2, payload)


def test_addresses_are_found_wherever_they_are() -> None:
    address = "192.0.2.1"
    hidden = bytes(a ^ b for a, b in zip(bytes((192, 0, 2, 1)), COOKIE, strict=True))
    stun = bytes(12) + COOKIE + b"transactions" + hidden
    for found in (
        packet(address, "10.0.0.1", b""),
        packet("10.0.0.1", address, b""),
        packet("10.0.0.1", "10.0.0.2", b"candidate 192.0.2.1 5000"),
        packet("10.0.0.1", "10.0.0.2", b".." + bytes((192, 0, 2, 1))),
        packet("10.0.0.1", "10.0.0.2", stun),
    ):
        assert revealed([found], [address, "192.0.2.9"]) == {address}


def test_an_ipv6_address_is_found_in_stun_and_its_neighbour_is_not() -> None:
    mask = COOKIE + b"transactions"
    hidden = bytes(a ^ b for a, b in zip(ip_address("2001:db8::1").packed, mask, strict=True))
    found = packet("10.0.0.1", "10.0.0.2", bytes(12) + mask + hidden)
    assert revealed([found], ["2001:db8::1", "2001:db8::2"]) == {"2001:db8::1"}


def test_an_address_is_found_across_two_packets_of_a_stream() -> None:
    header = bytes(12) + bytes([5 << 4]) + bytes(7)
    halves = [packet("10.0.0.1", "10.0.0.2", header + half, 6) for half in (b"at 192.0", b".2.1!")]
    assert revealed(halves, ["192.0.2.1"]) == {"192.0.2.1"}
    assert list(streams(halves).values()) == [b"at 192.0.2.1!"]
