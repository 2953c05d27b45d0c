"""How far a link is (pypeer.connect.attempt)."""

from enum import Enum
from typing import Final


class State(Enum):
    """How far the link is."""

    NEW = "new"
    OFFERED = "offered"
    DESCRIBED = "described"
    OPEN = "open"
    CLOSED = "closed"


TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.NEW: frozenset({State.OFFERED, State.DESCRIBED, State.CLOSED}),
    State.OFFERED: frozenset({State.DESCRIBED, State.CLOSED}),
    State.DESCRIBED: frozenset({State.OPEN, State.CLOSED}),
    State.OPEN: frozenset({State.CLOSED}),
    State.CLOSED: frozenset(),
}
