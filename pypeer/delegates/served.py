"""Something that is served for its owner: an offer under that one's code, in its name."""

import asyncio
import time

import msgspec

from pypeer.delegates.kept import KeptTree
from pypeer.delegates.record import Record
from pypeer.desk import Desk
from pypeer.errors import PeerError
from pypeer.events import Failed
from pypeer.protocol.sealed import OnBehalf, Preview
from pypeer.sharing import Offer
from pypeer.transfer.budget import Budget
from signaling.protocol.rendezvous import Opened, Take


class Served(Offer):
    """Of one record; the code is taken over when it is opened, and again before the server would end it."""

    def __init__(self, desk: Desk, record: Record, budget: Budget | None = None, background: bool = False) -> None:
        how = (record.words, record.times, budget, False, background, False)
        super().__init__(desk, KeptTree(record), *how)
        self.record = record
        self.guesses = record.guesses
        self._renewing: asyncio.Task[None] | None = None

    async def open(self, expires: float | None = None) -> None:
        """Take the code over; raises ServerError."""
        await super().open(expires)
        self._renewing = asyncio.create_task(self._renew(), name="byway-renew")

    async def stop(self) -> None:
        """See Offer."""
        if self._renewing is not None:
            self._renewing.cancel()
        await super().stop()

    async def _claim(self, ttl: float | None, locator: str | None) -> Opened:
        """What the server grants is bounded by the delegation, and by what it grants to anybody."""
        opened = await self._desk.client.ask(Take(id=1, delegation=self.record.delegation), Opened)
        if locator is not None:
            self._lasts(opened.ttl)
        return opened

    async def _renew(self) -> None:
        """A code may be delegated for longer than the server lets any live at once."""
        loop = asyncio.get_running_loop()
        while (granted := self._expires - loop.time()) < (self.record.expires or 0.0) - time.time() - 1.0:
            await asyncio.sleep(granted / 2)
            try:
                await self._claim(None, self.locator)
            except PeerError as error:
                self._lose(Failed(code=error.code, message=str(error), retry=error.retry))
                return

    def _preview(self) -> Preview:
        by = OnBehalf(delegation=self.record.delegation, name=self.record.called)
        return msgspec.structs.replace(super()._preview(), by=by)
