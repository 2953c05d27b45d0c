"""Keys of a pair: SPAKE2 over the code, HKDF-SHA256 to one key for each purpose, and HMAC confirmations.

Binding: the SPAKE2 identities are the two sign-in keys, so a server that put itself in the middle, or lied about who
knocked, changes the key and the confirmation fails. See docs/protocol.md, "Meeting".
"""

import hashlib
import hmac
import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PASSWORD_CONTEXT = b"byway code v1\n"
KEYS_CONTEXT = b"byway pair v1"
CONFIRM_CONTEXT = b"byway confirm v1\n"
MEET_CONTEXT = b"byway meet v1\n"
KEY_BYTES = 32
"""AES-256 and HMAC-SHA256 keys."""
PAKE_BYTES = 33
"""A side byte and a point of Ed25519."""


class Role(Enum):
    """Side of a pair: A knocked (it receives), B had opened the code (it sends)."""

    A = b"A"
    B = b"B"

    @property
    def other(self) -> "Role":
        """The opposite side."""
        return Role.B if self is Role.A else Role.A


class PakeError(ValueError):
    """A key-exchange message that is malformed or reflected."""


@dataclass(frozen=True, slots=True, repr=False)
class PairKeys:
    """The keys of one pair, and `bind`, which the identities sign."""

    confirm: dict[Role, bytes]
    seal: dict[Role, bytes]
    bind: bytes


class Pake:
    """One side of the exchange: send `message`, then `finish` with the other's; single use.

    The library computes tables when it is loaded. Nobody waits for that before a code is printed (pypeer.warming).
    """

    def __init__(
        self, role: Role, password: bytes, key_a: bytes, key_b: bytes, entropy: Callable[[int], bytes] = os.urandom
    ) -> None:
        from spake2 import SPAKE2_A, SPAKE2_B

        side = SPAKE2_A if role is Role.A else SPAKE2_B
        self._pake = side(PASSWORD_CONTEXT + password, idA=key_a, idB=key_b, entropy_f=entropy)
        self._role = role
        self.message: bytes = self._pake.start()

    def finish(self, message: bytes) -> tuple[PairKeys, bytes]:
        """Keys and the transcript (message of A, message of B); raises PakeError."""
        from spake2 import SPAKEError
        from spake2.ed25519_basic import NotOnCurve

        if len(message) != PAKE_BYTES or message[:1] != self._role.other.value:
            raise PakeError("not a message of the other side")
        try:
            key = self._pake.finish(message)
        except (SPAKEError, NotOnCurve, ValueError, AssertionError) as error:
            raise PakeError(f"not a valid key-exchange message ({type(error).__name__})") from None
        first, second = (self.message, message) if self._role is Role.A else (message, self.message)
        return derive(key), first + second


def derive(key: bytes) -> PairKeys:
    """Keys from the SPAKE2 key."""
    okm = HKDF(algorithm=SHA256(), length=5 * KEY_BYTES, salt=None, info=KEYS_CONTEXT).derive(key)
    part = [okm[i : i + KEY_BYTES] for i in range(0, len(okm), KEY_BYTES)]
    return PairKeys({Role.A: part[0], Role.B: part[1]}, {Role.A: part[2], Role.B: part[3]}, part[4])


def confirmation(keys: PairKeys, role: Role, transcript: bytes) -> bytes:
    """Proof that this role derived the same keys from the same transcript."""
    return hmac.new(keys.confirm[role], CONFIRM_CONTEXT + transcript, hashlib.sha256).digest()


def confirms(keys: PairKeys, role: Role, transcript: bytes, proof: bytes) -> bool:
    """Whether `proof` is that role's confirmation, in constant time."""
    return hmac.compare_digest(confirmation(keys, role, transcript), proof)


def meet_statement(keys: PairKeys, role: Role) -> bytes:
    """What the identity of that role signs in `meet`."""
    return MEET_CONTEXT + role.value + keys.bind
