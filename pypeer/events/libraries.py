"""Libraries: what is published, and who asks for it."""

from pypeer.events.event import Event


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


class Withdrawn(Event, frozen=True, tag="withdrawn"):
    """A library is not in the directory any more."""
