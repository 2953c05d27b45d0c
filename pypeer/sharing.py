"""An offer: one code, and a conversation with each receiver that proves it."""

import asyncio
from functools import partial
from typing import ClassVar, Final

import msgspec

from pypeer.connect.detour import Ways
from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.errors import PeerError, ServerError
from pypeer.events import Closed, Failed, Guessed, Ready, Skipped
from pypeer.protocol import limits
from pypeer.protocol.codes import RefusalCode
from pypeer.protocol.sealed import Meet
from pypeer.receivers import RECEIVERS_MAX, Receivers
from pypeer.running import Running
from pypeer.secure.code import Code
from pypeer.secure.keys import Role
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.budget import Budget
from pypeer.transfer.manifest import preview
from pypeer.transfer.sending import SendSession
from pypeer.transfer.sources import OfferedTree
from pypeer.transfer.swarm import Seeding, Swarm
from signaling.protocol.messages import Knocked, Open, Opened, Shut

LAPSE_S: Final = 5.0
"""How long after its time a code ends here, if the server has not said so: it may be away, for good."""


class Offer(Running):
    """Something offered under a code, which `acquaints` the two if a person tells it to another.

    Iterate over it for events; `stop` or leaving `async with` ends it.
    """

    transfers: ClassVar[bool] = True
    """Whether links will be needed, so that addresses may be gathered while the two still meet."""

    def __init__(
        self,
        desk: Desk,
        tree: OfferedTree,
        words: tuple[str, ...],
        times: int | None,
        budget: Budget | None = None,
        swarm: bool = False,
        background: bool = False,
        acquaints: bool = True,
    ) -> None:
        super().__init__()
        self._desk = desk.in_background() if background else desk
        self._tree = tree
        self._words = words
        self._left = times
        self._budget = budget
        self._swarm = Swarm[SendSession]() if swarm else None
        self._seeding = Seeding() if swarm else None
        self._background = background
        self._acquaints = acquaints
        self._code: Code | None = None
        self._guesses = limits.GUESSES
        self._expires = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._closed: str | None = None
        self._receivers = Receivers(
            self._desk, self.events.emit, self._converse, self._most, self._end_if_idle, self.transfers
        )
        self.delivered = 0
        """Receivers that have everything; one that lacks a file, which changed or went meanwhile, does not count."""

    @property
    def code(self) -> str:
        """The code to tell the receiver."""
        assert self._code is not None
        return str(self._code)

    @property
    def link(self) -> str:
        """The same as a link to the server's page."""
        assert self._code is not None
        return self._code.link(str(self._desk.client.url))

    @property
    def locator(self) -> str:
        """The part of the code that the server knows."""
        return self._code.locator if self._code is not None else ""

    async def open(self, expires: float | None) -> None:
        """Get a locator; raises ServerError."""
        loop = asyncio.get_running_loop()
        opened = await self._desk.client.ask(Open(id=1, ttl=expires), Opened)
        self._code = Code(opened.locator, self._words)
        self._expires = loop.time() + opened.ttl
        self._timer = loop.call_later(opened.ttl + LAPSE_S, self.lapsed)
        for message in self._tree.skipped:
            self.events.emit(Skipped(message=message))
        self.events.emit(Ready(code=self.code, link=self.link, expires=opened.ttl))

    async def reopen(self) -> None:
        """Wait again under the same locator, after the server lost the session."""
        left = self._expires - asyncio.get_running_loop().time()
        if self._closed is not None or left < 1:
            return
        try:
            await self._desk.client.ask(Open(id=1, ttl=max(left, 30.0), locator=self.locator), Opened)
        except PeerError as error:
            self._lose(Failed(code=error.code, message=f"The code could not be kept: {error}", retry=True))

    def refused(self, error: ServerError) -> None:
        """The server has ended all that this peer had there."""
        self._lose(Failed(code=error.code, message=str(error), retry=error.retry))

    def knocked(self, knocked: Knocked) -> None:
        """Someone knocked: meet them."""
        assert self._code is not None
        pair = self._desk.pair(Role.B, knocked, self._code.password)
        pair.on_wrong_words = self._wrong_words
        if self._closed is not None:
            pair.refuse(RefusalCode.BURNED if self._closed == "burned" else RefusalCode.USED)
        else:
            self._receivers.meet(pair, self._desk.relays(knocked))

    def lapsed(self) -> None:
        """The server ended the code, or would have."""
        self._close("expired")

    async def stop(self) -> None:
        """End the code and all transfers."""
        self._close("stopped")
        await self._receivers.stop()
        self.events.end()

    def _most(self) -> int:
        """How many can be served now: those who are may be the last for whom the code is."""
        return RECEIVERS_MAX if self._left is None else self._left

    async def _converse(self, pair: Pair, meet: Meet, ways: Ways) -> None:
        if self._acquaints and (remembered := await self._desk.acquaint(pair, meet)) is not None:
            self.events.emit(msgspec.structs.replace(remembered, session=pair.id))
        pair.send(preview(self._tree.offer, self._tree.entries))
        session = SendSession(
            self._tree,
            pair.id,
            self.events.emit,
            budget=self._budget,
            background=self._background,
            seeding=self._seeding,
        )
        if self._swarm is not None:
            session.on_helper = partial(self._helps, session)
        try:
            await Conversation(pair, session, ways, pair.id, self.events.emit).run()
        finally:
            if self._swarm is not None:
                self._swarm.leaves(session)
        outcome = await session.wait()
        self.delivered += not outcome.failed
        self._used()

    def _used(self) -> None:
        """One more has what is under the code."""
        if self._left is not None:
            self._left -= 1
            if not self._left:
                self._close("used")

    def _helps(self, session: SendSession, code: str) -> None:
        """A receiver helps the others: tell some of them, and it of some."""
        assert self._swarm is not None
        for member, helper in self._swarm.helps(session, code):
            member.helper(helper)

    @property
    def serving(self) -> int:
        """Receivers that are served now."""
        return self._receivers.serving

    def _wrong_words(self) -> int:
        self._guesses = max(0, self._guesses - 1)
        self.events.emit(Guessed(left=self._guesses))
        if self._guesses == 0:
            self._close("burned")
        return self._guesses

    def _lose(self, failed: Failed) -> None:
        if self._closed is None:
            self.events.emit(failed)
            self._close("lost")

    def _close(self, reason: str) -> None:
        if self._closed is None:
            self._closed = reason
            if self._timer is not None:
                self._timer.cancel()
            if self._code is not None and reason != "expired":
                self._desk.client.post(Shut(id=1, locator=self.locator))
            self.events.emit(Closed(reason=reason))
            self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self._closed is not None and self._receivers.is_idle:
            self.events.end()
