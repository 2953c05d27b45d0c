"""The access word of a private server: how a client proves that it knows it, without saying it."""

import hashlib
import hmac
import unicodedata
from typing import Final

from signaling.protocol.encoding import b64, unb64

ACCESS_CONTEXT: Final = b"byway access v1\n"
"""Domain separation: what proves this proves nothing else."""


def proof(word: str, nonce: bytes, key: str, host: str) -> str:
    """HMAC-SHA256 (RFC 2104) by the word over what this sign-in alone has: its nonce, the client's key (as in `hello`)
    and the host that was dialled. So it is worth nothing to others, at another time, or at another server."""
    statement = ACCESS_CONTEXT + nonce + unb64(key) + host.encode()
    return b64(hmac.digest(unicodedata.normalize("NFC", word).encode(), statement, hashlib.sha256))
