"""A delegation: the owner of a code lets another peer serve it, for a while, by its signature. Pure.

    statement = DELEGATION_CONTEXT + body
    body      = what (u8) + owner (32) + delegate (32) + digest (32) + serial (u64) + expires (u64) + locator (ASCII)
    text      = base64url(body + Ed25519 signature of the statement by the owner's key)

Numbers are in network byte order, so each delegation has one form. `digest` is that of the manifest with the roots of
all files (pypeer.delegates.digest), so a delegate serves what it was given, or is found out.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signaling.protocol.encoding import b64, unb64

DELEGATION_CONTEXT: Final = b"byway delegate v1\n"
"""Domain separation: the signature can never be taken for another of the same key."""

LIFE_MAX_S: Final = 30 * 24 * 3600
"""Longest life: who forgets a delegation, or loses the key that could take it back, is rid of it in a month."""

SKEW_S: Final = 300
"""How far clocks may be apart: those of computers that set theirs by the network are much closer."""

SIGNATURE_BYTES: Final = 64
LOCATOR_DIGITS: Final = 7

_HEAD: Final = struct.Struct(">B32s32s32sQQ")


class What(IntEnum):
    """What is delegated; others may follow, and are none that this version takes."""

    CODE = 1


class Flaw(StrEnum):
    """Why a delegation is not good here and now."""

    SIGNATURE = "it is not signed by its owner"
    OTHER_KEY = "it is for another key"
    OTHER_CODE = "it is for another code"
    EXPIRED = "its time is over"
    TOO_LONG = "it is for longer than 30 days"


@dataclass(frozen=True, slots=True)
class Delegation:
    """`serial` goes up with each that an owner makes (milliseconds since 1970 by its clock); `expires` is in seconds
    since 1970. Keys and digest are 32 bytes."""

    owner: bytes
    delegate: bytes
    digest: bytes
    serial: int
    expires: int
    locator: str

    @property
    def body(self) -> bytes:
        """Everything but the signature."""
        head = _HEAD.pack(What.CODE, self.owner, self.delegate, self.digest, self.serial, self.expires)
        return head + self.locator.encode("ascii")

    @property
    def statement(self) -> bytes:
        """What the owner signs."""
        return DELEGATION_CONTEXT + self.body

    def text(self, signature: bytes) -> str:
        """As it travels."""
        return b64(self.body + signature)


@dataclass(frozen=True, slots=True)
class Signed:
    """A delegation as it came: nothing of it is proven before `flaw` has found nothing."""

    delegation: Delegation
    signature: bytes


def parse(text: str) -> Signed:
    """Read one; raises ValueError for what is none."""
    data = unb64(text)
    body, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    if not 1 <= len(body) - _HEAD.size <= LOCATOR_DIGITS:
        raise ValueError("a delegation of the wrong length")
    what, owner, delegate, digest, serial, expires = _HEAD.unpack_from(body)
    locator = body[_HEAD.size :].decode("ascii")
    if what != What.CODE or not locator.isdecimal() or locator[0] == "0":
        raise ValueError("a delegation of something else")
    return Signed(Delegation(owner, delegate, digest, serial, expires, locator), signature)


def flaw(signed: Signed, delegate: bytes, locator: str, now: float) -> Flaw | None:
    """Why it does not let this key serve the code of this locator at `now`, in seconds since 1970; None if it does."""
    made = signed.delegation
    if made.delegate != delegate:
        return Flaw.OTHER_KEY
    if made.locator != locator:
        return Flaw.OTHER_CODE
    if made.expires + SKEW_S <= now:
        return Flaw.EXPIRED
    if made.expires - made.serial / 1000 > LIFE_MAX_S + SKEW_S or made.expires - now > LIFE_MAX_S + SKEW_S:
        return Flaw.TOO_LONG
    return None if _verifies(signed) else Flaw.SIGNATURE


def _verifies(signed: Signed) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(signed.delegation.owner)
        key.verify(signed.signature, signed.delegation.statement)
    except (InvalidSignature, ValueError):
        return False
    return True
