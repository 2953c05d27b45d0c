"""STUN messages (RFC 8489): bytes to values and back, for STUN, TURN (RFC 8656) and ICE (RFC 8445). Pure.

A message is a method, a class, a transaction and attributes in their order on the wire, each a type and its bytes;
values turns values into such bytes. What follows MESSAGE-INTEGRITY is not protected by it, and is dropped;
FINGERPRINT is checked and not kept.
"""

import hashlib
import hmac
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from signaling.protocol.values import MAGIC_COOKIE, Address, StunError, number32, unpack_address

HEADER_BYTES: Final = 20
BEYOND: Final = bytes([4])
"""A datagram that compares at least equal is no STUN (RFC 7983)."""
TRANSACTION_BYTES: Final = 12
FINGERPRINT_XOR: Final = 0x5354554E
"""RFC 8489, section 14.7: so that a CRC of another protocol that travels inside is not taken for it."""
COMPREHENSION_REQUIRED: Final = 0x8000
"""Attribute types below this must be understood, or the request is refused (RFC 8489, section 14)."""


class Method(IntEnum):
    """What is asked for (RFC 8489, section 18.2; RFC 8656, section 17)."""

    BINDING = 0x001
    ALLOCATE = 0x003
    REFRESH = 0x004
    SEND = 0x006
    DATA = 0x007
    CREATE_PERMISSION = 0x008
    CHANNEL_BIND = 0x009


class Class(IntEnum):
    """Bits C1 and C0 in their place in the message type (RFC 8489, section 5)."""

    REQUEST = 0x000
    INDICATION = 0x010
    SUCCESS = 0x100
    ERROR = 0x110


class Attribute(IntEnum):
    """Attribute types (RFC 8489, section 18.3; RFC 8656, section 18; RFC 8445, section 16.1; RFC 5780, section 7)."""

    MAPPED_ADDRESS = 0x0001
    CHANGE_REQUEST = 0x0003
    USERNAME = 0x0006
    MESSAGE_INTEGRITY = 0x0008
    ERROR_CODE = 0x0009
    UNKNOWN_ATTRIBUTES = 0x000A
    CHANNEL_NUMBER = 0x000C
    LIFETIME = 0x000D
    XOR_PEER_ADDRESS = 0x0012
    DATA = 0x0013
    REALM = 0x0014
    NONCE = 0x0015
    XOR_RELAYED_ADDRESS = 0x0016
    REQUESTED_ADDRESS_FAMILY = 0x0017
    EVEN_PORT = 0x0018
    REQUESTED_TRANSPORT = 0x0019
    DONT_FRAGMENT = 0x001A
    MESSAGE_INTEGRITY_SHA256 = 0x001C
    PASSWORD_ALGORITHM = 0x001D
    USERHASH = 0x001E
    XOR_MAPPED_ADDRESS = 0x0020
    RESERVATION_TOKEN = 0x0022
    PRIORITY = 0x0024
    USE_CANDIDATE = 0x0025
    PADDING = 0x0026
    RESPONSE_PORT = 0x0027
    ADDITIONAL_ADDRESS_FAMILY = 0x8000
    ADDRESS_ERROR_CODE = 0x8001
    PASSWORD_ALGORITHMS = 0x8002
    ICMP = 0x8004
    SOFTWARE = 0x8022
    ALTERNATE_DOMAIN = 0x8003
    ALTERNATE_SERVER = 0x8023
    FINGERPRINT = 0x8028
    ICE_CONTROLLED = 0x8029
    ICE_CONTROLLING = 0x802A
    RESPONSE_ORIGIN = 0x802B
    OTHER_ADDRESS = 0x802C


Attributes = Iterable[tuple[int, bytes]]

