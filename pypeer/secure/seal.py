"""Sealed messages: AES-256-GCM under one key a direction, with a counter that admits no gap, repeat or reordering."""

import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from pypeer.secure.keys import Role

SEAL_CONTEXT = b"byway seal v1\n"
COUNTER = struct.Struct("!Q")
TAG_BYTES = 16


class SealError(ValueError):
    """A sealed message was altered, repeated, reordered or lost one before it."""


class Sealer:
    """Seals messages of one role, numbered from 1."""

    def __init__(self, key: bytes, role: Role) -> None:
        self._aead = AESGCM(key)
        self._context = SEAL_CONTEXT + role.value
        self._count = 0

    def seal(self, plain: bytes) -> bytes:
        """Counter (8 bytes, network order) and ciphertext with tag; the nonce is four zero bytes and the counter."""
        self._count += 1
        number = COUNTER.pack(self._count)
        return number + self._aead.encrypt(bytes(4) + number, plain, self._context)


class Opener:
    """Opens what the other role sealed."""

    def __init__(self, key: bytes, role: Role) -> None:
        self._aead = AESGCM(key)
        self._context = SEAL_CONTEXT + role.value
        self._count = 0

    def open(self, sealed: bytes) -> bytes:
        """The plaintext; raises SealError unless this is exactly the next message."""
        if len(sealed) < COUNTER.size + TAG_BYTES:
            raise SealError("too short to be sealed")
        number = sealed[: COUNTER.size]
        if COUNTER.unpack(number)[0] != self._count + 1:
            raise SealError("a sealed message was repeated, reordered or lost")
        try:
            plain = self._aead.decrypt(bytes(4) + number, sealed[COUNTER.size :], self._context)
        except InvalidTag:
            raise SealError("a sealed message was altered") from None
        self._count += 1
        return plain
