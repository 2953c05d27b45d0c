"""What an agent wants done, and how it stands."""

from enum import Enum
from typing import Final

from msgspec import Struct

from pypeer.connect.ice.pairs import Pair
from signaling.protocol.values import Address


class Side(Enum):
    """Whose candidates."""

    HERE = "here"
    THERE = "there"


class State(Enum):
    """How the generation stands."""

    CHECKING = "checking"
    CONNECTED = "connected"
    SILENT = "silent"
    FAILED = "failed"


TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.CHECKING: frozenset({State.CONNECTED, State.FAILED}),
    State.CONNECTED: frozenset({State.SILENT}),
    State.SILENT: frozenset({State.CONNECTED, State.FAILED}),
    State.FAILED: frozenset(),
}


class Send(Struct, frozen=True):
    """Send a datagram from a socket; `ttl` is set for packets that shall not arrive."""

    base: int
    to: Address
    data: bytes
    ttl: int | None = None


class Selected(Struct, frozen=True):
    """Data goes over this pair from now on."""

    pair: Pair


class Became(Struct, frozen=True):
    """The state changed."""

    state: State


Effect = Send | Selected | Became
