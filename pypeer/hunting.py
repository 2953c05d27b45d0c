"""When all who had something are gone while it is fetched: others who have it are looked for, for a while."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from pypeer.errors import PeerError
from pypeer.events import Event, Noted
from pypeer.plan import More, is_final
from pypeer.senders import Senders
from pypeer.transfer.session import ReceiveSession

TRIES: Final = 13
EVERY_S: Final = 5.0
"""How often it is looked, and after how long again: as long as a server waits for who has lost the connection."""

HUNTING: Final = "nobody is left who sends it; others who have it are looked for, for a minute"


class Hunt:
    """Holds a place among the sources of a session, so that it does not end for want of another."""

    def __init__(
        self,
        more: More,
        senders: Senders,
        session: ReceiveSession,
        emit: Callable[[Event], None],
        every: float = EVERY_S,
    ) -> None:
        self._more = more
        self._senders = senders
        self._session = session
        self._emit = emit
        self._every = every
        self._place = session.source()
        self._task: asyncio.Task[None] | None = None
        senders.on_alone = self.begin

    def begin(self, error: PeerError) -> None:
        """The last of them is gone, for this reason."""
        if self._session.has_all:
            self._place.fail(error)
        else:
            self._task = asyncio.create_task(self._look(error), name="byway-hunt")

    async def stop(self) -> None:
        """Look no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self, error: PeerError) -> None:
        """Once at least; for a while if one of them may come back: who lied or said no does not."""
        may_return = not all(map(is_final, self._senders.spent.values()))
        if may_return:
            self._emit(Noted(message=HUNTING))
        for again in range(TRIES if may_return else 1):
            await asyncio.sleep(self._every if again else 0)
            if await self._find():
                return
        self._place.fail(error)

    async def _find(self) -> bool:
        """Whether there is somebody, and room for one more."""
        with contextlib.suppress(PeerError):
            found = await self._more(self._senders.spent)
            return sum(self._senders.add(each, self._session) for each in found) > 0
        return False
