"""STUN Binding (RFC 8489): datagram and source address in, answer out. Pure.

Only what a peer needs to learn its server-reflexive address (RFC 8445, section 5.1.1.2): no authentication, no
attributes beyond XOR-MAPPED-ADDRESS. Whatever is not a plain Binding request gets silence, so the port tells a scanner
nothing and cannot be used to bounce traffic: an answer has 12 bytes more than the smallest request, 24 for IPv6.
"""

import ipaddress
import struct
from typing import Final

MAGIC_COOKIE: Final = 0x2112A442
"""RFC 8489, section 5."""
BINDING_REQUEST: Final = 0x0001
BINDING_SUCCESS: Final = 0x0101
BINDING_ERROR: Final = 0x0111
XOR_MAPPED_ADDRESS: Final = 0x0020
ERROR_CODE: Final = 0x0009
UNKNOWN_ATTRIBUTES: Final = 0x000A
COMPREHENSION_REQUIRED: Final = 0x8000
"""Attribute types below this must be understood, or the request is refused (RFC 8489, section 14)."""
KNOWN: Final = frozenset({0x0006, 0x0008, 0x0020, 0x0024, 0x0025})
"""Required attributes that may be ignored here: credentials (this server asks for none) and those of ICE checks."""
REQUEST_BYTES: Final = 548
"""Largest request looked at: what fits the smallest IPv4 datagram every host takes (RFC 8489, section 6.1)."""

_header = struct.Struct("!HHI12s")
_attribute = struct.Struct("!HH")


def answer(datagram: bytes, host: str, port: int) -> bytes | None:
    """The answer to a datagram from an address, or None for silence."""
    if not _header.size <= len(datagram) <= REQUEST_BYTES:
        return None
    kind, length, cookie, transaction = _header.unpack_from(datagram)
    if kind != BINDING_REQUEST or cookie != MAGIC_COOKIE or length != len(datagram) - _header.size:
        return None
    unknown = _unknown_attributes(datagram)
    if unknown is None:
        return None
    if unknown:
        return _message(BINDING_ERROR, transaction, _refusal(unknown))
    mapped = _xor_mapped(ipaddress.ip_address(host), port, transaction)
    return _message(BINDING_SUCCESS, transaction, _pack(XOR_MAPPED_ADDRESS, mapped))


def _message(kind: int, transaction: bytes, attributes: bytes) -> bytes:
    return _header.pack(kind, len(attributes), MAGIC_COOKIE, transaction) + attributes


def _pack(kind: int, value: bytes) -> bytes:
    return _attribute.pack(kind, len(value)) + value + bytes(-len(value) % 4)


def _refusal(unknown: list[int]) -> bytes:
    """420 Unknown Attribute (RFC 8489, sections 14.8 and 14.9)."""
    return _pack(ERROR_CODE, bytes((0, 0, 4, 20))) + _pack(
        UNKNOWN_ATTRIBUTES, struct.pack(f"!{len(unknown)}H", *unknown)
    )


def _xor_mapped(address: ipaddress.IPv4Address | ipaddress.IPv6Address, port: int, transaction: bytes) -> bytes:
    """RFC 8489, section 14.2: against the cookie, and an IPv6 address also against the transaction."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    mask = (struct.pack("!I", MAGIC_COOKIE) + transaction)[: len(address.packed)]
    masked = bytes(a ^ b for a, b in zip(address.packed, mask, strict=True))
    return struct.pack("!BBH", 0, 1 if address.version == 4 else 2, port ^ (MAGIC_COOKIE >> 16)) + masked


def _unknown_attributes(datagram: bytes) -> list[int] | None:
    """Attributes that must be understood and are not; None if the message is malformed."""
    unknown: list[int] = []
    at = _header.size
    while at < len(datagram):
        if at + _attribute.size > len(datagram):
            return None
        kind, length = _attribute.unpack_from(datagram, at)
        at += _attribute.size + length + (-length % 4)
        if kind < COMPREHENSION_REQUIRED and kind not in KNOWN:
            unknown.append(kind)
    return unknown if at == len(datagram) else None
