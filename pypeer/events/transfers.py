"""One transfer: who sends and receives, what, over which path, and how it goes and ends."""

from pypeer.events.event import Event
from pypeer.links.link import Scope
from pypeer.protocol.report import ConnectionReport


class Skipped(Event, frozen=True, tag="skipped"):
    """Something that was named, or lies in a folder that was, is not part of the offer; `message` says what and why."""

    message: str


class Noted(Event, frozen=True, tag="noted"):
    """Something worth knowing about what is fetched: names that had to be changed, files that have changed."""

    message: str


class Joined(Event, frozen=True, tag="joined"):
    """The other peer proved the code: its id, short name, and what it calls itself."""

    peer: str
    short: str
    name: str = ""


class OnBehalf(Event, frozen=True, tag="on-behalf"):
    """What comes is of `peer`, which is proven and calls itself `name`; `by` serves it, until then, in seconds since
    1970."""

    peer: str
    short: str
    by: str
    by_short: str
    until: float
    name: str = ""


class Waiting(Event, frozen=True, tag="waiting"):
    """The person at the other side is asked, and may take up to so many `seconds`."""

    peer: str
    short: str
    seconds: float


class Offered(Event, frozen=True, tag="offered"):
    """What the other side offers."""

    files: int
    folders: int
    bytes: int
    title: str = ""
    text: bool = False


class Accepted(Event, frozen=True, tag="accepted"):
    """The receiver accepted."""

    files: int
    bytes: int


class PathChanged(Event, frozen=True, tag="path"):
    """How the two peers are connected, when the session gets a link and at each change."""

    way: str
    scope: Scope
    local: str
    remote: str


class Report(Event, frozen=True, tag="report"):
    """How an attempt to connect went, or why it came to nothing: candidates, checks, times (pypeer.protocol.report)."""

    report: ConnectionReport


class SourceJoined(Event, frozen=True, tag="source"):
    """One of several senders offers the same, and is drawn from; `sources` counts those that are now."""

    peer: str
    short: str
    sources: int


class SourceDropped(Event, frozen=True, tag="source-dropped"):
    """Nothing more comes from one of several senders, the others go on: why. `peer` is empty if it was never met."""

    code: str
    message: str
    peer: str = ""
    short: str = ""


class Progress(Event, frozen=True, tag="progress"):
    """Verified and stored so far; `rate` in bytes a second, `left` in seconds, from so many `sources`."""

    bytes: int
    total: int
    files: int = 0
    rate: float | None = None
    left: float | None = None
    sources: int = 1


class Text(Event, frozen=True, tag="text"):
    """A text that was sent as text."""

    text: str


class Paused(Event, frozen=True, tag="paused"):
    """One side paused (`by` is `me` or `them`)."""

    by: str


class Resumed(Event, frozen=True, tag="resumed"):
    """The transfer goes on."""


class Reconnecting(Event, frozen=True, tag="reconnecting"):
    """The last path broke; another is being looked for."""


class FileFailed(Event, frozen=True, tag="file-failed"):
    """One file could not be sent or stored; the others go on."""

    path: str
    code: str
    message: str


class Done(Event, frozen=True, tag="done"):
    """A transfer is complete: everything is verified and stored.

    `into` are the paths written, and `fetched` is how many of the bytes came in this run (both of get). `sent` are the
    bytes that this side sent for it (send): less than all if others helped, or part was there already.
    """

    files: int
    bytes: int
    seconds: float
    failed: int = 0
    fetched: int | None = None
    into: tuple[str, ...] = ()
    sent: int = 0


class Failed(Event, frozen=True, tag="error"):
    """A transfer, or the whole command, ended with an error."""

    code: str
    message: str
    retry: bool = False
