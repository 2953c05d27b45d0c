"""Hashing in the background: one thread with low priority, a short step at a time."""

import asyncio
import contextlib
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from pypeer.library.index import RootIndex
from pypeer.library.stock import Item
from pypeer.threads import in_thread
from pypeer.transfer.sources import Files, OfferedTree

STEP_S: Final = 0.05
"""How long a step works before others get their turn."""

NICENESS: Final = 10
"""Priority of the thread below that of the program (setpriority(2); of threads it is known on Linux only)."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Hashed:
    """A file was hashed; without a root it is not what it was when it was scanned, or not there."""

    item: Item
    root: bytes | None


class Batch:
    """Files to be hashed, one after another; for one thread. Nothing is left once it `is_done`."""

    def __init__(self, items: Sequence[Item], index: RootIndex) -> None:
        self._left = list(reversed(items))
        self._index = index
        self._tree: OfferedTree | None = None

    @property
    def is_done(self) -> bool:
        """Whether all are hashed."""
        return not self._left

    def step(self) -> list[Hashed]:
        """Work for a moment: what was finished."""
        end = time.monotonic() + STEP_S
        finished: list[Hashed] = []
        while self._left and time.monotonic() < end:
            done = self._some(self._left[-1])
            if done is not None:
                self._left.pop()
                finished.append(done)
        self._index.put((each.item.source.path, each.item.source.identity, each.root) for each in finished if each.root)
        self._index.save()
        return finished

    def close(self) -> None:
        """Let go of the file that is open."""
        if self._tree is not None:
            self._tree.close()

    def _some(self, item: Item) -> Hashed | None:
        if self._tree is None:
            self._tree = OfferedTree([item.entry], Files([item.source]), "")
        result = self._tree.hash_some(0)
        if result is None:
            return None
        self._tree.close()
        self._tree = None
        return Hashed(item, result if isinstance(result, bytes) else None)


class Hasher:
    """The thread, and the index of roots."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, "byway-hash", _stand_back)
        self._index: RootIndex | None = None

    async def start(self) -> str:
        """Open the index: what is wrong with it, if anything is."""
        self._index = await self._run(lambda: RootIndex(self._path))
        return self._index.complaint

    async def recall(self, items: Sequence[Item]) -> list[Hashed]:
        """Those whose roots are known from before. In a thread of usual priority: a start waits for it."""
        index = self._opened

        def find() -> list[Hashed]:
            return [Hashed(item, index.find(item.source.path, item.source.identity)) for item in items]

        return [each for each in await in_thread(find) if each.root is not None]

    async def hash(self, items: Sequence[Item]) -> AsyncIterator[list[Hashed]]:
        """Hash these, a step each time the next is asked for."""
        batch = Batch(items, self._opened)
        try:
            while not batch.is_done:
                yield await self._run(batch.step)
        finally:
            await self._run(batch.close)

    async def close(self) -> None:
        """Save what is known, and end the thread."""
        if self._index is not None:
            await self._run(self._index.close)
        self._thread.shutdown(wait=False)

    @property
    def _opened(self) -> RootIndex:
        assert self._index is not None, "start comes first"
        return self._index

    async def _run(self, work: Callable[[], _T]) -> _T:
        """When cancelled, still wait for the thread: what it uses is about to be closed."""
        running = asyncio.get_running_loop().run_in_executor(self._thread, work)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.wait((running,))
            raise


def _stand_back() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
