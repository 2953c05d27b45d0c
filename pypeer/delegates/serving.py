"""What is served for others now: begun, followed, ended."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from pypeer.delegates.record import Record
from pypeer.delegates.served import Served
from pypeer.delegates.store import KeptStore
from pypeer.desk import Desk
from pypeer.events import Closed, Done, Event, Failed, Guessed, Ready
from pypeer.sharing import Offer
from pypeer.tasks import Tasks
from pypeer.transfer.budget import Budget
from signaling.protocol.codes import ErrorCode

ENDS: Final = {"used": "used", "burned": "burned", "moved": "withdrawn", "expired": "expired"}
"""Ends of a code, after which nothing is to be served; what is lost with the server may come back."""

FINAL: Final = frozenset((ErrorCode.BAD_DELEGATION.value, ErrorCode.LOCATOR_TAKEN.value))
"""What the server says to whoever will never get this code again."""


class Serving:
    """`adopt` lets an offer hear what the server tells, `release` ends that."""

    def __init__(
        self,
        desk: Desk,
        store: KeptStore,
        emit: Callable[[Event], None],
        adopt: Callable[[Offer], None],
        release: Callable[[Offer], None],
        budget: Budget | None,
        background: bool,
    ) -> None:
        self.on_over: Callable[[Record, str | None], None] = lambda record, reason: None
        """Called when one has come to its end, with the reason (pypeer.events.KeptNoMore), or without one if it may go
        on later."""
        self._desk = desk
        self._store = store
        self._emit = emit
        self._adopt, self._release = adopt, release
        self._how = (budget, background)
        self._served: dict[str, Served] = {}
        self._tasks = Tasks("serving")

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._served

    def records(self) -> list[Record]:
        """All that is served now."""
        return [each.record for each in self._served.values()]

    async def serve(self, record: Record) -> None:
        """Take its code over, and serve it; raises PeerError."""
        served = Served(self._desk, record, *self._how)
        self._served[record.id] = served
        self._adopt(served)
        try:
            await served.open()
        except BaseException:
            self._served.pop(record.id, None)
            self._release(served)
            raise
        self._tasks.spawn(self._follow(served))

    async def quit(self, record_id: str) -> None:
        """Serve it no more, if it is."""
        served = self._served.pop(record_id, None)
        if served is not None:
            await served.stop()
            self._release(served)

    async def stop(self) -> None:
        """Serve nothing any more."""
        self._tasks.cancel()
        await asyncio.gather(*(each.stop() for each in self._served.values()))

    async def _follow(self, served: Served) -> None:
        """Tell what happens, and keep what must not begin anew with this program."""
        record, reason, lost = served.record, "", ""
        async for event in served:
            match event:
                case Ready():
                    continue
                case Closed():
                    reason = event.reason
                    continue
                case Guessed():
                    record = await self._keep(replace(record, guesses=max(event.left, 1)))
                case Done() if not event.failed and record.times is not None and record.times > 1:
                    record = await self._keep(replace(record, times=record.times - 1))
                case Failed() if not event.session:
                    lost = event.code
            self._emit(event)
        if self._served.get(record.id) is served:
            self._ended(served, reason, lost)

    def _ended(self, served: Served, reason: str, lost: str) -> None:
        if reason == "lost" and lost not in FINAL:
            del self._served[served.record.id]
            self._release(served)
            self.on_over(served.record, None)
        elif reason in ENDS or reason == "lost":
            self.on_over(served.record, ENDS.get(reason, "withdrawn"))

    async def _keep(self, record: Record) -> Record:
        if await asyncio.to_thread(self._store.find, record.id) is not None:
            await asyncio.to_thread(self._store.put, record)
        return record
