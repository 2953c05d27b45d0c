"""The states of a connection and of a session, and everything that changes them: nothing else may.

A connection is one WebSocket. A session outlives it: when the connection breaks, the session waits for its client to
come back on another one.

    connection   CHALLENGED --signed in--> READY --close--> CLOSING --lost--> GONE
    session      READY --lost--> AWAY --resumed--> READY;  READY or AWAY --end--> ENDED
"""

from enum import Enum
from typing import Final


class ConnectionState(Enum):
    """Where one WebSocket stands."""

    CHALLENGED = "challenged"
    """It has the challenge and owes a `hello`."""
    READY = "ready"
    """It carries a session."""
    CLOSING = "closing"
    """The server has decided to close it: what still arrives is not looked at."""
    GONE = "gone"


class SessionState(Enum):
    """Where the session of one client stands."""

    READY = "ready"
    """A connection carries it."""
    AWAY = "away"
    """Its connection broke; it is kept for the grace time."""
    ENDED = "ended"
    """Its codes and pairs are over; nothing brings it back."""


class Event(Enum):
    """What happens to connections and sessions."""

    SIGNED_IN = "signed-in"
    CLOSE = "close"
    LOST = "lost"
    RESUMED = "resumed"
    END = "end"


TRANSITIONS: Final[dict[ConnectionState | SessionState, dict[Event, ConnectionState | SessionState]]] = {
    ConnectionState.CHALLENGED: {
        Event.SIGNED_IN: ConnectionState.READY,
        Event.CLOSE: ConnectionState.CLOSING,
        Event.LOST: ConnectionState.GONE,
    },
    ConnectionState.READY: {
        Event.CLOSE: ConnectionState.CLOSING,
        Event.LOST: ConnectionState.GONE,
    },
    ConnectionState.CLOSING: {Event.LOST: ConnectionState.GONE},
    ConnectionState.GONE: {},
    SessionState.READY: {
        Event.LOST: SessionState.AWAY,
        Event.RESUMED: SessionState.READY,
        Event.END: SessionState.ENDED,
    },
    SessionState.AWAY: {
        Event.RESUMED: SessionState.READY,
        Event.END: SessionState.ENDED,
    },
    SessionState.ENDED: {},
}
"""A session that is resumed while READY was replaced: its old connection still stood."""


class IllegalTransitionError(RuntimeError):
    """The server tried what the table does not allow: a mistake of the program, never of a client."""


def connection_after(state: ConnectionState, event: Event) -> ConnectionState:
    """The state of a connection after an event."""
    following = TRANSITIONS[state].get(event)
    if not isinstance(following, ConnectionState):
        raise IllegalTransitionError(f"{event.name} while a connection is {state.name}")
    return following


def session_after(state: SessionState, event: Event) -> SessionState:
    """The state of a session after an event."""
    following = TRANSITIONS[state].get(event)
    if not isinstance(following, SessionState):
        raise IllegalTransitionError(f"{event.name} while a session is {state.name}")
    return following