_header = struct.Struct("!HHI12s")
_attribute = struct.Struct("!HH")
_INTEGRITY: Final = {
    Attribute.MESSAGE_INTEGRITY.value: (hashlib.sha1, 20),
    Attribute.MESSAGE_INTEGRITY_SHA256.value: (hashlib.sha256, 32),
}
_FINGERPRINT_BYTES: Final = _attribute.size + 4
_METHOD_MASK: Final = 0x3EEF


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `method` may be one that is not in `Method`; of an attribute that occurs twice, the first counts."""

    method: int
    kind: Class
    transaction: bytes
    attributes: tuple[tuple[int, bytes], ...] = ()
    signed: tuple[tuple[int, bytes], ...] = ()
    """For each integrity attribute, its type and the bytes that it covers."""

    def get(self, kind: Attribute) -> bytes | None:
        """The bytes of an attribute, None if it is absent."""
        return next((value for found, value in self.attributes if found == kind), None)

    def has(self, kind: Attribute) -> bool:
        """Whether an attribute is present."""
        return self.get(kind) is not None

    def number(self, kind: Attribute) -> int | None:
        """An attribute that is one unsigned number, of whatever width."""
        value = self.get(kind)
        return None if value is None else int.from_bytes(value, "big")

    def address(self, kind: Attribute) -> Address | None:
        """An address attribute in clear (MAPPED-ADDRESS and the like); raises StunError."""
        value = self.get(kind)
        return None if value is None else unpack_address(value)

    def xor_address(self, kind: Attribute) -> Address | None:
        """A XOR-ed address attribute; raises StunError."""
        value = self.get(kind)
        return None if value is None else unpack_address(value, self.transaction)

    def xor_addresses(self, kind: Attribute) -> list[Address]:
        """All XOR-ed address attributes of a type; raises StunError."""
        return [unpack_address(value, self.transaction) for found, value in self.attributes if found == kind]

    def error(self) -> tuple[int, str] | None:
        """Code and reason of an error response (RFC 8489, section 14.8); raises StunError."""
        value = self.get(Attribute.ERROR_CODE)
        if value is None:
            return None
        if len(value) < 4:
            raise StunError("an error code of less than 4 bytes")
        return (value[2] & 7) * 100 + value[3], value[4:].decode(errors="replace")

    def unknown(self, known: frozenset[Attribute]) -> tuple[int, ...]:
        """Types of attributes that must be understood and are not `known`, each once."""
        return tuple(dict.fromkeys(k for k, _ in self.attributes if k < COMPREHENSION_REQUIRED and k not in known))

    def verify(self, key: bytes) -> bool:
        """Whether the message carries integrity attributes and all of them are right under this key."""
        checks = [self._check(kind, covered, key) for kind, covered in self.signed]
        return bool(checks) and all(checks)

    def _check(self, kind: int, covered: bytes, key: bytes) -> bool:
        digest, _ = _INTEGRITY[kind]
        value = self.get(Attribute(kind)) or b""
        return hmac.compare_digest(value, hmac.digest(key, covered, digest)[: len(value)])


def is_stun(data: bytes) -> bool:
    """Whether a datagram looks like STUN and not like DTLS or ChannelData (RFC 7983)."""
    return len(data) >= HEADER_BYTES and data[0] < BEYOND[0] and data[4:8] == b"\x21\x12\xa4\x42"


def decode(data: bytes) -> Message:
    """Parse a datagram; raises StunError for anything malformed, a wrong FINGERPRINT included."""
    if not is_stun(data):
        raise StunError("no STUN header")
    kind, length, _, transaction = _header.unpack_from(data)
    if length != len(data) - HEADER_BYTES or length % 4:
        raise StunError(f"a length of {length} in a datagram of {len(data)} bytes")
    attributes, signed = _attributes(data)
    return Message(kind & _METHOD_MASK, Class(kind & 0x0110), transaction, attributes, signed)


def encode(
    method: int,
    kind: Class,
    transaction: bytes,
    attributes: Attributes = (),
    key: bytes | None = None,
    integrity: Attribute = Attribute.MESSAGE_INTEGRITY,
    fingerprint: bool = True,
) -> bytes:
    """Serialise a message; with a `key` it is signed, by SHA-1 or SHA-256 as `integrity` says."""
    body = b"".join(_pack(kind_, value) for kind_, value in attributes)
    if key is not None:
        digest, size = _INTEGRITY[integrity]
        head = _head(method, kind, transaction, len(body) + _attribute.size + size)
        body += _pack(integrity, hmac.digest(key, head + body, digest))
    if fingerprint:
        head = _head(method, kind, transaction, len(body) + _FINGERPRINT_BYTES)
        body += _pack(Attribute.FINGERPRINT, number32(_crc(head + body)))
    return _head(method, kind, transaction, len(body)) + body


def long_term_key(username: str, realm: str, password: str, sha256: bool = False) -> bytes:
    """Key of long-term credentials (RFC 8489, section 9.2.2), for names that need no preparation beyond ASCII."""
    text = f"{username}:{realm}:{password}".encode()
    return hashlib.sha256(text).digest() if sha256 else hashlib.md5(text, usedforsecurity=False).digest()


def _head(method: int, kind: Class, transaction: bytes, length: int) -> bytes:
    return _header.pack(method | kind, length, MAGIC_COOKIE, transaction)


def _pack(kind: int, value: bytes) -> bytes:
    return _attribute.pack(kind, len(value)) + value + bytes(-len(value) % 4)


def _attributes(data: bytes) -> tuple[tuple[tuple[int, bytes], ...], tuple[tuple[int, bytes], ...]]:
    found: list[tuple[int, bytes]] = []
    signed: list[tuple[int, bytes]] = []
    at = HEADER_BYTES
    while at < len(data):
        kind, length = _attribute.unpack_from(data, at)
        end = at + _attribute.size + length
        if end > len(data):
            raise StunError("an attribute beyond the end of the message")
        value = data[at + _attribute.size : end]
        if kind == Attribute.FINGERPRINT:
            _check_fingerprint(data, at, value)
        elif kind in _INTEGRITY:
            signed.append((kind, _covered(data, at, kind, value)))
            found.append((kind, value))
        elif not signed:
            found.append((kind, value))
        at = end + -length % 4
    return tuple(found), tuple(signed)


def _covered(data: bytes, at: int, kind: int, value: bytes) -> bytes:
    """What an integrity attribute covers: all before it, under the length that the message had with it at its end."""
    size = _INTEGRITY[kind][1]
    shortest = 16 if kind == Attribute.MESSAGE_INTEGRITY_SHA256 else size
    if not shortest <= len(value) <= size or len(value) % 4:
        raise StunError(f"an integrity attribute of {len(value)} bytes")
    length = at + _attribute.size + len(value) - HEADER_BYTES
    return data[:2] + length.to_bytes(2, "big") + data[4:at]


def _check_fingerprint(data: bytes, at: int, value: bytes) -> None:
    if at + _FINGERPRINT_BYTES != len(data) or value != number32(_crc(data[:at])):
        raise StunError("a wrong fingerprint, or one that is not at the end")


def _crc(covered: bytes) -> int:
    return zlib.crc32(covered) ^ FINGERPRINT_XOR
