"""What a person was told of each session already, so that nothing is told twice."""

from pypeer import events
from pypeer.events import Event
from pypeer.links.link import Scope


class Said:
    """Of all sessions of one command."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}
        self._scopes: dict[str, Scope] = {}

    def is_news(self, event: Event, text: str) -> bool:
        """Whether an event, which is this in words, tells anything new.

        Attempts to connect that fail one after another mostly do so for the same reason; and a second road as good as
        the first, TCP beside a data channel, changes nothing for whoever waits for files.
        """
        match event:
            case events.Report():
                before, self._reasons[event.session] = self._reasons.get(event.session), text
                return text != before
            case events.PathChanged():
                known, self._scopes[event.session] = self._scopes.get(event.session), event.scope
                return event.scope is not known
            case events.Reconnecting():
                self._scopes.pop(event.session, None)
            case events.Done() | events.Failed():
                self._reasons.pop(event.session, None)
                self._scopes.pop(event.session, None)
            case _:
                pass
        return True
