"""The senders of one fetch: each is met by itself, and they come to it by turns.

Of several codes, the first whose sender can be reached says what is fetched, and of the others only those that offer
the same are drawn from. Where what is to be fetched is known beforehand, whoever comes first is as good as any other.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from pypeer.approach import Approach, ByCode
from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.errors import DeclinedError, PeerError, TransferError
from pypeer.events import Event, Offered, SourceDropped, SourceJoined
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.secure.code import Code
from pypeer.supplier import Supplier
from pypeer.transfer.expected import NOT_ASKED, Expected
from pypeer.transfer.session import ReceiveSession
from pypeer.transfer.source import Source
from pypeer.transfer.subflow import OTHER

_log = logging.getLogger("byway.fetching")


class Senders:
    """`begin` agrees to what the first of them offers, and makes the session that draws; raises PeerError."""

    def __init__(
        self,
        desk: Desk,
        approaches: Sequence[Approach],
        emit: Callable[[Event], None],
        begin: Callable[[Offered], Awaitable[ReceiveSession]],
        expected: Expected | None = None,
    ) -> None:
        self.begun: asyncio.Future[ReceiveSession] = asyncio.get_running_loop().create_future()
        """The session, once there is one; the error, if none comes."""
        self.on_alone: Callable[[PeerError], None] = lambda error: None
        """Called when the last of them is gone, and the session goes on nevertheless."""
        self._desk = desk
        self._emit = emit
        self._begin = begin
        self._expected = expected
        self._suppliers = [Supplier(desk, each, emit, bool(number)) for number, each in enumerate(approaches)]
        self._sources: list[Source] = []
        self._turns = [asyncio.Event() for _ in approaches]
        self._tasks: list[asyncio.Task[None]] = []
        self._agreed: Offered | None = None
        self._agreeing = asyncio.Lock()
        self._errors: dict[int, PeerError] = {}
        """Why nothing more comes from whom, by number."""

    @property
    def conversation(self) -> Conversation | None:
        """That with the sender of the first code, once the two peers have met."""
        return self._suppliers[0].conversation

    def start(self) -> None:
        """Meet all of them."""
        for turn in self._turns[:1] if self._expected is None else self._turns:
            turn.set()
        for number in range(len(self._suppliers)):
            self._spawn(number)

    @property
    def spent(self) -> dict[str, PeerError]:
        """Peers from which nothing more comes, and why."""
        return {self._suppliers[number].peer: error for number, error in self._errors.items()}

    def add_code(self, code: Code, session: ReceiveSession) -> None:
        """Another helps, unless there are enough: draw from it, too."""
        self.add(ByCode(code, patient=True), session)

    def add(self, approach: Approach, session: ReceiveSession) -> bool:
        """Draw from another, too, unless there were enough: whether it is."""
        number = len(self._suppliers)
        if number >= limits.HELPERS_MAX:
            return False
        self._suppliers.append(Supplier(self._desk, approach, self._emit, named=True))
        self._sources.append(session.source())
        self._turns.append(asyncio.Event())
        self._turns[number].set()
        self._spawn(number)
        return True

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
        self._look(offered)
        async with self._agreeing:
            if self._agreed is None and self.begun.done():
                raise DeclinedError("You declined.")
            if self._agreed is None:
                await self._agree_to(number, offered)
            elif _sums(offered) != _sums(self._agreed):
                raise TransferError(OTHER, EndCode.DECLINED)
        self._turn_after(number)
        source = self._sources[number]
        source.on_drawn = lambda: self._drawn(number)
        return source

    def _look(self, offered: Offered) -> None:
        if self._expected is not None and not self._expected.admits(*_sums(offered)):
            raise TransferError(NOT_ASKED, EndCode.BAD_MANIFEST)

    async def _agree_to(self, number: int, offered: Offered) -> None:
        """There is something to fetch; some did not come to it."""
        try:
            session = await self._begin(offered)
        except DeclinedError as error:
            self.begun.set_exception(error)
            raise
        known = self._suppliers[number].known
        if known is not None:
            session.vouch(known)
        self._agreed = offered
        self._sources = [session.source() for _ in self._suppliers]
        for gone, why in self._errors.items():
            self._sources[gone].fail(why)
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
        self._errors[number] = error
        if self._sources:
            self._sources[number].fail(error)
            if self.begun.result().has_ended:
                return
        elif len(self._errors) == len(self._suppliers):
            self.begun.set_exception(self._verdict(error))
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
        if self._sources and len(self._errors) == len(self._suppliers):
            self.on_alone(error)

    def _verdict(self, last: PeerError) -> PeerError:
        """Of several that were found, what one can do something about: that somebody has it and declined."""
        declined = [error for error in self._errors.values() if isinstance(error, DeclinedError)]
        return declined[0] if declined and self._expected is not None else last


def _sums(offered: Offered) -> tuple[int, int, int, bool]:
    return offered.files, offered.folders, offered.bytes, offered.text
