"""Keeps what is known of a library up to date: scans, recalls what was hashed before, hashes the rest, follows changes.

What comes of it goes to whoever announces: `put` and `drop` for files with their roots, `settled` for whether that is
all for now.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from pypeer.errors import PeerError
from pypeer.library.folders import Content, Folders, look
from pypeer.library.hashing import Hashed, Hasher
from pypeer.library.stock import Item, Stock
from pypeer.library.waiting import Waiting
from pypeer.library.watch import watch
from pypeer.transfer.identity import IDENTITY

BATCH_FILES: Final = 1000
BATCH_BYTES: Final = 2**30
"""What is hashed before it is looked again what comes next: seconds of work."""

RECALL: Final = 2000
"""Files that are looked up in the index at a time: 20 ms, and the rest of the program gets its turn."""

RESCAN_S: Final = 1.0
"""Least time between two scans, and ..."""

RESCAN_RATIO: Final = 10
"""... so many times what the last one took, whatever changes: a tenth of a core at most."""

UNSEEN_S: Final = 600.0
"""A scan without a change that was noticed: network file systems, and links, tell of none."""

_log = logging.getLogger("byway.library")


class Audience(Protocol):
    """Whoever is told what is there."""

    def put(self, path: str, size: int, root: bytes) -> None:
        """A file is there, with this root."""

    def drop(self, path: str) -> None:
        """It is not there any more, or not what it was."""

    def settled(self, is_all: bool) -> None:
        """Something was done; whether all that is there has been put."""


class Keeper:
    """Of one library. `is_busy` says whether others need the machine now; `note` gets what its owner should know."""

    def __init__(
        self,
        folders: Folders,
        hasher: Hasher,
        audience: Audience,
        is_busy: Callable[[], bool],
        note: Callable[[str], None],
    ) -> None:
        self.stock = Stock()
        self._folders = folders
        self._hasher = hasher
        self._audience = audience
        self._is_busy = is_busy
        self._note = note
        self._waiting = Waiting()
        self._under_way = 1
        """Scans and batches that are not done yet, the first scan among them."""
        self._changed = asyncio.Event()
        self._wanted = asyncio.Event()
        self._noted: set[str] = set()
        self._took_s = 0.0

    async def run(self, content: Content) -> None:
        """From what was found first, until cancelled."""
        self._say(await self._hasher.start())
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch())
            await self._take(content)
            tasks.create_task(self._hash())
            tasks.create_task(self._rescan())

    def look_again(self) -> None:
        """Something may have changed."""
        self._changed.set()

    async def _watch(self) -> None:
        try:
            await watch(self._folders, self.look_again)
        except OSError as error:
            minutes = f"{UNSEEN_S / 60:.0f} minutes"
            self._say(f"changes are noticed every {minutes} only, because the system does not tell of them: {error}")

    async def _rescan(self) -> None:
        """The first time at once: something may have changed before it was watched."""
        while True:
            await asyncio.sleep(max(RESCAN_S, RESCAN_RATIO * self._took_s))
            self._changed.clear()
            self._under_way += 1
            began = time.monotonic()
            try:
                await self._take(await asyncio.to_thread(look, self._folders))
            except PeerError as error:
                self._say(f"changes are not followed: {error}")
                self._done()
            self._took_s = time.monotonic() - began
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(UNSEEN_S):
                    await self._changed.wait()

    async def _take(self, content: Content) -> None:
        """What a scan found takes the place of what was there."""
        for message in content.skipped:
            self._say(message)
        changes = self.stock.scanned(content.entries, content.sources)
        for path in changes.gone:
            self._waiting.drop(path)
            self._audience.drop(path)
        for path in changes.moved:
            self._known(path)
        await self._recall(changes.unknown)
        self._done()

    async def _recall(self, paths: Sequence[str]) -> None:
        for at in range(0, len(paths), RECALL):
            items = self._items(paths[at : at + RECALL])
            self._take_roots(await self._hasher.recall(items))
            now = time.time()
            for item in items:
                if item.root is None and self.stock.files.get(item.entry.path) is item:
                    self._waiting.put(item.entry.path, item.entry.size, _changed_at(item), now)
            self._wanted.set()
            self._audience.settled(False)

    async def _hash(self) -> None:
        while True:
            self._wanted.clear()
            paths = self._waiting.take(BATCH_FILES, BATCH_BYTES, time.time())
            if paths:
                self._under_way += 1
                await self._hash_all(self._items(paths))
                self._done()
            else:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._waiting.wait(time.time())):
                        await self._wanted.wait()

    async def _hash_all(self, items: Sequence[Item]) -> None:
        began = time.monotonic()
        async for finished in self._hasher.hash(items):
            self._take_roots(finished)
            if any(each.root is None for each in finished):
                self.look_again()
            self._audience.settled(False)
            if self._is_busy():
                await asyncio.sleep(time.monotonic() - began)  # as long as the step took: half of the time at most
            began = time.monotonic()

    def _take_roots(self, found: Sequence[Hashed]) -> None:
        for each in found:
            path = each.item.entry.path
            if each.root is not None and self.stock.rooted(path, each.item.source.identity, each.root):
                self._waiting.drop(path)
                self._known(path)

    def _known(self, path: str) -> None:
        item = self.stock.files[path]
        assert item.root is not None
        self._audience.put(path, item.entry.size, item.root)

    def _items(self, paths: Sequence[str]) -> list[Item]:
        return [self.stock.files[path] for path in paths if path in self.stock.files]

    def _done(self) -> None:
        self._under_way -= 1
        self._audience.settled(not self._under_way and not self._waiting)

    def _say(self, message: str) -> None:
        if message and message not in self._noted:
            self._noted.add(message)
            self._note(message)


def _changed_at(item: Item) -> float:
    return float(IDENTITY.unpack(item.source.identity)[3]) / 1e9
