"""What is to be known of an offer that is served in the background; pure."""

from typing import Final

import msgspec

from pypeer import events
from pypeer.events import Event

RECEIVERS_KEPT: Final = 100
"""So that a code that is used for months does not make its record grow; those who are being served are all kept."""


class Receiver(msgspec.Struct, omit_defaults=True):
    """One receiver, and how far it is. `ended` says how: `done`, or the code of an error."""

    short: str
    name: str = ""
    way: str = ""
    bytes: int = 0
    total: int = 0
    rate: float | None = None
    ended: str = ""


class Record(msgspec.Struct, omit_defaults=True):
    """One offer. Times are seconds since 1970."""

    pid: int
    paths: tuple[str, ...]
    started: float
    code: str = ""
    link: str = ""
    expires: float = 0.0
    delivered: int = 0
    closed: str = ""
    receivers: dict[str, Receiver] = {}

    def note(self, event: Event, now: float) -> None:
        """Learn from an event of the offer."""
        match event:
            case events.Ready():
                self.code, self.link, self.expires = event.code, event.link, now + event.expires
            case events.Closed():
                self.closed = event.reason
            case events.Joined():
                self.receivers[event.session] = Receiver(event.short, event.name)
                self._forget()
            case _:
                self._note_of(event)

    def _note_of(self, event: Event) -> None:
        receiver = self.receivers.get(event.session)
        if receiver is None:
            return
        match event:
            case events.PathChanged():
                receiver.way = event.way
            case events.Progress():
                receiver.bytes, receiver.total, receiver.rate = event.bytes, event.total, event.rate
            case events.Done():
                receiver.bytes, receiver.ended = event.bytes, "done"
                self.delivered += not event.failed
            case events.Failed():
                receiver.ended = event.code
            case _:
                pass

    def _forget(self) -> None:
        ended = [session for session, receiver in self.receivers.items() if receiver.ended]
        for session in ended[: max(0, len(self.receivers) - RECEIVERS_KEPT)]:
            del self.receivers[session]
