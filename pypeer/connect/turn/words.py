"""What a client of TURN is told, wants done, and how it stands."""

from enum import Enum
from typing import Final, NamedTuple

from pypeer.protocol.sentences import TURN_MEANINGS
from signaling.protocol.stun import Attribute
from signaling.protocol.values import Address


class Want(Enum):
    """Of which version of IP relayed addresses are asked for (RFC 8656, sections 18.6 and 18.11)."""

    BOTH = (Attribute.ADDITIONAL_ADDRESS_FAMILY, b"\2\0\0\0")
    IPV6 = (Attribute.REQUESTED_ADDRESS_FAMILY, b"\2\0\0\0")


class State(Enum):
    """How an allocation stands, as far as its client knows."""

    NEW = "new"
    ALLOCATING = "allocating"
    OPEN = "open"
    RELEASING = "releasing"
    """It is given back, and the answer has not come."""
    ENDED = "ended"


class Event(Enum):
    """What happens to an allocation."""

    START = "start"
    GRANTED = "granted"
    RELEASE = "release"
    END = "end"


TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.NEW: {Event.START: State.ALLOCATING, Event.END: State.ENDED},
    State.ALLOCATING: {Event.GRANTED: State.OPEN, Event.RELEASE: State.RELEASING, Event.END: State.ENDED},
    State.OPEN: {Event.RELEASE: State.RELEASING, Event.END: State.ENDED},
    State.RELEASING: {Event.END: State.ENDED},
    State.ENDED: {},
}


class ToServer(NamedTuple):
    """Send this to the server."""

    data: bytes


class Granted(NamedTuple):
    """There is an allocation: an address of each version of IP that could be had; the server sees us as `mapped`."""

    relayed: tuple[Address, ...]
    mapped: Address | None
    unheard: bool
    """Both versions were asked for, and the server did not take notice, as coturn up to 4.6 does not."""


class Received(NamedTuple):
    """A peer sent this to the relay."""

    peer: Address
    data: bytes


class PeerRefused(NamedTuple):
    """The relay does not carry to this address; the text says why."""

    host: str
    code: int
    reason: str


class Doubtful(NamedTuple):
    """The allocation works, but will not last: its server does not take our credentials for it any more. Told once."""

    code: int
    reason: str


class Alternate(NamedTuple):
    """Another server, to be asked instead; `domain` is the name that its certificate has, if not that of the first."""

    address: Address
    domain: str = ""


class Ended(NamedTuple):
    """There is no allocation, or none any more. `code` is that of the answer, 0 without one; the text says why."""

    code: int
    reason: str
    alternate: Alternate | None = None


Effect = ToServer | Granted | Received | PeerRefused | Doubtful | Ended

NO_ANSWER: Final = "the relay does not answer"
EXPIRED: Final = "the allocation could not be renewed in time"
RELEASED: Final = "given back"
NONSENSE: Final = "what the relay answers cannot be used"


def meaning(code: int) -> str:
    """What an error says to a person."""
    return TURN_MEANINGS.get(code, "the relay refuses, and does not say why")
