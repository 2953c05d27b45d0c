"""How a WebSocket comes to its end (RFC 6455, section 7); pure."""

from enum import Enum
from typing import Final


class State(Enum):
    """What becomes of messages."""

    OPEN = "open"
    """They go both ways."""
    CLOSING = "closing"
    """This side has said that it closes: nothing counts any more but the other's close."""
    FAILED = "failed"
    """What comes is no WebSocket: this side has said so, and nothing is looked at any more."""
    LEAVING = "leaving"
    """Both have said that they close: the rest is sent."""
    GONE = "gone"


class Event(Enum):
    """What happens to a connection."""

    CLOSE = "close"
    FAIL = "fail"
    CLOSED = "closed"
    """The other side says that it closes."""
    LOST = "lost"


TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.OPEN: {
        Event.CLOSE: State.CLOSING,
        Event.FAIL: State.FAILED,
        Event.CLOSED: State.LEAVING,
        Event.LOST: State.GONE,
    },
    State.CLOSING: {Event.FAIL: State.FAILED, Event.CLOSED: State.LEAVING, Event.LOST: State.GONE},
    State.FAILED: {Event.LOST: State.GONE},
    State.LEAVING: {Event.LOST: State.GONE},
    State.GONE: {},
}
"""What is not here changes nothing."""
