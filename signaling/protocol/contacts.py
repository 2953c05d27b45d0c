"""Contacts: two peers that have met before, one of whom can be called (docs/protocol.md, "Contacts").

Both make the tokens from a secret of the two, so the server learns who calls whom and when, and nothing of those who
neither call nor are called. A token is known to whoever waits, who may call, and the server; a call names a ring, made
of the token and the key that is meant, so that whoever has learnt the token and not that key waits in vain.
"""

import hashlib
from typing import Annotated

from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.encoding import b64
from signaling.protocol.fields import END, Ice, Id, Key, Message, Pair, Seconds, Seq, Ticket

CallToken = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="16 bytes, base64url without padding: see docs/protocol.md"),
]

RING_CONTEXT = "byway ring v1"

CallRing = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="16 bytes, base64url without padding: see docs/protocol.md"),
]


def ring_of(token: str, key: str) -> str:
    """What a call names to reach the one with this `key`, as the contract writes it, that waits under the token.

    The server makes it of the key that a session has proven. It is a hash, so nobody finds a key, or a token of their
    own, that leads to the ring of another; and without the token nobody can tell whose it is.
    """
    digest = hashlib.sha256(f"{RING_CONTEXT}\n{token}\n{key}".encode()).digest()
    return b64(digest[: limits.CALL_TOKEN_BYTES])


class Wait(Message, frozen=True, tag="wait"):
    """From now on this session can be called under these tokens, and under none of those it named before."""

    id: Id
    tokens: Annotated[tuple[CallToken, ...], Meta(max_length=limits.WAITING_TOKENS)] = ()


class Call(Message, frozen=True, tag="call"):
    """Meet the one that waits; the answer is `met`. Who calls is role B of the meeting: it sends."""

    id: Id
    ring: CallRing


class Called(Message, frozen=True, tag="called"):
    """A contact calls this session, which is role A of the meeting, and begins with it."""

    seq: Seq
    pair: Pair
    token: CallToken
    peer: Key
    ice: Ice = ()
    """See `Met`."""
    relay: Ticket | None = None
    """See `Met`."""
    ttl: Seconds | None = None
    """See `Met`."""


ContactRequest = Wait | Call
