"""Answers to what comes up while a command runs: of a person, or those that a script gives on standard input, a JSON
object a line.

To requests to a library: {"session": ..., "accept": ...}; to calls: {"session": ..., "answer": ...}.
"""

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

import msgspec

from pypeer.cli.asking import Asking
from pypeer.cli.show import Show
from pypeer.contacts.policy import Answer
from pypeer.events import Called, Wished

T = TypeVar("T")

EARLY: Final = 64
"""Answers that are kept although nothing waits for them yet: a script may be quicker than the event is handled here."""


class Turns:
    """Questions to the person at the terminal, one after the other."""

    def __init__(self, show: Show) -> None:
        self._show = show
        self._turn = asyncio.Lock()

    async def put(self, asking: Asking[T], said: str, question: str) -> T:
        """Say what it is about, and ask, once nothing else is asked."""
        async with self._turn:
            self._show.say(said)
            return await self._show.put_soon(asking, question)


class _Accept(msgspec.Struct):
    session: str
    accept: bool


class _Reply(msgspec.Struct):
    session: str
    answer: Answer


class _Lines(Generic[T]):
    """Waits for answers. Lines that are none are passed over; `read` gives the session and the answer of one."""

    def __init__(self, read: Callable[[str], tuple[str, T]]) -> None:
        self._read_line = read
        self._waiting: dict[str, asyncio.Future[T]] = {}
        self._early: dict[str, T] = {}
        self._ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        # A daemon, because nothing ends a thread that waits for a line.
        threading.Thread(target=self._read, name="byway-answers", daemon=True).start()

    async def answer(self, session: str) -> T:
        """The answer about one session, whenever it comes, or came."""
        if session in self._early:
            return self._early.pop(session)
        future: asyncio.Future[T] = self._loop.create_future()
        self._waiting[session] = future
        try:
            return await future
        finally:
            del self._waiting[session]

    async def wait_ended(self) -> None:
        """Return once no more lines can come."""
        await self._ended.wait()

    def _read(self) -> None:
        try:
            for line in sys.stdin:
                try:
                    session, answer = self._read_line(line)
                except msgspec.MsgspecError:
                    continue
                self._loop.call_soon_threadsafe(self._answer, session, answer)
            self._loop.call_soon_threadsafe(self._ended.set)
        except RuntimeError:
            return  # the command has ended

    def _answer(self, session: str, answer: T) -> None:
        future = self._waiting.get(session)
        if future is None:
            self._early[session] = answer
            if len(self._early) > EARLY:
                del self._early[next(iter(self._early))]
        elif not future.done():
            future.set_result(answer)


class Answers:
    """To requests to a library. Without more lines to come, nobody answers."""

    def __init__(self) -> None:
        self._lines = _Lines(_accept)

    async def ask(self, wished: Wished) -> bool:
        """The answer for one request, whenever it comes."""
        return await self._lines.answer(wished.session)


class Replies:
    """To calls. Without more lines to come there is no answer, at once."""

    def __init__(self) -> None:
        self._lines = _Lines(_reply)

    async def ask(self, called: Called) -> Answer | None:
        """The answer for one call."""
        answering = asyncio.ensure_future(self._lines.answer(called.session))
        ending = asyncio.ensure_future(self._lines.wait_ended())
        try:
            await asyncio.wait((answering, ending), return_when=asyncio.FIRST_COMPLETED)
            return answering.result() if answering.done() else None
        finally:
            answering.cancel()
            ending.cancel()
            await asyncio.gather(answering, ending, return_exceptions=True)


def _accept(line: str) -> tuple[str, bool]:
    read = msgspec.json.decode(line, type=_Accept)
    return read.session, read.accept


def _reply(line: str) -> tuple[str, Answer]:
    read = msgspec.json.decode(line, type=_Reply)
    return read.session, read.answer
