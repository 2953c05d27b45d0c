"""Watches whether there is still a server, while there is no link."""

import asyncio
from collections.abc import Callable

from pypeer.no_way import WATCH_S, Forsaken


class ServerWatch:
    """Calls `on_forsaken` once there has been neither a link nor the server for too long (pypeer.no_way)."""

    def __init__(self, linked: Callable[[], bool], reachable: Callable[[], bool], on_forsaken: Callable[[], None]):
        self._linked = linked
        self._reachable = reachable
        self._on_forsaken = on_forsaken
        self._forsaken = Forsaken()
        self._timer: asyncio.TimerHandle | None = None

    def look(self) -> None:
        """Look now, and again and again."""
        loop = asyncio.get_running_loop()
        if self._forsaken.seen(self._linked(), self._reachable(), loop.time()):
            self._on_forsaken()
        else:
            self._timer = loop.call_later(WATCH_S, self.look)

    def stop(self) -> None:
        """It does not matter any more."""
        if self._timer is not None:
            self._timer.cancel()
