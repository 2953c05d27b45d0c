"""Codes and pairs: how two peers that know a code meet, and what they say to each other through the server.

The bodies of `signal` are sealed; the server cannot read them.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.fields import (
    Body,
    Delegation,
    Ice,
    Id,
    Key,
    Locator,
    Message,
    Pair,
    Reason,
    Seconds,
    Seq,
    Ticket,
)


class Open(Message, frozen=True, tag="open"):
    """Wait under a locator for whoever knows the code. `locator` asks for one held before (after a lost session)."""

    id: Id
    ttl: Annotated[float, Meta(ge=limits.TTL_MIN_S, le=limits.TTL_MAX_S, description="seconds")] | None = None
    locator: Locator | None = None


class Take(Message, frozen=True, tag="take"):
    """Wait under the locator that its owner has delegated to this session's key; the answer is `opened`."""

    id: Id
    delegation: Delegation
    ttl: Annotated[float, Meta(ge=limits.TTL_MIN_S, le=limits.TTL_MAX_S, description="seconds")] | None = None


class Shut(Message, frozen=True, tag="shut"):
    """Stop waiting under a locator; pairs that already met go on."""

    id: Id
    locator: Locator


class Knock(Message, frozen=True, tag="knock"):
    """Meet whoever waits under a locator."""

    id: Id
    locator: Locator


class Signal(Message, frozen=True, tag="signal"):
    """Pass a body to the other member of a pair."""

    id: Id
    pair: Pair
    body: Body


class Leave(Message, frozen=True, tag="leave"):
    """End a pair."""

    id: Id
    pair: Pair
    reason: Reason = ""


class Phases(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When each phase of connecting ended, in seconds since both peers knew each other; absent if it did not."""

    gathered: Seconds | None = None
    """All addresses of this side are known."""
    described: Seconds | None = None
    """The descriptions of both sides are here."""
    checked: Seconds | None = None
    """The first pair of addresses works."""
    secured: Seconds | None = None
    """DTLS is up."""
    opened: Seconds | None = None
    """A byte has made the round trip: the link is open."""


class Report(Message, frozen=True, tag="report"):
    """Tell the operator's counters how a pair ended up connected, a way of the ladder or `failed`, and how fast."""

    id: Id
    pair: Pair
    outcome: Reason
    phases: Phases | None = None


class Renew(Message, frozen=True, tag="renew"):
    """Ask for fresh relays of a pair, before those that were told expire. A server that tells a `ttl` knows it."""

    id: Id
    pair: Pair


class Opened(Message, frozen=True, tag="opened"):
    """Answer to `open` and `take`."""

    seq: Seq
    re: Id
    locator: Locator
    ttl: Seconds


class Met(Message, frozen=True, tag="met"):
    """Answer to `knock`: the pair, and the key under which the other side signed in (proven only end to end)."""

    seq: Seq
    re: Id
    pair: Pair
    peer: Key
    ice: Ice = ()
    """Relays for this pair, in addition to the servers of `welcome`; their credentials are this member's alone."""
    relay: Ticket | None = None
    """Admits this member, and nobody else, to the relay inside a WebSocket (signaling.protocol.relaying)."""
    ttl: Seconds | None = None
    """How long `ice` and `relay` are good; absent where they are for ever, or the server does not know `renew`."""


class Renewed(Message, frozen=True, tag="renewed"):
    """Answer to `renew`: what `met` or `knocked` would tell now."""

    seq: Seq
    re: Id
    pair: Pair
    ice: Ice = ()
    """See `Met`."""
    relay: Ticket | None = None
    """See `Met`."""
    ttl: Seconds | None = None
    """See `Met`."""


class Knocked(Message, frozen=True, tag="knocked"):
    """Someone knocked at a locator of this session."""

    seq: Seq
    pair: Pair
    locator: Locator
    peer: Key
    ice: Ice = ()
    """See `Met`."""
    relay: Ticket | None = None
    """See `Met`."""
    ttl: Seconds | None = None
    """See `Met`."""


class Signaled(Message, frozen=True, tag="signaled"):
    """A body from the other member of a pair."""

    seq: Seq
    pair: Pair
    body: Body


class Left(Message, frozen=True, tag="left"):
    """The other member of a pair left (`reason` is theirs) or is gone for good (`gone`)."""

    seq: Seq
    pair: Pair
    reason: Reason = ""


class Lapsed(Message, frozen=True, tag="lapsed"):
    """A locator of this session ended by itself."""

    seq: Seq
    locator: Locator
    reason: Reason = ""


LocatorRequest = Open | Take | Shut
"""What whoever waits under a locator asks for."""
PairRequest = Knock | Signal | Leave | Report | Renew
"""What makes a pair of a code, and what is said in pairs."""
