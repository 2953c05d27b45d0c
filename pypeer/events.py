"""Events of the API, each also one line of `--json`: `{"event": ...}`. Fields are only ever added."""

import json

import msgspec

from pypeer.links.link import Scope
from pypeer.protocol.report import ConnectionReport


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", omit_defaults=True):
    """Root of all events. `session` tells receivers of one code apart; it is empty where there is only one."""

    session: str = ""


class Ready(Event, frozen=True, tag="ready"):
    """A code is open. `expires` is in seconds from now."""

    code: str
    link: str
    expires: float


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


class Guessed(Event, frozen=True, tag="guessed"):
    """Someone tried wrong words; `left` attempts remain before the code burns."""

    left: int


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


class Closed(Event, frozen=True, tag="closed"):
    """The code takes no more receivers: `used`, `expired`, `burned`, `stopped`, `lost`, or `moved` elsewhere."""

    reason: str


class Counted(Event, frozen=True, tag="counted"):
    """What would be published, before anything is: `folders` as their owner calls them, at `server`, for the members of
    a sealed `space` or, without one, for everybody there."""

    files: int
    bytes: int
    folders: str
    name: str
    server: str
    space: str = ""


class LibraryOpen(Event, frozen=True, tag="library"):
    """A library is in the directory, where the server calls it `library`; `peer` is this peer, its owner.

    Told again whenever the server had lost it. `most` is how many files the server takes, `space` that in which it is.
    """

    library: str
    name: str
    peer: str
    short: str
    most: int
    space: str = ""


class Announced(Event, frozen=True, tag="announced"):
    """Files that others find, of `total` that are there; `whole` once that is all.

    `left` are those for which the server has no room.
    """

    files: int
    total: int
    whole: bool = False
    left: int = 0


class Wished(Event, frozen=True, tag="asked"):
    """Someone wants something of a library: `files` by name, or a `folder`. With `ask` its owner has to answer."""

    peer: str
    short: str
    title: str
    files: int
    bytes: int
    name: str = ""
    folder: str | None = None
    why: str = ""
    ask: bool = False
    alike: tuple[str, ...] = ()
    """Contacts that its name could be taken for, and that it is not."""


class Declined(Event, frozen=True, tag="declined"):
    """Who asked for something of a library does not get it, or what a contact wants to send is not taken.

    `reason` is `no`, `unanswered`, or `nobody`: there is nobody to be asked.
    """

    reason: str


class Invited(Event, frozen=True, tag="invited"):
    """Someone, who has proven the code, invites to a sealed space: as it calls it."""

    space: str
    peer: str
    short: str
    name: str = ""


class Member(Event, frozen=True, tag="member"):
    """Who was invited to a sealed space is a member now."""

    space: str
    peer: str
    short: str
    name: str = ""


class SpaceListed(Event, frozen=True, tag="space"):
    """A sealed space of this user; `since` is when it was joined, in seconds since 1970. The `link`, a secret, where it
    was asked for."""

    name: str
    since: float
    link: str = ""


class Withdrawn(Event, frozen=True, tag="withdrawn"):
    """A library is not in the directory any more."""


class Remembered(Event, frozen=True, tag="contact"):
    """Who was met by a code is known from now on as `name`; `standing` says what it may do, `new` whether it was not.

    Also a line of `pypeer contacts`; there `alike` are contacts for which a reader could take this one, and `mixed`
    tells that its name mixes alphabets whose letters look alike. Times are seconds since 1970.
    """

    peer: str
    short: str
    name: str
    standing: str
    new: bool = False
    alike: tuple[str, ...] = ()
    mixed: bool = False
    met: float | None = None
    seen: float | None = None


class InboxOpen(Event, frozen=True, tag="inbox"):
    """An inbox waits for calls of so many `contacts`; told again when they change. `peer` is this peer."""

    peer: str
    short: str
    into: str
    contacts: int


class Calling(Event, frozen=True, tag="calling"):
    """One of several contacts is called, `name` is what our person calls it; `session` is in all that is told of it."""

    peer: str
    short: str
    name: str


class Called(Event, frozen=True, tag="called"):
    """A contact wants to send something; `names` are the first of it. With `ask` our person has to answer.

    `name` is what our person calls it, `alike` are contacts for which a reader could take it.
    """

    peer: str
    short: str
    name: str
    files: int
    folders: int
    bytes: int
    title: str = ""
    text: bool = False
    names: tuple[str, ...] = ()
    alike: tuple[str, ...] = ()
    ask: bool = False


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


_encoder = msgspec.json.Encoder()


def to_json(event: Event) -> str:
    """One line of JSON. Paths that are no UTF-8 have escaped surrogates, as `os.fsdecode` makes them."""
    try:
        return _encoder.encode(event).decode()
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(event))
