"""Tasks that belong to one object, and end with it."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger("byway.connect")


class Tasks:
    """Started by `spawn`; what fails is logged, as nobody waits for it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin something."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._ended)

    def cancel(self) -> None:
        """End all of it."""
        for task in tuple(self._running):
            task.cancel()

    async def wait(self) -> None:
        """Wait until all has ended, however it did."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.warning("connecting: %s", error, exc_info=error)
