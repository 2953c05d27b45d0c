"""Every message between a peer and the server, as typed, immutable structs.

The flow (docs/protocol.md has worked transcripts):

1. server: `challenge`; client: `hello`, signed; server: `welcome`.
2. who shares: `open`, gets `opened` with a locator; who fetches: `knock`, gets `met`; the first gets `knocked`.
   Or: who shares publishes a library in the directory; who fetches finds it, and sends `ask` instead of `knock`.
   Or: who fetches sends `wait`; who shares, a contact of its, sends `call`.
3. both: `signal` with sealed bodies that the server cannot read; at the end `leave` and `report`.

Reliability: after `welcome` every message of the server carries `seq`, every request of a client carries `id`, both
counted from 1 without gaps. A resumed session says how far each side got (`Resume.seen`, `Welcome.received`); the rest
is sent again, so each message takes effect exactly once.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Called, ContactRequest
from signaling.protocol.directory import Ask, Asked, DirectoryReply, DirectoryRequest
from signaling.protocol.fields import (
    Body,
    Capabilities,
    Count,
    Delegation,
    Host,
    Ice,
    Id,
    Key,
    Label,
    Locator,
    Message,
    Nonce,
    Pair,
    Proof,
    Prose,
    Reason,
    Resume,
    Seconds,
    Seq,
    SessionId,
    Signature,
    Ticket,
    Token,
)
from signaling.protocol.spaces import SealedReply, SealedRequest

# --- sign-in ---------------------------------------------------------------------------------------------------------


class Challenge(Message, frozen=True, tag="challenge"):
    """First message of the server: the nonce to sign."""

    v: int
    nonce: Nonce
    server: Label


class Hello(Message, frozen=True, tag="hello"):
    """First message of the client. `sig` is over SIGN_IN_CONTEXT, the 32 nonce bytes, and the host in UTF-8; `access`
    proves that it knows the access word, if the server has one (signaling.protocol.access)."""

    v: int
    client: Label
    key: Key
    host: Host
    sig: Signature
    access: Proof | None = None
    caps: Capabilities = ()
    resume: Resume | None = None


class Welcome(Message, frozen=True, tag="welcome"):
    """Answer to `hello`. `resumed` false after a `resume` means that codes and pairs are gone: open and knock again."""

    session: SessionId
    token: Token
    resumed: bool
    received: Count
    """The last request id that took effect; the client sends the later ones again."""
    ping: Seconds
    idle: Seconds
    grace: Seconds
    server: Label
    caps: Capabilities = ()
    ice: Ice = ()


# --- requests of a client --------------------------------------------------------------------------------------------


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


class Ping(Message, frozen=True, tag="ping"):
    """Sign of life, and acknowledgement of all messages up to `seen`."""

    seen: Count


class Bye(Message, frozen=True, tag="bye"):
    """The client goes away on purpose: its session, codes and pairs end now."""


# --- answers and pushes of the server --------------------------------------------------------------------------------


class Ok(Message, frozen=True, tag="ok"):
    """The request `re` took effect."""

    seq: Seq
    re: Id


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


class Error(Message, frozen=True, tag="error"):
    """A request failed (`re`), or a message could not be understood (no `re`). Never `seq` before `welcome`."""

    code: ErrorCode
    message: Prose
    retry: bool = False
    wait: Seconds | None = None
    re: Id | None = None
    seq: Seq | None = None


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


class Pong(Message, frozen=True, tag="pong"):
    """Answer to `ping`: the last request id that took effect."""

    received: Count


class Restarting(Message, frozen=True, tag="restarting"):
    """The server goes away: connect again after `reconnect_in` seconds, and keep trying for `try_for`."""

    reconnect_in: Seconds
    try_for: Seconds


Request = (
    Open
    | Take
    | Shut
    | Knock
    | Signal
    | Leave
    | Report
    | Renew
    | DirectoryRequest
    | SealedRequest
    | Ask
    | ContactRequest
)
ClientMessage = Hello | Request | Ping | Bye
Reply = Ok | Opened | Met | Renewed | DirectoryReply | SealedReply | Error
ServerMessage = Challenge | Welcome | Reply | Knocked | Asked | Called | Signaled | Left | Lapsed | Pong | Restarting
