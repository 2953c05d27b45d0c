"""What a peer has begun, as a script holds it: events that it runs over, and an end."""

import asyncio
import contextlib
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self

from pypeer.errors import PeerError
from pypeer.events import Failed
from pypeer.stream import EventStream


class Running(ABC):
    """Runs until `stop`, or until an `async with` is left. Iterate over it for events."""

    def __init__(self) -> None:
        self.events = EventStream()

    @abstractmethod
    async def stop(self) -> None:
        """End it, and wait until all is closed; safe to call twice."""

    def __aiter__(self) -> EventStream:
        return self.events

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()


class Errand(Running):
    """Ends by itself, well or not: the last event is `Failed` then. A subclass calls `begin` when it is made."""

    _task: asyncio.Task[None]

    def begin(self, name: str) -> None:
        """Start, in a task of this name."""
        self._task = asyncio.create_task(self._to_its_end(), name=name)

    @abstractmethod
    async def run(self) -> None:
        """Do it; raises PeerError."""

    async def wait(self) -> None:
        """Wait for the end; raises PeerError."""
        await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Cancel, tell the other side, and wait until all is closed."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, PeerError):
            await self._task
        self.events.end()

    async def _to_its_end(self) -> None:
        try:
            await self.run()
        except PeerError as error:
            self.events.emit(Failed(code=error.code, message=str(error), retry=error.retry))
            raise
        finally:
            self.events.end()
