"""Records: what a link through a relay that nobody trusts is made of. One record holds one frame.

Each side makes an X25519 key for each link (RFC 7748) and sends its public half sealed, so the relay, and the server
that passed it on, can neither read nor replace it. From the shared secret HKDF-SHA256 (RFC 5869) makes one AES-256-GCM
key a direction. Its salt is `bind`, which only those have who proved the code to each other; its info has the number of
the link and both public keys in the order of the roles, so keys are never used for another link or the other way round.
The ephemeral halves are forgotten with the link: whoever learns the code later cannot read what was recorded.

Nonces count from 1 and are not sent: a record that was altered, repeated, reordered, left out or cut off does not
verify, and that ends the link. 2^48 blocks under one key, 4 PiB a direction, are still
within the bounds of GCM (NIST SP 800-38D, appendix C).
"""

import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from pypeer.secure.keys import KEY_BYTES, Role

RECORD_CONTEXT: Final = b"byway record v1"
"""Domain separation of the key derivation."""

TAG_BYTES: Final = 16
"""What a record is longer than its frame: the whole tag of GCM (NIST SP 800-38D, section 5.2.1.2)."""

_link = struct.Struct("!I")
_nonce = struct.Struct("!4xQ")


class RecordError(ValueError):
    """A record was altered, repeated, reordered or lost; or a key that cannot be one."""


class RecordSealer:
    """Seals the frames of one role, in the order in which they are sent."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._count = 0

    def seal(self, frame: bytes) -> bytes:
        """The record of a frame, TAG_BYTES longer."""
        self._count += 1
        return self._aead.encrypt(_nonce.pack(self._count), frame, None)

    def seal_into(self, frame: bytes, record: memoryview) -> None:
        """The same, into memory of exactly its length."""
        self._count += 1
        self._aead.encrypt_into(_nonce.pack(self._count), frame, None, record)


class RecordOpener:
    """Opens the records of the other role, in the order in which they were sealed."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)
        self._count = 0

    def open(self, record: bytes | memoryview) -> bytes:
        """The frame; raises RecordError unless this is exactly the next record."""
        self._count += 1
        try:
            return self._aead.decrypt(_nonce.pack(self._count), record, None)
        except (InvalidTag, ValueError):
            raise RecordError("a record was altered, repeated, reordered or lost") from None


class Exchange:
    """One side's key for one link; `finish` once, with the other's."""

    def __init__(self, role: Role, bind: bytes, link: int, private: X25519PrivateKey | None = None) -> None:
        self._role = role
        self._bind = bind
        self._link = link
        self._private = private or X25519PrivateKey.generate()
        self.public = self._private.public_key().public_bytes_raw()

    def finish(self, public: bytes) -> tuple[RecordSealer, RecordOpener]:
        """For what this side sends, and for what it gets; raises RecordError for a key that cannot be one."""
        try:
            shared = self._private.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError:
            raise RecordError("not a public key") from None
        first, second = (self.public, public) if self._role is Role.A else (public, self.public)
        keys = record_keys(shared, self._bind, self._link, first, second)
        return RecordSealer(keys[self._role]), RecordOpener(keys[self._role.other])


def record_keys(shared: bytes, bind: bytes, link: int, public_a: bytes, public_b: bytes) -> dict[Role, bytes]:
    """The key under which each role seals."""
    info = RECORD_CONTEXT + _link.pack(link) + public_a + public_b
    okm = HKDF(algorithm=SHA256(), length=2 * KEY_BYTES, salt=bind, info=info).derive(shared)
    return {Role.A: okm[:KEY_BYTES], Role.B: okm[KEY_BYTES:]}
