"""Values of STUN attributes (RFC 8489, section 14) as bytes, and addresses back from them. Pure."""

import ipaddress
import struct
from collections.abc import Iterable
from typing import Final

MAGIC_COOKIE: Final = 0x2112A442
"""RFC 8489, section 5."""

Address = tuple[str, int]
"""IP address as text, and port."""

_address = struct.Struct("!BBH")


class StunError(ValueError):
    """Bytes that are no STUN message, or a value that cannot be in one; the text says why."""


def number32(value: int) -> bytes:
    """An attribute of 32 bits."""
    return value.to_bytes(4, "big")


def number64(value: int) -> bytes:
    """An attribute of 64 bits."""
    return value.to_bytes(8, "big")


def error_code(code: int, reason: str = "") -> bytes:
    """Value of ERROR-CODE."""
    return bytes((0, 0, code // 100, code % 100)) + reason.encode()


def types(kinds: Iterable[int]) -> bytes:
    """Value of UNKNOWN-ATTRIBUTES."""
    return b"".join(kind.to_bytes(2, "big") for kind in kinds)


def plain_address(address: Address) -> bytes:
    """Value of an address attribute in clear."""
    return _pack_address(address, bytes(16))


def xor_address(address: Address, transaction: bytes) -> bytes:
    """Value of a XOR-ed address attribute (RFC 8489, section 14.2)."""
    return _pack_address(address, _mask(transaction))


def _mask(transaction: bytes) -> bytes:
    return MAGIC_COOKIE.to_bytes(4, "big") + transaction


def _pack_address(address: Address, mask: bytes) -> bytes:
    host, port = address
    packed = canonical(host).packed
    masked = bytes(a ^ b for a, b in zip(packed, mask, strict=False))
    return _address.pack(0, 1 if len(packed) == 4 else 2, port ^ int.from_bytes(mask[:2], "big")) + masked


def unpack_address(value: bytes, transaction: bytes | None = None) -> Address:
    """The address in the value of an attribute, XOR-ed if there is a transaction; raises StunError."""
    mask = bytes(16) if transaction is None else _mask(transaction)
    if len(value) < _address.size:
        raise StunError("an address of less than 4 bytes")
    _, family, port = _address.unpack_from(value)
    packed = value[_address.size :]
    if {1: 4, 2: 16}.get(family) != len(packed):
        raise StunError(f"an address of family {family} and {len(packed)} bytes")
    plain = bytes(a ^ b for a, b in zip(packed, mask, strict=False))
    return str(ipaddress.ip_address(plain)), port ^ int.from_bytes(mask[:2], "big")


def canonical(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address without zone; IPv4 where it is only wrapped in IPv6, as on a socket for both."""
    address = ipaddress.ip_address(host.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
