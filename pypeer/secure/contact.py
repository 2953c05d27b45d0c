"""What two peers that have met by a code keep of each other, and what they make of it when one calls the other.

The secret comes from the keys of that meeting, so nothing has to be sent for it, and each may keep it or not. See
docs/protocol.md, "Contacts".
"""

import hashlib
import hmac
from collections.abc import Iterable

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pypeer.secure.encoding import b64
from pypeer.secure.keys import KEY_BYTES
from signaling.protocol.limits import CALL_TOKEN_BYTES

SECRET_CONTEXT = b"byway contact v1"
TOKEN_CONTEXT = b"byway wait v1\n"
PASSWORD_CONTEXT = b"byway call v1\n"


def contact_secret(bind: bytes) -> bytes:
    """The secret of two that have met by a code, 32 bytes; `bind` is `PairKeys.bind` of that meeting (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=SECRET_CONTEXT).derive(bind)


def call_token(secret: bytes, waiting: bytes) -> str:
    """Under which token `waiting`, a public key, waits for the other; each direction has its own.

    It does not depend on the server: the two may dial the same one under several names, and the key that waits is the
    same at all of them anyway.
    """
    digest = _hmac(secret, TOKEN_CONTEXT + waiting)
    return b64(digest[:CALL_TOKEN_BYTES])


def call_tokens(secrets: Iterable[bytes], waiting: bytes) -> dict[str, bytes]:
    """Those of several secrets, each with its own, in their order."""
    return {call_token(secret, waiting): secret for secret in secrets}


def call_password(secret: bytes) -> bytes:
    """What the key exchange of a call is fed with. No code has a colon, so neither can be taken for the other."""
    return b"contact:" + b64(_hmac(secret, PASSWORD_CONTEXT)).encode("ascii")


def _hmac(secret: bytes, message: bytes) -> bytes:
    return hmac.new(secret, message, hashlib.sha256).digest()
