"""Contacts: who is known, who calls, and who is called."""

from pypeer.events.event import Event


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
