"""What the signaling client wants done, and what it tells."""

from dataclasses import dataclass
from typing import Final

from pypeer.errors import ServerError
from signaling.protocol.codes import ErrorCode
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked
from signaling.protocol.messages import Error, Reply
from signaling.protocol.rendezvous import Knocked, Lapsed, Left, Signaled
from signaling.protocol.sign_in import Welcome

Event = Knocked | Asked | Called | Signaled | Left | Lapsed


@dataclass(frozen=True, slots=True)
class SendText:
    """Send this text."""

    text: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close the connection; the shell then calls `disconnected`."""

    code: int


@dataclass(frozen=True, slots=True)
class Ready:
    """Signed in. Without `resumed` all codes and pairs of before are gone."""

    welcome: Welcome


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a request, by its ticket."""

    ticket: int
    message: Reply


@dataclass(frozen=True, slots=True)
class Push:
    """Something happened to a code or a pair."""

    message: Event


@dataclass(frozen=True, slots=True)
class Retry:
    """Connect again after so many seconds."""

    delay: float


@dataclass(frozen=True, slots=True)
class Over:
    """Do not connect again."""

    error: ServerError | None


Effect = SendText | Hangup | Ready | Answer | Push | Retry | Over

SESSION_LOST: Final = Error(
    code=ErrorCode.PEER_GONE, message="The connection to the server was lost for too long.", retry=True
)
"""Given as the answer to whatever was asked in a session that could not be resumed."""
