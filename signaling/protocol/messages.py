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

from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Called, ContactRequest
from signaling.protocol.directory import Ask, Asked, DirectoryReply, DirectoryRequest
from signaling.protocol.fields import Count, Id, Message, Prose, Seconds, Seq
from signaling.protocol.rendezvous import (
    Knocked,
    Lapsed,
    Left,
    LocatorRequest,
    Met,
    Opened,
    PairRequest,
    Renewed,
    Signaled,
)
from signaling.protocol.sign_in import Challenge, Hello, Welcome
from signaling.protocol.spaces import SealedReply, SealedRequest


class Ok(Message, frozen=True, tag="ok"):
    """The request `re` took effect."""

    seq: Seq
    re: Id


class Error(Message, frozen=True, tag="error"):
    """A request failed (`re`), or a message could not be understood (no `re`). Never `seq` before `welcome`."""

    code: ErrorCode
    message: Prose
    retry: bool = False
    wait: Seconds | None = None
    re: Id | None = None
    seq: Seq | None = None


class Ping(Message, frozen=True, tag="ping"):
    """Sign of life, and acknowledgement of all messages up to `seen`."""

    seen: Count


class Pong(Message, frozen=True, tag="pong"):
    """Answer to `ping`: the last request id that took effect."""

    received: Count


class Bye(Message, frozen=True, tag="bye"):
    """The client goes away on purpose: its session, codes and pairs end now."""


class Restarting(Message, frozen=True, tag="restarting"):
    """The server goes away: connect again after `reconnect_in` seconds, and keep trying for `try_for`."""

    reconnect_in: Seconds
    try_for: Seconds


Request = LocatorRequest | PairRequest | DirectoryRequest | SealedRequest | Ask | ContactRequest
ClientMessage = Hello | Request | Ping | Bye
Success = Ok | Opened | Met | Renewed | DirectoryReply | SealedReply
"""What a request is answered with that took effect."""
Reply = Success | Error
ServerMessage = Challenge | Welcome | Reply | Knocked | Asked | Called | Signaled | Left | Lapsed | Pong | Restarting
