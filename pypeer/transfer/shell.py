"""What both sessions have in common: a core, the links, and the tasks that do what the core wants."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from pypeer.errors import PeerError
from pypeer.events import Accepted, Done, Event
from pypeer.links.link import Link, LinkClosedError
from pypeer.octets import Arrived
from pypeer.protocol import frames
from pypeer.protocol.codes import EndCode
from pypeer.transfer.attached import Attached, cost
from pypeer.transfer.carried import TransferSession
from pypeer.transfer.effects import Effect, Emit, End, GiveWay, Idle, Outcome, Send
from pypeer.transfer.party import Party

_log = logging.getLogger("byway.transfer")


class Session(ABC):
    """Runs a core over links that come and go; whoever attaches them closes them. For the event loop's thread."""

    def __init__(
        self, core: Party[Any], session_id: str, emit: Callable[[Event], None], clock: Callable[[], float]
    ) -> None:
        self.on_lost: Callable[[], None] = lambda: None
        """Called when the last link has closed and the session is not over: attach another, or `fail`."""
        self.on_idle: Callable[[Link], None] = lambda link: None
        """Called at the receiver when this link has nothing to do, and a better one is open: close it, or keep it."""
        self._core = core
        self._session_id = session_id
        self._emit_event = emit
        self._clock = clock
        self._links = Attached()
        self._came: list[tuple[int, Arrived]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._result: Outcome | PeerError | None = None
        self._closing: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._started = clock()

    @property
    def has_ended(self) -> bool:
        """Whether it is over, but for what is to be tidied up."""
        return bool(self._core.ended)

    def attach(self, link: Link, rank: int | None = None, alone: bool | None = None, source: int = 0) -> None:
        """Go on over this link too, or to this source over this link only: `alone`, as it is without a rank; with
        another rank from now on, if it is attached already.

        The receiver asks on the links of lowest rank that work; what is on its way on the others still arrives there.
        If it is to be alone, that is lost, and the links before are not listened to any more. A relay never ranks with
        what needs none, whatever is said here.
        """
        if self._core.ended:
            return
        if rank is None if alone is None else alone:
            self._drop_all_but(link, source)
        number = self._links.number(link)
        if number is None:
            self._add(link, rank or 0, source)
        elif rank is not None:
            self._perform(self._core.link_ranked(number, max(rank, cost(link.path)), self._clock()))

    def _add(self, link: Link, rank: int, source: int) -> None:
        number = self._links.add(link, source)
        self._link_there(number, link)
        rank = max(rank, cost(link.path))
        self._perform(self._core.link_up(number, rank, link.frame_bytes, self._clock(), source))
        link.start(partial(self._on_frame, number), partial(self._on_close, number))

    def pause(self) -> None:
        """The person here pauses; what is on its way still arrives."""
        self._perform(self._core.pause(self._clock()))

    def resume(self) -> None:
        """The person here goes on."""
        self._perform(self._core.resume(self._clock()))

    def cancel(self, code: EndCode = EndCode.CANCELLED, message: str = "") -> None:
        """End the session, and tell the other side if there is a link."""
        self._perform(self._core.cancel(code, message, self._clock()))

    def fail(self, error: PeerError) -> None:
        """End the session with this error."""
        self._perform(self._core.abandon(error))

    async def wait(self) -> Outcome:
        """Wait for the end, when nothing runs and no file is open any more; raises PeerError.

        Cancelling it cancels the session, and still waits until all is closed.
        """
        try:
            await self._over.wait()
        except asyncio.CancelledError:
            self.cancel()
            await self._closed()
            raise
        await self._closed()
        assert self._result is not None
        if isinstance(self._result, PeerError):
            raise self._result
        return self._result

    async def over(self) -> Outcome:
        """The same, but cancelling it does nothing to the session."""
        await self._over.wait()
        return await self.wait()

    async def _closed(self) -> None:
        if self._closing is not None:
            await asyncio.shield(self._closing)

    def _on_frame(self, number: int, data: Arrived) -> None:
        """What comes in one turn of the loop goes to the core together: of small files that is many frames."""
        if not self._came:
            asyncio.get_running_loop().call_soon(self._take_came)
        self._came.append((number, data))

    def _take_came(self) -> None:
        came, self._came = self._came, []
        for number, frames_of in groupby(came, itemgetter(0)):
            if number in self._links:
                many = map(itemgetter(1), frames_of)
                self._perform(self._core.receive_all(number, many, self._clock()))

    def _on_close(self, number: int) -> None:
        self._take_came()
        if number in self._links:
            source = self._links.source(number)
            self._drop(number)
            if not self._links.has(source) and not self._core.ended:
                self._face(source).on_lost()

    def _drop_all_but(self, link: Link | None, source: int) -> None:
        for number in self._links.beside(link, source):
            self._drop(number)

    def _face(self, source: int) -> TransferSession:
        """Whoever is told what happens to the links of this source."""
        return self

    def _drop(self, number: int) -> None:
        self._links.remove(number)
        self._link_gone(number)
        self._perform(self._core.link_lost(number, self._clock()))

    def _perform(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self._send(effect.link, effect.frame)
                case Emit():
                    self._emit(effect.event)
                case GiveWay():
                    self._links[effect.link].give_way()
                case Idle():
                    self._face(self._links.source(effect.link)).on_idle(self._links[effect.link])
                case End():
                    self._result = effect.result
                    self._closing = asyncio.create_task(self._end(effect.result), name="byway-transfer-end")
                case _:
                    self._do(effect)

    def _send(self, number: int, frame: frames.Frame) -> None:
        if number in self._links:
            try:
                self._links[number].send(*frames.encode_parts(frame))
            except LinkClosedError:
                _log.debug("%s was not sent: the link has closed", type(frame).__name__)

    def _emit(self, event: Event) -> None:
        if isinstance(event, Accepted):
            self._started = self._clock()
        self._emit_event(msgspec.structs.replace(event, session=self._session_id) if self._session_id else event)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=f"byway-{name}")
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            _log.error("the transfer failed", exc_info=error)
            self.cancel(EndCode.INTERNAL, f"the program failed: {type(error).__name__}")

    async def _end(self, result: Outcome | PeerError) -> None:
        """Stop what runs, let go of what is open, then tell."""
        self._stop()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(self._release)
        if isinstance(result, Outcome):
            self._tell(result)
        self._over.set()

    def _tell(self, result: Outcome) -> None:
        seconds = self._clock() - self._started
        files, size, failed, fetched = result.files, result.bytes, result.failed, result.fetched
        done = Done(files=files, bytes=size, seconds=seconds, failed=failed, fetched=fetched, into=result.into)
        self._emit(msgspec.structs.replace(done, sent=self._sent()))

    def _sent(self) -> int:
        """Bytes that this side has sent."""
        return 0

    @abstractmethod
    def _link_there(self, number: int, link: Link) -> None:
        """A link is there."""

    @abstractmethod
    def _link_gone(self, number: int) -> None:
        """It is gone."""

    @abstractmethod
    def _do(self, effect: Effect) -> None:
        """Effects of the one core or the other."""

    @abstractmethod
    def _stop(self) -> None:
        """The session is over: make what runs in a thread end soon."""

    @abstractmethod
    def _release(self) -> None:
        """Close files; blocking."""
