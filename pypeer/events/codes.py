"""A code under which something is offered."""

from pypeer.events.event import Event


class Ready(Event, frozen=True, tag="ready"):
    """A code is open. `expires` is in seconds from now."""

    code: str
    link: str
    expires: float


class Guessed(Event, frozen=True, tag="guessed"):
    """Someone tried wrong words; `left` attempts remain before the code burns."""

    left: int


class Closed(Event, frozen=True, tag="closed"):
    """The code takes no more receivers: `used`, `expired`, `burned`, `stopped`, `lost`, or `moved` elsewhere."""

    reason: str
