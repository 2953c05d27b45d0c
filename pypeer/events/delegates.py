"""What is handed over, and served for somebody else."""

from pypeer.events.event import Event


class Kept(Event, frozen=True, tag="kept"):
    """What a contact has handed over, so that this peer serves it; also a line of `pypeer serving`.

    `state` is `copying` while it comes, `copied` until its code has come, too, `serving` from then on. `until` is in
    seconds since 1970.
    """

    id: str
    peer: str
    short: str
    name: str
    state: str
    files: int
    bytes: int
    title: str = ""
    until: float | None = None


class KeptNoMore(Event, frozen=True, tag="kept-no-more"):
    """What was handed over is served no more, and is not here any more: it was `used`, its code `burned`, its time
    `expired`, its owner has taken it back (`withdrawn`), our person has `stopped` it, or whoever handed it over may not
    (`forbidden`)."""

    id: str
    reason: str
    title: str = ""


class HandedOver(Event, frozen=True, tag="handed-over"):
    """A contact serves the code from now on, until then, in seconds since 1970."""

    peer: str
    short: str
    name: str
    until: float
