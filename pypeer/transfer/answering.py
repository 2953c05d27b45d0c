"""Answers what is asked for on one link: reads ahead in a thread, and waits for room on that link only.

What is read is hashed here, just before it is sent: see `merkle.chunk_hash`.
"""

import asyncio
from collections.abc import Callable
from typing import Final

from pypeer.links.link import SHORT_BYTES, Link, LinkClosedError
from pypeer.octets import Lasting
from pypeer.protocol import limits
from pypeer.protocol.frames import Data, Frame
from pypeer.threads import in_thread
from pypeer.transfer.budget import Budget
from pypeer.transfer.effects import Chunk, Read
from pypeer.transfer.sender import Sender
from pypeer.transfer.sources import OfferedTree
from pypeer.transfer.storing import Lost

HIGH_WATER_BYTES: Final = 1024 * 1024
"""A sender waits when this much is buffered: enough to keep a link busy while the next chunk is read, little enough to
stop soon on a pause."""

READ_BYTES: Final = 1024 * 1024
"""Read at a time by a thread: a few chunks, or hundreds of small files, for one hop there and back. Two such batches
wait while one is sent."""

Answers = list[tuple[Read, Lasting | Lost]]


class Answering:
    """Serves one link until its tasks are cancelled; `short` is for who decides late what to send next."""

    def __init__(
        self,
        sender: Sender,
        number: int,
        link: Link,
        tree: OfferedTree,
        send: Callable[[int, Frame], None],
        lost: Callable[[Lost], None],
        budget: Budget | None = None,
        short: bool = False,
    ) -> None:
        self.tasks: list[asyncio.Task[None]] = []
        self._sender = sender
        self._number = number
        self._link = link
        self._tree = tree
        self._send = send
        self._lost = lost
        self._budget = budget
        self._most, self._step = HIGH_WATER_BYTES, READ_BYTES
        if short:
            link.keep_short()
            self._most, self._step = SHORT_BYTES, limits.CHUNK_BYTES
        self._answers: asyncio.Queue[Answers] = asyncio.Queue(1)
        self._news, self._bare_news = asyncio.Event(), asyncio.Event()

    def wake(self) -> None:
        """There may be something to read."""
        self._news.set()
        self._bare_news.set()

    async def read(self) -> None:
        """Task: read what is asked for."""
        while True:
            self._news.clear()
            reads = self._sender.take(self._number, self._step)
            if reads:
                results = await in_thread(self._tree.read, reads)
                await self._answers.put(list(zip(reads, results, strict=True)))
            else:
                await self._news.wait()

    async def hash(self) -> None:
        """Task: tell hashes that are asked for without their chunks; short as they are, they wait for no room."""
        while True:
            self._bare_news.clear()
            reads = self._sender.take(self._number, READ_BYTES, bare=True)
            for read, data in zip(reads, await in_thread(self._tree.read, reads), strict=True) if reads else ():
                for frame in self._sender.answer(read, self._result(read, data)):
                    self._send(self._number, frame)
            if not reads:
                await self._bare_news.wait()

    async def answer(self) -> None:
        """Task: send what was read."""
        while True:
            for read, data in await self._answers.get():
                frames = self._sender.answer(read, self._result(read, data))
                await self._room()
                while (frame := next(frames, None)) is not None:
                    self._send(self._number, frame)
                    if self._budget is not None and isinstance(frame, Data):
                        await self._pace(self._budget, len(frame.payload))
                    if self._link.buffered > self._most:
                        await self._room()

    def _result(self, read: Read, data: Lasting | Lost) -> Chunk | Lost:
        if isinstance(data, Lost):
            self._lost(data)
            return data
        return self._tree.hashed(read.file, read.chunk, data)

    async def _pace(self, budget: Budget, count: int) -> None:
        """Whoever shares the budget waits in the order of sending, so all get the same share."""
        delay = budget.spend(count, asyncio.get_running_loop().time())
        if delay > 0:
            await asyncio.sleep(delay)

    async def _room(self) -> None:
        """Wait until the link has room; what is sent next is decided only then, for it may not be wanted any more."""
        while self._link.buffered > self._most:
            try:
                await self._link.drain()
            except LinkClosedError:
                return
