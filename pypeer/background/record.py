"""What is to be known of a command that runs in the background; pure."""

from enum import StrEnum
from typing import Final

import msgspec

from pypeer import events
from pypeer.events import Event

SESSIONS_KEPT: Final = 100
"""So that what runs for months does not make its record grow; those that are under way are all kept."""


class Kind(StrEnum):
    """Which command it is."""

    SEND = "send"
    INBOX = "inbox"
    SHARE = "share"


class Session(msgspec.Struct, omit_defaults=True):
    """One peer that receives, or, of an inbox, sends, and how far it is. `ended` says how: `done`, or the code of an
    error."""

    short: str
    name: str = ""
    way: str = ""
    bytes: int = 0
    total: int = 0
    rate: float | None = None
    ended: str = ""


class Record(msgspec.Struct, omit_defaults=True):
    """One command, also a line of `pypeer status --json`. Times are seconds since 1970."""

    kind: Kind
    pid: int
    paths: tuple[str, ...]
    """What is sent, as it was named; of an inbox and of a library, its folders as absolute paths."""
    started: float
    server: str = ""
    code: str = ""
    link: str = ""
    expires: float = 0.0
    """Of what is sent."""
    closed: str = ""
    """Why the code takes no more receivers."""
    counted: events.Counted | None = None
    """What is published, and to whom, as it was shown before."""
    opened: events.InboxOpen | events.LibraryOpen | None = None
    """What was told of an inbox or a library since it is open."""
    found: int = 0
    """Files of a library that others find."""
    delivered: int = 0
    """Transfers that are complete."""
    failed: events.Failed | None = None
    """Why all of it ended."""
    sessions: dict[str, Session] = {}

    @property
    def is_open(self) -> bool:
        """Whether others can come: there is a code, or the inbox or the library is known to the server."""
        return bool(self.code) or self.opened is not None

    @property
    def handle(self) -> str:
        """What a person calls it: its code, the folder of an inbox, the name of a library."""
        if self.counted is not None:
            return self.counted.name
        return self.paths[0] if self.kind is Kind.INBOX else self.code

    def is_called(self, word: str, path: str) -> bool:
        """Whether this is meant: by its handle, the number of its process, or a folder of an inbox or a library.

        `path` is the absolute path that the word is.
        """
        return word in (self.handle, str(self.pid)) or (self.kind is not Kind.SEND and path in self.paths)

    def note(self, event: Event, now: float) -> None:
        """Learn from an event of the command."""
        match event:
            case events.Ready():
                self.code, self.link, self.expires = event.code, event.link, now + event.expires
            case events.Closed():
                self.closed = event.reason
            case events.Counted():
                self.counted = event
            case events.InboxOpen() | events.LibraryOpen():
                self.opened = event
            case events.Announced():
                self.found = event.files
            case events.Failed(session=""):
                self.failed = event
            case events.Joined():
                self.sessions[event.session] = Session(event.short, event.name)
                self._forget()
            case _:
                self._note_of(event)

    def _note_of(self, event: Event) -> None:
        session = self.sessions.get(event.session)
        if session is None:
            return
        match event:
            case events.PathChanged():
                session.way = event.way
            case events.Progress():
                session.bytes, session.total, session.rate = event.bytes, event.total, event.rate
            case events.Done():
                session.bytes, session.ended = event.bytes, "done"
                self.delivered += not event.failed
            case events.Failed():
                session.ended = event.code
            case _:
                pass

    def _forget(self) -> None:
        ended = [key for key, session in self.sessions.items() if session.ended]
        for key in ended[: max(0, len(self.sessions) - SESSIONS_KEPT)]:
            del self.sessions[key]


def claims(kind: Kind, folders: tuple[str, ...], audience: str = "") -> tuple[str, ...]:
    """What only one process may do at a time: receive into a folder, or publish it to the same `audience`."""
    return () if kind is Kind.SEND else tuple(f"{kind.value}\n{audience}\n{folder}" for folder in folders)
