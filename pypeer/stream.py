"""The stream of events of one offer or fetch: what `async for` runs over."""

import asyncio
from collections import deque
from typing import Final

from pypeer.events import Event, Progress

UNREAD: Final = 10_000
"""Events kept for a reader that is busy elsewhere; then the oldest go. A folder of files that all fail fits."""


class EventStream:
    """Events in, events out, until `end`; a `Progress` that nobody read yet is replaced by the next of its session."""

    def __init__(self) -> None:
        self._events: deque[Event] = deque(maxlen=UNREAD)
        self._ready = asyncio.Event()
        self._ended = False

    def emit(self, event: Event) -> None:
        """Add an event."""
        last = self._events[-1] if self._events else None
        if isinstance(event, Progress) and isinstance(last, Progress) and last.session == event.session:
            self._events[-1] = event
        else:
            self._events.append(event)
        self._ready.set()

    def end(self) -> None:
        """No more events will come; safe to call twice."""
        self._ended = True
        self._ready.set()

    def __aiter__(self) -> "EventStream":
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            if self._ended:
                raise StopAsyncIteration
            self._ready.clear()
            await self._ready.wait()
        return self._events.popleft()
