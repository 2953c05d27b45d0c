"""Contacts: two peers that have met before, one of whom can be called (docs/protocol.md, "Contacts").

Both make the tokens from a secret of the two, so the server learns who calls whom and when, and nothing of those who
neither call nor are called. A token is known to two: whoever waits, and who may call.
"""

from typing import Annotated

from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.fields import END, Ice, Id, Key, Message, Pair, Seconds, Seq, Ticket

CallToken = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="16 bytes, base64url without padding: see docs/protocol.md"),
]


class Wait(Message, frozen=True, tag="wait"):
    """From now on this session can be called under these tokens, and under none of those it named before."""

    id: Id
    tokens: Annotated[tuple[CallToken, ...], Meta(max_length=limits.WAITING_TOKENS)] = ()


class Call(Message, frozen=True, tag="call"):
    """Meet whoever waits under a token; the answer is `met`. Who calls is role B of the meeting: it sends."""

    id: Id
    token: CallToken


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
