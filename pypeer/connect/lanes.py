"""The roads to a peer, what there is of each, and what can be done: the words of `pypeer.connect.roads`. Pure."""

from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import Final, NamedTuple


class Road(Enum):
    """A way to the other peer; the better ones first."""

    TCP = "tcp"
    """TLS over TCP. Pages have none."""
    ICE = "ice"
    RELAY = "relay"


class Grade(IntEnum):
    """How good the path of a link is; the lower, the better. Only where there is TCP it matters which one ICE has."""

    DIRECT = 0
    PROXIED = 1
    """Through a proxy of one side's own network."""
    RELAYED = 2


class State(Enum):
    """What there is of a road."""

    CLOSED = "closed"
    TRYING = "trying"
    OPEN = "open"
    SILENT = "silent"
    """A link that has not closed, but nothing comes."""


class Event(Enum):
    """What happens on a road."""

    TRY = "try"
    OPENED = "opened"
    FAILED = "failed"
    SILENT = "silent"
    BACK = "back"
    LOST = "lost"
    USED = "used"
    """The other side uses the link of this road, and this side does not yet: it found the other road broken first."""


TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.CLOSED: {
        Event.TRY: State.TRYING,
        Event.OPENED: State.OPEN,
        Event.FAILED: State.CLOSED,
        Event.LOST: State.CLOSED,
        Event.SILENT: State.CLOSED,
        Event.BACK: State.CLOSED,
        Event.USED: State.CLOSED,
    },
    State.TRYING: {
        Event.TRY: State.TRYING,
        Event.OPENED: State.OPEN,
        Event.FAILED: State.CLOSED,
        Event.LOST: State.TRYING,
        Event.SILENT: State.TRYING,
        Event.BACK: State.TRYING,
        Event.USED: State.TRYING,
    },
    State.OPEN: {
        Event.OPENED: State.OPEN,
        Event.FAILED: State.OPEN,
        Event.SILENT: State.SILENT,
        Event.BACK: State.OPEN,
        Event.USED: State.OPEN,
        Event.LOST: State.CLOSED,
    },
    State.SILENT: {
        Event.OPENED: State.OPEN,
        Event.FAILED: State.SILENT,
        Event.SILENT: State.SILENT,
        Event.BACK: State.OPEN,
        Event.USED: State.SILENT,
        Event.LOST: State.CLOSED,
    },
}
"""Role B does not know of attempts before they open, and what is said of a link that was given up comes late."""


STANDING: Final = frozenset({State.OPEN, State.SILENT})
"""There is a link."""


class Try(NamedTuple):
    """Begin an attempt."""

    road: Road


class Use(NamedTuple):
    """Move the session to the link of this road."""

    road: Road


class Leave(NamedTuple):
    """Close the link of this road."""

    road: Road


class Lost(NamedTuple):
    """There is no link any more, for now."""


class GiveUp(NamedTuple):
    """There will be none."""


Action = Try | Use | Leave | Lost | GiveUp


@dataclass(slots=True)
class Lane:
    """One road: its state, and when it is to be tried."""

    state: State = State.CLOSED
    due: float | None = None
    failures: int = 0
    """In a row, links that were lost at once among them."""
    since: float = 0.0
    """When the last link opened."""
    grade: Grade = Grade.DIRECT
    """Of its path."""
