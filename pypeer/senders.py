"""The senders of one fetch: each is met by itself, and they come to it by turns.

The first code whose sender can be reached says what is fetched; of the others only those that offer the same are drawn
from.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.errors import DeclinedError, PeerError, TransferError
from pypeer.events import Event, Offered, SourceDropped, SourceJoined
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.secure.code import Code
from pypeer.supplier import Supplier
from pypeer.transfer.joining import OTHER
from pypeer.transfer.session import ReceiveSession
from pypeer.transfer.source import Source

_log = logging.getLogger("byway.fetching")


class Senders:
    """`begin` agrees to what the first of them offers, and makes the session that draws; raises PeerError."""

    def __init__(
        self,
        desk: Desk,
        codes: Sequence[Code],
        emit: Callable[[Event], None],
        begin: Callable[[Offered], Awaitable[ReceiveSession]],
    ) -> None:
        self.begun: asyncio.Future[ReceiveSession] = asyncio.get_running_loop().create_future()
        """The session, once there is one; the error, if none comes."""
        self._desk = desk
        self._emit = emit
        self._begin = begin
        self._suppliers = [Supplier(desk, code, emit, bool(number)) for number, code in enumerate(codes)]
        self._sources: list[Source] = []
        self._turns = [asyncio.Event() for _ in codes]
        self._tasks: list[asyncio.Task[None]] = []
        self._agreed: Offered | None = None

    @property
    def conversation(self) -> Conversation | None:
        """That with the sender of the first code, once the two peers have met."""
        return self._suppliers[0].conversation

    def start(self) -> None:
        """Meet all of them."""
        self._turns[0].set()
        for number in range(len(self._suppliers)):
            self._spawn(number)

    def add(self, code: Code, session: ReceiveSession) -> None:
        """Another helps, unless there are enough: draw from it, too."""
        number = len(self._suppliers)
        if number >= limits.HELPERS_MAX:
            return
        self._suppliers.append(Supplier(self._desk, code, self._emit, named=True, patient=True))
        self._sources.append(session.source())
        self._turns.append(asyncio.Event())
        self._turns[number].set()
        self._spawn(number)

    async def close(self) -> None:
        """Give up those that were not met, and wait until the others are done."""
        for task, supplier in zip(self._tasks, self._suppliers, strict=True):
            if supplier.conversation is None:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, number: int) -> None:
        self._tasks.append(asyncio.create_task(self._supply(number), name=f"byway-supply-{number}"))

    async def _supply(self, number: int) -> None:
        """One sender, to its end. Whoever does not come to agree lets the next have its turn."""
        supplier = self._suppliers[number]
        try:
            await supplier.supply(lambda offered: self._agree(number, offered))
        except PeerError as error:
            await self._turns[number].wait()
            self._dropped(number, error)
        except Exception as error:
            _log.exception("a conversation failed")
            self._dropped(number, TransferError(f"the program failed: {type(error).__name__}", EndCode.INTERNAL))
        finally:
            self._turn_after(number)

    async def _agree(self, number: int, offered: Offered) -> Source:
        """The first that comes is agreed to by the person, the others only if they offer as much."""
        await self._turns[number].wait()
        if self._agreed is None:
            await self._agree_to(number, offered)
        elif _sums(offered) != _sums(self._agreed):
            raise TransferError(OTHER, EndCode.DECLINED)
        self._turn_after(number)
        source = self._sources[number]
        source.on_drawn = lambda: self._drawn(number)
        return source

    async def _agree_to(self, number: int, offered: Offered) -> None:
        """There is something to fetch; those before this one did not come to it."""
        try:
            session = await self._begin(offered)
        except DeclinedError as error:
            self.begun.set_exception(error)
            raise
        self._agreed = offered
        self._sources = [session.source() for _ in self._suppliers]
        for source in self._sources[:number]:
            source.fail(TransferError("it could not be reached", EndCode.VANISHED))
        self.begun.set_result(session)

    def _turn_after(self, number: int) -> None:
        if number + 1 < len(self._turns):
            self._turns[number + 1].set()

    def _drawn(self, number: int) -> None:
        if len(self._suppliers) > 1:
            supplier = self._suppliers[number]
            count = sum(source.drawn and not source.has_ended for source in self._sources)
            self._emit(SourceJoined(session=supplier.session, peer=supplier.peer, short=supplier.short, sources=count))

    def _dropped(self, number: int, error: PeerError) -> None:
        """The others go on, if there are any who may."""
        if self.begun.done() and (self.begun.exception() or self.begun.result().has_ended):
            return
        supplier = self._suppliers[number]
        if self._sources:
            self._sources[number].fail(error)
            if self.begun.result().has_ended:
                return
        elif number + 1 == len(self._suppliers):
            self.begun.set_exception(error)
            return
        self._emit(
            SourceDropped(
                session=supplier.session,
                code=error.code,
                message=str(error),
                peer=supplier.peer,
                short=supplier.short,
            )
        )


def _sums(offered: Offered) -> tuple[int, int, int, bool]:
    return offered.files, offered.folders, offered.bytes, offered.text
