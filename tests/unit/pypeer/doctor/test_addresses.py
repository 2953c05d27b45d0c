"""Kinds of addresses, routers on the way, and what is read from the command line and the environment."""

import socket
import struct

import pytest

from pypeer.connect.servers import Stun
from pypeer.doctor import route
from pypeer.doctor.addresses import inner_hops, is_shared, kind_of, may_be_other, parse_stun
from pypeer.doctor.findings import AddressKind
from pypeer.doctor.machine import without_secret


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("127.0.0.1", AddressKind.LOOPBACK),
        ("169.254.1.1", AddressKind.LINK_LOCAL),
        ("fe80::1%eth0", AddressKind.LINK_LOCAL),
        ("10.1.2.3", AddressKind.PRIVATE),
        ("100.64.0.1", AddressKind.SHARED),
        ("100.128.0.1", AddressKind.PUBLIC),
        ("fd00::1", AddressKind.UNIQUE_LOCAL),
        ("8.8.8.8", AddressKind.PUBLIC),
        ("2620:4f:8000::1", AddressKind.PUBLIC),
        ("224.0.0.1", AddressKind.OTHER),
        ("0.0.0.0", AddressKind.OTHER),
        ("name", AddressKind.OTHER),
    ],
)
def test_kinds_of_addresses(host: str, kind: AddressKind) -> None:
    assert kind_of(host) is kind


def test_a_server_in_a_private_network_may_have_a_private_second_address() -> None:
    assert may_be_other(("10.0.0.1", 3478), ("10.0.0.2", 3479))
    assert may_be_other(("10.0.0.1", 3478), ("8.8.8.8", 3479))
    assert not may_be_other(("8.8.8.8", 3478), ("10.0.0.2", 3479))


def test_routers_that_may_translate_come_before_the_first_public_one() -> None:
    assert inner_hops(["192.168.1.1", "", "100.64.0.1", "8.8.8.1", "10.0.0.1"]) == ["192.168.1.1", "100.64.0.1"]
    assert is_shared("192.168.1.10", ["192.168.1.1", "100.64.0.1"])
    assert is_shared("100.64.0.7", [])
    assert not is_shared("192.168.1.10", ["192.168.1.1", "8.8.8.1", "100.64.0.1"])


def test_the_reporter_of_a_packet_that_died_is_read() -> None:
    offender = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton("100.64.0.1"))
    assert route.read(struct.pack("=IBBBBII", 113, 2, 11, 0, 0, 0, 0) + offender) == "100.64.0.1"
    assert route.read(struct.pack("=IBBBBII", 111, 2, 3, 3, 0, 0, 0) + offender) == "", "port unreachable"
    assert route.read(struct.pack("=IBBBBII", 113, 1, 11, 0, 0, 0, 0) + offender) == "", "of this machine"


def test_silence_at_the_end_of_a_route_is_left_out() -> None:
    assert route.shorten(["192.168.1.1", "", "9.9.9.9", "", ""]) == ("192.168.1.1", "", "9.9.9.9")
    assert route.shorten(["", ""]) == ()


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("stun.example.org", Stun("stun.example.org", 3478)),
        ("stun:stun.example.org:19302", Stun("stun.example.org", 19302)),
        ("192.0.2.1:5000", Stun("192.0.2.1", 5000)),
        ("2001:db8::1", Stun("2001:db8::1", 3478)),
        ("[2001:db8::1]:5000", Stun("2001:db8::1", 5000)),
    ],
)
def test_servers_of_the_command_line(text: str, server: Stun) -> None:
    assert parse_stun(text) == server


@pytest.mark.parametrize("text", ["", ":3478", "host:0", "host:70000", "host:port", "a b", "http://host", "[::1"])
def test_what_is_no_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not of the form HOST"):
        parse_stun(text)


def test_passwords_of_proxies_are_not_shown() -> None:
    assert without_secret("http://me:secret@proxy:3128/") == "http://proxy:3128/"
    assert without_secret("localhost,.example.org") == "localhost,.example.org"
    assert without_secret("http://[bad") == ""
