"""Peer ids: the first 20 bytes of SHA-256(ID_CONTEXT and the public key) in lower-case base32.

160 bits, so that nobody can make a second key with the same id.
"""

import base64
import hashlib
from typing import Final

ID_CONTEXT: Final = b"byway peer v1\n"
ID_BYTES: Final = 20


def peer_id(key: bytes) -> str:
    """The id of a public key."""
    digest = hashlib.sha256(ID_CONTEXT + key).digest()[:ID_BYTES]
    return base64.b32encode(digest).decode("ascii").lower()
