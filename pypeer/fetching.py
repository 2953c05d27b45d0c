"""A fetch: one or more codes, as many senders of the same, one session that draws from all; files end up in a folder.

The first code whose sender can be reached says what is fetched, and is agreed to by the person; of the others only
those that offer the same are drawn from.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.errors import CodeError, DeclinedError, PeerError, TransferError
from pypeer.events import Event, Failed, Offered, SourceDropped, SourceJoined
from pypeer.helping import Helping, Share
from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.secure.code import Code, parse
from pypeer.stream import EventStream
from pypeer.supplier import Supplier
from pypeer.transfer.budget import Budget
from pypeer.transfer.choosing import EVERYTHING, Choice
from pypeer.transfer.joining import OTHER
from pypeer.transfer.session import Decide, ReceiveSession
from pypeer.transfer.source import Source

_log = logging.getLogger("byway.fetching")


class Fetch:
    """Something fetched by codes. Iterate over it for events; the last is `Done` or `Failed`."""

    def __init__(
        self,
        desk: Desk,
        codes: Sequence[Code],
        into: Path | BinaryIO,
        decide: Decide,
        choice: Choice = EVERYTHING,
        budget: Budget | None = None,
        share: Share | None = None,
        background: bool = False,
    ) -> None:
        self.events = EventStream()
        self._desk = desk.in_background() if background else desk
        self._helping = None if share is None else Helping(share, self._open)
        self._codes = {str(code) for code in codes}
        self._into = into
        self._decide = decide
        self._choice = choice
        self._budget = budget
        self._background = background
        self._suppliers = [Supplier(self._desk, code, self.events.emit, bool(i)) for i, code in enumerate(codes)]
        self._sources: list[Source] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._turns = [asyncio.Event() for _ in codes]
        self._agreed: Offered | None = None
        self._session: ReceiveSession | None = None
        self._begun: asyncio.Future[ReceiveSession] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._run(), name=f"byway-fetch-{codes[0].locator}")

    @property
    def conversation(self) -> Conversation | None:
        """That with the sender of the first code, once the two peers have met."""
        return self._suppliers[0].conversation

    def pause(self) -> None:
        """Stop asking for chunks; the connection stays."""
        if self._session is not None:
            self._session.pause()

    def resume(self) -> None:
        """Go on."""
        if self._session is not None:
            self._session.resume()

    async def wait(self) -> None:
        """Wait for the end; raises PeerError."""
        await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Cancel, tell the other side, and wait until all is closed."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, PeerError):
            await self._task
        self.events.end()

    def __aiter__(self) -> EventStream:
        return self.events

    async def __aenter__(self) -> "Fetch":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _run(self) -> None:
        try:
            await self._fetch()
        except PeerError as error:
            self.events.emit(Failed(code=error.code, message=str(error), retry=error.retry))
            raise
        finally:
            self.events.end()

    async def _fetch(self) -> None:
        self._turns[0].set()
        for number in range(len(self._suppliers)):
            self._spawn(number)
        try:
            await (await self._begun).wait()
            await self._close_suppliers()
            if self._helping is not None:
                await self._helping.go_on()
        finally:
            await self._close_suppliers()
            if self._helping is not None:
                await self._helping.stop()

    def _spawn(self, number: int) -> None:
        self._tasks.append(asyncio.create_task(self._supply(number), name=f"byway-supply-{number}"))

    async def _close_suppliers(self) -> None:
        for task, supplier in zip(self._tasks, self._suppliers, strict=True):
            if supplier.conversation is None:
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _open(self, code: str) -> None:
        """The others may draw from here: the sender is to tell them."""
        self._codes.add(code)
        if self._session is not None:
            self._session.help(code)

    def _found(self, text: str) -> None:
        """Another of the swarm helps: draw from it, too."""
        number = len(self._suppliers)
        session = self._session
        if text in self._codes or session is None or session.has_ended or number >= limits.HELPERS_MAX:
            return
        self._codes.add(text)
        try:
            code = parse(text)
        except CodeError:
            return
        self._suppliers.append(Supplier(self._desk, code, self.events.emit, named=True, patient=True))
        self._sources.append(session.source())
        self._turns.append(asyncio.Event())
        self._turns[number].set()
        self._spawn(number)

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
            self.events.emit(offered)
            if not await self._decide(offered):
                error = DeclinedError("You declined.")
                self._begun.set_exception(error)
                raise error
            self._begin(number, offered)
        elif _sums(offered) != _sums(self._agreed):
            raise TransferError(OTHER, EndCode.DECLINED)
        self._turn_after(number)
        source = self._sources[number]
        source.on_drawn = lambda: self._drawn(number)
        return source

    def _begin(self, number: int, agreed: Offered) -> None:
        """There is something to fetch; those before this one did not come to it."""
        self._agreed = agreed
        session = ReceiveSession(
            self._into,
            self._as_agreed(agreed),
            self._emit_new(agreed),
            choice=self._choice,
            budget=self._budget,
            swarm=self._helping is not None,
            background=self._background,
        )
        self._session = session
        session.on_found = self._found
        if self._helping is not None:
            session.on_swarm = self._helping.start
        self._sources = [session.source() for _ in self._suppliers]
        for source in self._sources[:number]:
            source.fail(TransferError("it could not be reached", EndCode.VANISHED))
        self._begun.set_result(session)

    def _turn_after(self, number: int) -> None:
        if number + 1 < len(self._turns):
            self._turns[number + 1].set()

    def _drawn(self, number: int) -> None:
        if len(self._suppliers) > 1:
            supplier = self._suppliers[number]
            count = sum(source.drawn and not source.has_ended for source in self._sources)
            self.events.emit(
                SourceJoined(session=supplier.session, peer=supplier.peer, short=supplier.short, sources=count)
            )

    def _dropped(self, number: int, error: PeerError) -> None:
        """The others go on, if there are any who may."""
        if self._begun.done() and (self._begun.exception() or self._begun.result().has_ended):
            return
        supplier = self._suppliers[number]
        if self._sources:
            self._sources[number].fail(error)
            if self._begun.result().has_ended:
                return
        elif number + 1 == len(self._suppliers):
            self._begun.set_exception(error)
            return
        self.events.emit(
            SourceDropped(
                session=supplier.session,
                code=error.code,
                message=str(error),
                peer=supplier.peer,
                short=supplier.short,
            )
        )

    def _as_agreed(self, agreed: Offered) -> Decide:
        """What comes over the link is what was agreed to, or is asked about again."""

        async def decide(offered: Offered) -> bool:
            return offered == agreed or await self._decide(offered)

        return decide

    def _emit_new(self, agreed: Offered) -> Callable[[Event], None]:
        """What was shown already is not told again."""

        def emit(event: Event) -> None:
            if event != agreed:
                self.events.emit(event)

        return emit


def _sums(offered: Offered) -> tuple[int, int, int, bool]:
    return offered.files, offered.folders, offered.bytes, offered.text
