"""When the relays of one pair are asked for anew: their credentials end, and a transfer may last longer. Pure."""

from enum import Enum
from typing import Final

SHARE: Final = 0.5
"""Part of their time after which they are renewed: what is left bridges an outage of the server, and is still good for
whatever is begun meanwhile."""

AGAIN_S: Final = 60.0
"""Pause after a refusal: the server grants one renewal a minute in the long run."""

FOREVER: Final = float("inf")


class State(Enum):
    """How it stands."""

    GOOD = "good"
    ASKING = "asking"
    OVER = "over"
    """The server does not know of renewals, or the pair is no more: what there is has to do."""


class Event(Enum):
    """What happens."""

    ASK = "ask"
    RENEWED = "renewed"
    REFUSED = "refused"
    """For now."""
    END = "end"


TRANSITIONS: Final[dict[State, dict[Event, State]]] = {
    State.GOOD: {Event.ASK: State.ASKING, Event.END: State.OVER},
    State.ASKING: {Event.RENEWED: State.GOOD, Event.REFUSED: State.GOOD, Event.END: State.OVER},
    State.OVER: {Event.END: State.OVER},
}


class Renewal:
    """Of one pair. `ttl` is what the server told; None of a server that does not renew. Times are of any one clock."""

    def __init__(self, ttl: float | None, now: float) -> None:
        self.state = State.OVER if ttl is None else State.GOOD
        self._due = FOREVER if ttl is None else now + SHARE * ttl

    def wake_at(self) -> float:
        """When to ask; infinity for never."""
        return self._due if self.state is State.GOOD else FOREVER

    def ask(self) -> bool:
        """Whether it may be asked for now, at its time or earlier; it is then taken to be."""
        if self.state is not State.GOOD:
            return False
        self._happens(Event.ASK)
        return True

    def renewed(self, ttl: float | None, now: float) -> None:
        """The server granted it."""
        self._happens(Event.RENEWED if ttl is not None else Event.END)
        self._due = FOREVER if ttl is None else now + SHARE * ttl

    def refused(self, now: float) -> None:
        """The server, or the way to it, fails for now."""
        self._happens(Event.REFUSED)
        self._due = now + AGAIN_S

    def end(self) -> None:
        """There is nothing to ask any more."""
        self._happens(Event.END)

    def _happens(self, event: Event) -> None:
        self.state = TRANSITIONS[self.state][event]
