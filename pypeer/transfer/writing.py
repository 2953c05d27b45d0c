"""Verifies what has come and has it stored, by a thread, in the order in which the core wants it."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from pypeer.protocol.messages import Entry
from pypeer.threads import in_thread
from pypeer.transfer import chunks, merkle
from pypeer.transfer.storing import Corrupt, Finish, Reuse, Store, StoreEffect, StoreResult

WRITE_BYTES: Final = 1024 * 1024
WRITE_EFFECTS: Final = 64
"""Written at a time by a thread, in bytes and in chunks and files: a quarter of the window. What is to be finished
was put together by the core, and stays together."""


class Writing:
    """Runs until its task is cancelled. `perform` blocks; `told` gets the results, of several effects at a time."""

    def __init__(
        self,
        perform: Callable[[Sequence[StoreEffect]], Sequence[StoreResult]],
        entries: Sequence[Entry],
        told: Callable[[Sequence[StoreResult]], None],
    ) -> None:
        self._perform = perform
        self._entries = entries
        self._told = told
        self._todo: deque[StoreEffect] = deque()
        self._waits = 0
        """How much is to be done, in bytes: once it is WRITE_BYTES, nothing more is waited for."""
        self._work = asyncio.Event()

    def put(self, effect: StoreEffect) -> None:
        """This is to be done after all that was put before."""
        self._todo.append(effect)
        self._waits += self._weight(effect)
        self._work.set()

    async def run(self) -> None:
        """Task: several go to the thread at once, so small files cost few hops; not all, so others work meanwhile."""
        while True:
            await self._work.wait()
            await self._gather()
            if batch := self._batch():
                self._told(await in_thread(self._perform, batch))
            if not self._todo:
                self._work.clear()

    async def _gather(self) -> None:
        """Wait while each turn of the loop brings more: on a link that is faster than the loop, and on no other."""
        before = 0
        while before < self._waits < WRITE_BYTES:
            before = self._waits
            await asyncio.sleep(0)

    def _batch(self) -> list[StoreEffect]:
        """What is to be done next. A chunk that does not match its hash is told to the core instead."""
        batch: list[StoreEffect] = []
        room = WRITE_BYTES
        while self._todo and room > 0:
            effect = self._todo.popleft()
            self._waits -= self._weight(effect)
            room -= 0 if isinstance(effect, Finish) else max(WRITE_BYTES // WRITE_EFFECTS, self._length(effect))
            if isinstance(effect, Store) and not self._matches(effect):
                self._told((Corrupt(effect.file, effect.chunk),))
            else:
                batch.append(effect)
        return batch

    def _weight(self, effect: StoreEffect) -> int:
        """Others than chunks wait for nothing."""
        return max(WRITE_BYTES // WRITE_EFFECTS, len(effect.data)) if isinstance(effect, Store) else WRITE_BYTES

    def _length(self, effect: StoreEffect) -> int:
        match effect:
            case Store():
                return len(effect.data)
            case Reuse():
                return chunks.chunk_length(self._entries[effect.file].size, effect.chunk)
            case _:
                return 0

    def _matches(self, chunk: Store) -> bool:
        return merkle.chunk_hash(chunk.data, self._entries[chunk.file].size) == chunk.hash
