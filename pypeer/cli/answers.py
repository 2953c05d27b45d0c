"""Answers that a script gives to requests, on standard input: a JSON object a line, {"session": ..., "accept": ...}."""

import asyncio
import sys
import threading

import msgspec

from pypeer.events import Wished


class _Answer(msgspec.Struct):
    session: str
    accept: bool


class Answers:
    """Waits for them. Lines that are none are passed over; without more lines to come, nobody answers."""

    def __init__(self) -> None:
        self._waiting: dict[str, asyncio.Future[bool]] = {}
        self._loop = asyncio.get_running_loop()
        # A daemon, because nothing ends a thread that waits for a line.
        threading.Thread(target=self._read, name="byway-answers", daemon=True).start()

    async def ask(self, wished: Wished) -> bool:
        """The answer for one request, whenever it comes."""
        future: asyncio.Future[bool] = self._loop.create_future()
        self._waiting[wished.session] = future
        try:
            return await future
        finally:
            del self._waiting[wished.session]

    def _read(self) -> None:
        for line in sys.stdin:
            try:
                answer = msgspec.json.decode(line, type=_Answer)
            except msgspec.MsgspecError:
                continue
            try:
                self._loop.call_soon_threadsafe(self._answer, answer)
            except RuntimeError:
                return  # the command has ended

    def _answer(self, answer: _Answer) -> None:
        future = self._waiting.get(answer.session)
        if future is not None and not future.done():
            future.set_result(answer.accept)
