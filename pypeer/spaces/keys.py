"""Keys of a sealed space: one random key, and what is derived from it for each purpose; pure.

HKDF-SHA256 (RFC 5869) without salt. Only `tag` is told to servers, the same to each: what two of them could tell by it
they can tell by the keys of members and by the tags of files, too (docs/security.md).
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pypeer.secure.encoding import b64

KEY_BYTES: Final = 32
"""Of a space, and of what is derived for AES-256 and HMAC-SHA256."""

TAG_BYTES: Final = 16
"""Of the tag of a space, and of a file: nobody finds one by trying."""

TOKEN_BYTES: Final = 5
"""Of a word: of a million words two are taken for each other once in a million searches, and whoever opens what was
found sees it."""

TAG_CONTEXT: Final = b"byway space tag v1\n"
BOX_CONTEXT: Final = b"byway space box v1\n"
WORD_CONTEXT: Final = b"byway space word v1"
ASK_CONTEXT: Final = b"byway space ask v1"
ROOT_CONTEXT: Final = b"root\n"
"""Domain separation: what is made for one purpose can stand for no other."""


@dataclass(frozen=True, repr=False)
class SpaceKeys:
    """What members of a space share, and nobody else."""

    key: bytes

    def __post_init__(self) -> None:
        if len(self.key) != KEY_BYTES:
            raise ValueError(f"the key of a space has {KEY_BYTES} bytes")

    @cached_property
    def tag(self) -> str:
        """What servers call the space, by whatever name their clients dial them."""
        return b64(_derived(self.key, TAG_CONTEXT, TAG_BYTES))

    def box_key(self, owner: bytes) -> bytes:
        """Under which what one owner publishes is sealed, so that nobody's can be passed off as another's; `owner` is
        its public key."""
        return _derived(self.key, BOX_CONTEXT + owner)

    def whole(self, word: str) -> str:
        """What stands for a word."""
        return self._token("=" + word)

    def begun(self, letters: str) -> str:
        """What stands for the first letters of a word."""
        return self._token("^" + letters)

    def file_tag(self, handle: str) -> str:
        """What stands for a file, by its handle: the same from all members who have it."""
        return b64(self._mac(ROOT_CONTEXT + handle.encode("ascii"))[:TAG_BYTES])

    def password(self, library: str) -> bytes:
        """What the key exchange is fed with where a library of the space is asked: only members know it."""
        proof = hmac.digest(self._ask_key, library.encode("ascii"), hashlib.sha256)
        return b"space:" + b64(proof).encode("ascii")

    @cached_property
    def _word_key(self) -> bytes:
        return _derived(self.key, WORD_CONTEXT)

    @cached_property
    def _ask_key(self) -> bytes:
        return _derived(self.key, ASK_CONTEXT)

    def _mac(self, text: bytes) -> bytes:
        return hmac.digest(self._word_key, text, hashlib.sha256)

    def _token(self, text: str) -> str:
        return base64.b32encode(self._mac(text.encode())[:TOKEN_BYTES]).decode("ascii").lower()


def _derived(key: bytes, info: bytes, length: int = KEY_BYTES) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=info).derive(key)
