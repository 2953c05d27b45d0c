"""What a connection between two peers begins with, so that a listener can be silent to everybody else. Pure.

TLS alone would answer whoever speaks it, and show a certificate. So each side proves first that it is the expected
peer, with 32 bytes that look like noise: HMAC-SHA256 under a key that only the two have who proved the code to each
other, over the number of the link, the role of who sends it, and how it came by the connection.
"""

import hmac
import struct
from enum import IntEnum
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pypeer.secure.keys import KEY_BYTES, Role

KNOCK_CONTEXT: Final = b"byway knock v1"
"""Domain separation of the key derivation."""

KNOCK_BYTES: Final = 32

_knock = struct.Struct("!IcB")


class How(IntEnum):
    """How one side came by a connection."""

    LISTENED = 0
    """It was dialled."""
    HOST = 1
    """It dialled an address that the other side has itself."""
    MAPPED = 2
    """It dialled a port that a router was asked for."""
    REFLEXIVE = 3
    """It dialled an address at which the server had seen the other side, in front of a NAT."""
    PROXIED = 4
    """It dialled an address of the other side through a proxy of its own network."""


class Knocks:
    """Those of one link."""

    def __init__(self, bind: bytes, link: int) -> None:
        self._key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=bind, info=KNOCK_CONTEXT).derive(b"")
        self._link = link

    def make(self, role: Role, how: How) -> bytes:
        """What this role sends."""
        return hmac.digest(self._key, _knock.pack(self._link, role.value, how), "sha256")

    def read(self, role: Role, data: bytes) -> How | None:
        """How the other side came by the connection, if this is what that role sends; in constant time."""
        matches = [how for how in How if hmac.compare_digest(self.make(role, how), data)]
        return matches[0] if matches else None
