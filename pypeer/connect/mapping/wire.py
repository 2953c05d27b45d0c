"""What is said to a router in PCP (RFC 6887) and NAT-PMP (RFC 6886): requests to bytes, bytes to answers. Pure."""

import struct
from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

from signaling.protocol.values import Address

PORT: Final = 5351
"""Of both protocols."""

NONCE_BYTES: Final = 12

VERSION_PMP: Final = 0
VERSION_PCP: Final = 2
MAP: Final = 1
ANSWER: Final = 128
SUCCESS: Final = 0

_pcp_head = struct.Struct("!BBHI16s")
_pcp_map = struct.Struct("!12sB3xHH16s")
_pcp_answer = struct.Struct("!BBBBII12x")
_pmp_map = struct.Struct("!BBHHHI")
_pmp_answer = struct.Struct("!BBHI")


class Protocol(IntEnum):
    """Of what a port is (IANA's numbers)."""

    TCP = 6
    UDP = 17


@dataclass(frozen=True, slots=True)
class Wish:
    """A public port that is to lead to `inside` for `lifetime` seconds; 0 gives it back. The nonce is kept to renew."""

    protocol: Protocol
    inside: Address
    lifetime: int
    nonce: bytes
    outside: Address | None = None
    """What was granted before, to have it again."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What the router gave, for so many seconds; the host is not told by NAT-PMP, which has a request of its own."""

    host: str
    port: int
    lifetime: int


@dataclass(frozen=True, slots=True)
class Refused:
    """What it did not; `version` is that of the protocol that it speaks."""

    version: int
    code: int


def pcp_request(wish: Wish) -> bytes:
    """A MAP request (RFC 6887, sections 7.1 and 11.1)."""
    host, port = wish.outside or ("0.0.0.0", wish.inside[1])
    head = _pcp_head.pack(VERSION_PCP, MAP, 0, wish.lifetime, _packed(wish.inside[0]))
    return head + _pcp_map.pack(wish.nonce, wish.protocol, wish.inside[1], port, _packed(host))


def pmp_request(wish: Wish) -> bytes:
    """A request for a mapping (RFC 6886, section 3.3)."""
    operation = 1 if wish.protocol is Protocol.UDP else 2
    port = wish.outside[1] if wish.outside is not None and wish.lifetime else wish.inside[1] if wish.lifetime else 0
    return _pmp_map.pack(VERSION_PMP, operation, 0, wish.inside[1], port, wish.lifetime)


def pmp_question() -> bytes:
    """A request for the public address (RFC 6886, section 3.2)."""
    return bytes((VERSION_PMP, 0))


def pcp_answer(data: bytes, wish: Wish) -> Granted | Refused | None:
    """The answer to a MAP request; None for anything else (RFC 6887, sections 8.3 and 11.4)."""
    if len(data) >= 4 and data[0] == VERSION_PMP and data[1] & ANSWER:
        return Refused(VERSION_PMP, int.from_bytes(data[2:4], "big"))
    if len(data) < _pcp_answer.size or data[0] != VERSION_PCP or data[1] != ANSWER | MAP:
        return None
    _, _, _, code, lifetime, _ = _pcp_answer.unpack_from(data)
    if len(data) < _pcp_answer.size + _pcp_map.size:
        return Refused(VERSION_PCP, code) if code != SUCCESS else None
    nonce, protocol, inside, port, host = _pcp_map.unpack_from(data, _pcp_answer.size)
    if (nonce, protocol, inside) != (wish.nonce, wish.protocol, wish.inside[1]):
        return None
    return Granted(_unpacked(host), port, lifetime) if code == SUCCESS else Refused(VERSION_PCP, code)


def pmp_answer(data: bytes, wish: Wish) -> Granted | Refused | None:
    """The answer to a request for a mapping; None for anything else (RFC 6886, section 3.3)."""
    operation = ANSWER | (1 if wish.protocol is Protocol.UDP else 2)
    if len(data) < _pmp_answer.size or data[:2] != bytes((VERSION_PMP, operation)):
        return None
    code = int.from_bytes(data[2:4], "big")
    if code != SUCCESS:
        return Refused(VERSION_PMP, code)
    if len(data) < _pmp_answer.size + 8:
        return None
    inside, port, lifetime = struct.unpack_from("!HHI", data, _pmp_answer.size)
    return Granted("", port, lifetime) if inside == wish.inside[1] else None


def pmp_public(data: bytes) -> str | None:
    """The public address that an answer tells; None for anything else (RFC 6886, section 3.2)."""
    if len(data) < _pmp_answer.size + 4 or data[:4] != bytes((VERSION_PMP, ANSWER, 0, SUCCESS)):
        return None
    return str(IPv4Address(data[8:12]))


def _packed(host: str) -> bytes:
    """IPv4 as IPv6 has it (RFC 6887, section 5)."""
    address = ip_address(host)
    return IPv6Address(f"::ffff:{address}").packed if isinstance(address, IPv4Address) else address.packed


def _unpacked(data: bytes) -> str:
    address = IPv6Address(data)
    return str(address.ipv4_mapped or address)
