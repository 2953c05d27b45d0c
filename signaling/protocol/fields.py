"""What the fields of messages may hold, and the structs that stand in several of them."""

from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.protocol import limits

END = r"(?!\n)$"
"""End of a pattern. In Python `$` alone also matches before a line feed at the end; other languages would then refuse
what this one has let through."""

_B64 = r"^[A-Za-z0-9_-]*" + END

Key = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{43}" + END, description="Ed25519 public key, 32 bytes, base64url without padding"),
]
Nonce = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{43}" + END, description="32 random bytes, base64url without padding")
]
Signature = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{86}" + END, description="Ed25519 signature, 64 bytes, base64url without padding")
]
Proof = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{43}" + END, description="HMAC-SHA256, 32 bytes, base64url without padding"),
]
Locator = Annotated[
    str, Meta(pattern=r"^[1-9][0-9]{0,6}" + END, description="the public part of a code: a number of up to 7 digits")
]
Delegation = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]{238,247}" + END,
        description="signed by the owner of a code, base64url without padding: see docs/protocol.md",
    ),
]
Body = Annotated[
    str,
    Meta(
        pattern=_B64,
        min_length=1,
        max_length=limits.BODY_CHARS,
        description="opaque to the server, base64url without padding",
    ),
]
Pair = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{1,32}" + END, description="two sessions that agreed to meet; chosen by the server"),
]
SessionId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}" + END, description="chosen by the server")]
Token = Annotated[
    str, Meta(min_length=1, max_length=256, description="proves the right to resume a session; opaque, secret")
]
Id = Annotated[int, Meta(ge=1, le=2**53 - 1, description="number of the request, from 1 without gaps")]
Seq = Annotated[int, Meta(ge=1, le=2**53 - 1, description="number of the server's message, from 1 without gaps")]
Ticket = Annotated[
    str, Meta(min_length=1, max_length=256, description="admits one member of a pair to /relay; opaque, secret")
]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Seconds = Annotated[float, Meta(ge=0, le=31_536_000)]
Label = Annotated[str, Meta(max_length=64, description="name and version of a program, for logs")]
Capability = Annotated[str, Meta(max_length=32, pattern=r"^[a-z0-9.-]+" + END)]
Capabilities = Annotated[
    tuple[Capability, ...], Meta(max_length=16, description="optional features; unknown ones are ignored")
]
Host = Annotated[
    str, Meta(min_length=1, max_length=261, description="host[:port] the client dialled, as in the Host header")
]
Reason = Annotated[str, Meta(max_length=64, pattern=r"^[a-z0-9-]*" + END, description="a short code, not prose")]
Prose = Annotated[str, Meta(max_length=512, description="for people; never parsed")]


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", omit_defaults=True, gc=False):
    """Root of all messages; unknown fields are ignored, so fields can be added without a new version."""


class IceServer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A STUN or TURN server for the peer to use, in the form of the W3C's RTCIceServer."""

    urls: Annotated[tuple[Annotated[str, Meta(max_length=256)], ...], Meta(max_length=8)]
    username: Annotated[str, Meta(max_length=256)] | None = None
    credential: Annotated[str, Meta(max_length=256)] | None = None


Ice = Annotated[tuple[IceServer, ...], Meta(max_length=16)]


class Resume(msgspec.Struct, frozen=True, kw_only=True):
    """Request to go on with a session: its token and the last `seq` that arrived."""

    token: Token
    seen: Count
