"""What is said at /relay, the relay inside a WebSocket, before it carries what it cannot read.

1. client: `join`, with the ticket that `met` or `knocked` gave it and the largest message that it takes, as the only
   text it ever sends.
2. server: `joined`, once the other member of the pair has joined the same link, with the largest message that both and
   the server take. From then on each binary message reaches the other member as it is, in order.
"""

from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.codec import MessageError
from signaling.protocol.codes import ErrorCode
from signaling.protocol.fields import Message, Seconds, Ticket

RelayLink = Annotated[
    int, Meta(ge=0, le=2**32 - 1, description="which of the pair's links through the relay; the latest counts")
]
MessageBytes = Annotated[int, Meta(ge=65_536, le=2**30, description="of the largest message")]


class Join(Message, frozen=True, tag="join"):
    """Wait for the other member at this link. A link with a lower number ends, as does an older connection.

    This member takes messages of up to `bytes`.
    """

    ticket: Ticket
    link: RelayLink
    bytes: MessageBytes = limits.RELAY_MESSAGE_BYTES


class Joined(Message, frozen=True, tag="joined"):
    """Both are here, and told the same. A message has at most `bytes`; a member that sends none for `idle` seconds is
    taken for gone."""

    bytes: MessageBytes
    idle: Seconds


_Kind = TypeVar("_Kind")
_join: msgspec.json.Decoder[Join] = msgspec.json.Decoder(Join)
_joined: msgspec.json.Decoder[Joined] = msgspec.json.Decoder(Joined)


def decode_join(text: str | bytes) -> Join:
    """Parse and validate what a client sent first; raises MessageError."""
    return _decode(_join, text)


def decode_joined(text: str | bytes) -> Joined:
    """Parse and validate the answer of a server; raises MessageError."""
    return _decode(_joined, text)


def _decode(decoder: "msgspec.json.Decoder[_Kind]", text: str | bytes) -> _Kind:
    try:
        return decoder.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise MessageError(f"not what has to come first here: {error}", ErrorCode.BAD_MESSAGE, malformed=True) from None
