"""Base64url without padding, as all binary fields of the contract have it."""

import base64
import binascii
from typing import Final

_LAST: Final = (None, frozenset[str](), frozenset("AQgw"), frozenset("AEIMQUYcgkosw048"))
"""What the last letter may be, by how many are left of groups of four: two have four bits more than a byte, three have
two more than two bytes."""


def b64(data: bytes) -> str:
    """Encode."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    """Decode; raises ValueError for anything but the canonical encoding."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"not base64url: {error}") from None
    if b64(data) != text:
        raise ValueError("not base64url in its canonical form")
    return data


def is_canonical(letters: str) -> bool:
    """Whether letters of base64url, which the types of messages see to, are as `b64` writes them."""
    last = _LAST[len(letters) % 4]
    return last is None or letters[-1] in last
