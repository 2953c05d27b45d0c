"""An offer: one code, and a conversation with each receiver that proves it."""

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from pypeer.connect.detour import Ways
from pypeer.desk import Desk
from pypeer.errors import PeerError, ServerError
from pypeer.events import Closed, Failed, Guessed, Ready, Skipped
from pypeer.protocol import limits
from pypeer.protocol.codes import RefusalCode
from pypeer.protocol.sealed import Meet, Preview
from pypeer.receivers import RECEIVERS_MAX, Receivers
from pypeer.running import Running
from pypeer.secure.code import Code
from pypeer.secure.keys import Role
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.budget import Budget
from pypeer.transfer.manifest import preview
from pypeer.transfer.sources import OfferedTree
from pypeer.transfer.swarm import Seeding, Swarm
from signaling.protocol.limits import TTL_MIN_S
from signaling.protocol.rendezvous import Knocked, Open, Opened, Shut

if TYPE_CHECKING:
    from pypeer.transfer.sending import SendSession

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
        self.tree = tree
        """What is offered."""
        self.words = words
        """The secret part of the code."""
        self._left = times
        self._budget = budget
        self._swarm: Swarm[SendSession] | None = Swarm() if swarm else None
        self._seeding = Seeding() if swarm else None
        self._background = background
        self._acquaints = acquaints
        self._code: Code | None = None
        self.guesses = limits.GUESSES
        """Wrong ones that are left."""
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
        opened = await self._claim(expires, None)
        self._code = Code(opened.locator, self.words)
        self._lasts(opened.ttl)
        for message in self.tree.skipped:
            self.events.emit(Skipped(message=message))
        self.events.emit(Ready(code=self.code, link=self.link, expires=opened.ttl))

    async def reopen(self) -> None:
        """Wait again under the same locator, after the server lost the session."""
        left = self._expires - asyncio.get_running_loop().time()
        if self._closed is not None or left < 1:
            return
        try:
            await self._claim(max(left, TTL_MIN_S), self.locator)
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

    def lapsed(self, reason: str = "expired") -> None:
        """The server ended the code, or would have; or another session has it now (`moved`)."""
        self._close("moved" if reason == "moved" else "expired")

    async def stop(self) -> None:
        """End the code and all transfers."""
        self._close("stopped")
        await self._receivers.stop()
        self.events.end()

    async def _claim(self, ttl: float | None, locator: str | None) -> Opened:
        """Wait under a locator, under the one that was held; raises ServerError."""
        return await self._desk.client.ask(Open(id=1, ttl=ttl, locator=locator), Opened)

    def _lasts(self, ttl: float) -> None:
        """The code lives for so many seconds from now on."""
        loop = asyncio.get_running_loop()
        self._expires = loop.time() + ttl
        if self._timer is not None:
            self._timer.cancel()
        self._timer = loop.call_later(ttl + LAPSE_S, self.lapsed)

    def _preview(self) -> Preview:
        """What a receiver is told first."""
        return preview(self.tree.offer, self.tree.entries)

    def _most(self) -> int:
        """How many can be served now: those who are may be the last for whom the code is."""
        return RECEIVERS_MAX if self._left is None else self._left

    async def _converse(self, pair: Pair, meet: Meet, ways: Ways) -> None:
        # Nobody waits for these before the code is printed: pypeer.warming loads them meanwhile.
        from pypeer.conversation import Conversation
        from pypeer.transfer.sending import SendSession

        if self._acquaints and (remembered := await self._desk.acquaint(pair, meet)) is not None:
            self.events.emit(msgspec.structs.replace(remembered, session=pair.id))
        pair.send(self._preview())
        session = SendSession(
            self.tree,
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

    def _helps(self, session: "SendSession", code: str) -> None:
        """A receiver helps the others: tell some of them, and it of some."""
        assert self._swarm is not None
        for member, helper in self._swarm.helps(session, code):
            member.helper(helper)

    @property
    def times(self) -> int | None:
        """Receivers after which the code ends, if it does."""
        return self._left

    @property
    def serving(self) -> int:
        """Receivers that are served now."""
        return self._receivers.serving

    def _wrong_words(self) -> int:
        self.guesses = max(0, self.guesses - 1)
        self.events.emit(Guessed(left=self.guesses))
        if self.guesses == 0:
            self._close("burned")
        return self.guesses

    def _lose(self, failed: Failed) -> None:
        if self._closed is None:
            self.events.emit(failed)
            self._close("lost")

    def _close(self, reason: str) -> None:
        if self._closed is None:
            self._closed = reason
            if self._timer is not None:
                self._timer.cancel()
            if self._code is not None and reason not in ("expired", "moved"):
                self._desk.client.post(Shut(id=1, locator=self.locator))
            self.events.emit(Closed(reason=reason))
            self._end_if_idle()

    def _end_if_idle(self) -> None:
        if self._closed is not None and self._receivers.is_idle:
            self.events.end()
