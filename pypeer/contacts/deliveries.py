"""The same sent to several contacts at once: each is called, asked, and served by itself."""

import asyncio
from collections.abc import Sequence

import msgspec

from pypeer.contacts.delivery import Delivery
from pypeer.contacts.outcome import INCOMPLETE, shortfall
from pypeer.errors import PeerError
from pypeer.events import Calling, Skipped
from pypeer.running import Errand


class Deliveries(Errand):
    """Sends to all of them. Iterate over it for events: `session` of each is the peer id of whom it is about.

    Each contact has a `Calling` first, and a `Done` or a `Failed` last. Where not all have everything, `wait` raises
    NotAllError.
    """

    def __init__(self, each: Sequence[Delivery]) -> None:
        super().__init__()
        self.each = tuple(each)
        self.begin("byway-deliveries")

    @property
    def delivered(self) -> int:
        """How many have everything."""
        return sum(one.delivered for one in self.each)

    async def run(self) -> None:
        """See Errand."""
        ends = await asyncio.gather(*(self._follow(one) for one in self.each))
        error = shortfall({one.contact.name: end for one, end in zip(self.each, ends, strict=True)})
        if error is not None:
            raise error

    async def stop(self) -> None:
        """See Running."""
        await asyncio.gather(*(one.stop() for one in self.each))
        await super().stop()

    async def _follow(self, one: Delivery) -> PeerError | None:
        """To its end: what went wrong."""
        contact = one.contact
        session = contact.peer
        self.events.emit(Calling(session=session, peer=contact.peer, short=contact.short, name=contact.name))
        async for event in one:
            if isinstance(event, Skipped):  # the same for all of them
                self._skip(one, event)
            else:
                self.events.emit(msgspec.structs.replace(event, session=session))
        try:
            await one.wait()
        except PeerError as error:
            return error
        return None if one.delivered else INCOMPLETE

    def _skip(self, one: Delivery, event: Skipped) -> None:
        if one is self.each[0]:
            self.events.emit(event)
