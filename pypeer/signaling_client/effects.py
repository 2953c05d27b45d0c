"""What the signaling client wants done, and what it tells."""

from typing import Final

from msgspec import Struct

from pypeer.errors import ServerError
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked
from signaling.protocol.messages import Error, Reply
from signaling.protocol.rendezvous import Knocked, Lapsed, Left, Signaled
from signaling.protocol.sign_in import Welcome

Event = Knocked | Asked | Called | Signaled | Left | Lapsed


class SendText(Struct, frozen=True):
    """Send this text."""

    text: str


class Hangup(Struct, frozen=True):
    """Close the connection; the shell then calls `disconnected`."""

    code: int


class Ready(Struct, frozen=True):
    """Signed in. Without `resumed` all codes and pairs of before are gone."""

    welcome: Welcome


class Answer(Struct, frozen=True):
    """The answer to a request, by its ticket."""

    ticket: int
    message: Reply


class Push(Struct, frozen=True):
    """Something happened to a code or a pair."""

    message: Event


class Retry(Struct, frozen=True):
    """Connect again after so many seconds."""

    delay: float


class Over(Struct, frozen=True):
    """Do not connect again."""

    error: ServerError | None


Effect = SendText | Hangup | Ready | Answer | Push | Retry | Over

SESSION_LOST: Final = Error(
    code=ErrorCode.PEER_GONE, message="The connection to the server was lost for too long.", retry=True
)
"""Given as the answer to whatever was asked in a session that could not be resumed."""
