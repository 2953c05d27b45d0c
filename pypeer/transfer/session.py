"""The two sessions: a core, a link, the disk, and the tasks between them."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol

from pypeer.events import Event, Offered, Text
from pypeer.links.link import LinkClosedError
from pypeer.protocol import limits
from pypeer.transfer.effects import (
    Broken,
    Chunk,
    Conclude,
    Discard,
    Effect,
    Examine,
    FindRoot,
    Finish,
    Lost,
    Outcome,
    Prepare,
    Read,
    Store,
    StoreEffect,
    StoreResult,
    Wake,
)
from pypeer.transfer.effects import (
    Decide as DecideEffect,
)
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.names import ManifestError, map_entries, printable
from pypeer.transfer.placing import ignores_case
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.sender import Sender
from pypeer.transfer.shell import HIGH_WATER_BYTES, Session, in_thread
from pypeer.transfer.sources import OfferedTree
from pypeer.transfer.store import DiskStore
from pypeer.transfer.text import TextStore

READ_BYTES: Final = 1024 * 1024
"""Read at a time by a thread: a few chunks, or hundreds of small files, for one hop there and back. Two such batches
wait while one is sent."""

WRITE_BYTES: Final = 1024 * 1024
WRITE_EFFECTS: Final = 64
"""Written at a time by a thread, in bytes and in chunks and files: a quarter of the window."""

Decide = Callable[[Offered], Awaitable[bool]]
"""Asks the person: whether to accept what is offered."""


async def accept_all(offered: Offered) -> bool:
    """Accept whatever is offered."""
    return True


class SendSession(Session):
    """Offers a tree to one receiver."""

    def __init__(
        self,
        tree: OfferedTree,
        session_id: str,
        emit: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sender = Sender(tree.offer, tree.entries)
        super().__init__(self._sender, session_id, emit, clock)
        self._tree = tree
        self._wake = asyncio.Event()
        self._answers: asyncio.Queue[list[tuple[Read, Chunk | Lost]]] = asyncio.Queue(1)
        self._roots: dict[int, None] = {}
        self._root_wanted = asyncio.Event()
        self._spawn(self._read(), "transfer-read")
        self._spawn(self._answer(), "transfer-answer")
        self._spawn(self._find_roots(), "transfer-roots")

    def _do(self, effect: Effect) -> None:
        if isinstance(effect, FindRoot):
            self._roots[effect.file] = None
            self._root_wanted.set()
        else:
            assert isinstance(effect, Wake)
            self._wake.set()

    async def _read(self) -> None:
        while True:
            self._wake.clear()
            reads = self._sender.take(READ_BYTES)
            if reads:
                results = await in_thread(self._tree.read, reads)
                await self._answers.put(list(zip(reads, results, strict=True)))
            else:
                await self._wake.wait()

    async def _answer(self) -> None:
        while True:
            for read, result in await self._answers.get():
                if isinstance(result, Lost):
                    self._perform(self._sender.lost(result, self._clock()))
                frames = self._sender.answer(read, result)
                await self._room()
                while (frame := next(frames, None)) is not None:
                    self._send(frame)
                    await self._room()

    async def _room(self) -> None:
        """Wait until the link has room; what is sent next is decided only then, for the link may be another."""
        while self._link is not None and self._link.buffered >= HIGH_WATER_BYTES:
            try:
                await self._link.drain()
            except LinkClosedError:
                return

    async def _find_roots(self) -> None:
        while True:
            self._root_wanted.clear()
            while self._roots:
                file = next(iter(self._roots))
                root = await in_thread(self._tree.hash_some, file)
                if root is not None:
                    self._roots.pop(file, None)
                    self._perform(self._sender.root_found(file, root, self._clock()))
            await self._root_wanted.wait()

    def _stop(self) -> None:
        self._roots.clear()

    def _release(self) -> None:
        self._tree.close()


class _Store(Protocol):
    """Where what is received goes; blocking."""

    def prepare(self) -> dict[int, Ranges] | Broken: ...

    def perform(self, effect: StoreEffect) -> StoreResult | None: ...

    def abort(self) -> None: ...

    def release(self) -> None: ...


class ReceiveSession(Session):
    """Receives into a folder, if `decide` accepts."""

    def __init__(
        self,
        into: Path,
        decide: Decide,
        emit: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
        session_id: str = "",
    ) -> None:
        self._receiver = Receiver()
        super().__init__(self._receiver, session_id, emit, clock)
        self._into = into.absolute()
        self._decide = decide
        self._paths: list[str] = []
        self._store: _Store | None = None
        self._todo: deque[StoreEffect] = deque()
        self._work = asyncio.Event()
        self._spawn(self._tick(), "transfer-tick")

    def _do(self, effect: Effect) -> None:
        match effect:
            case Examine():
                self._spawn(self._examine(), "transfer-examine")
            case DecideEffect():
                self._spawn(self._ask(), "transfer-decide")
            case Prepare():
                self._spawn(self._prepare(), "transfer-prepare")
            case Store() | Finish() | Discard() | Conclude():
                self._todo.append(effect)
                self._work.set()
            case _:
                raise AssertionError(effect)

    async def _examine(self) -> None:
        problem = None
        if not self._receiver.manifest.offer.text:
            try:
                self._paths = await in_thread(self._map)
            except ManifestError as error:
                problem = error
        self._perform(self._receiver.examined(problem, self._clock()))

    def _map(self) -> list[str]:
        return map_entries(self._receiver.entries, ignores_case(self._into))

    async def _ask(self) -> None:
        offer = self._receiver.manifest.offer
        title = printable(offer.title)
        offered = Offered(files=offer.files, folders=offer.folders, bytes=offer.bytes, title=title, text=offer.text)
        self._emit(offered)
        self._perform(self._receiver.decided(await self._decide(offered), self._clock()))

    async def _prepare(self) -> None:
        entries = self._receiver.entries
        text = self._receiver.manifest.offer.text
        store = TextStore(entries[0]) if text else DiskStore(self._into, entries, self._paths)
        self._store = store
        missing = await in_thread(store.prepare)
        self._spawn(self._write(store), "transfer-write")
        self._perform(self._receiver.prepared(missing, self._clock()))

    async def _write(self, store: _Store) -> None:
        """Several go to the thread at once, so small files cost few hops, but not all, so others work meanwhile."""
        while True:
            self._work.clear()
            while batch := self._batch():
                for result in await in_thread(_perform_all, store, batch):
                    if result is not None:
                        self._perform(self._receiver.stored(result, self._clock()))
            await self._work.wait()

    def _batch(self) -> list[StoreEffect]:
        batch: list[StoreEffect] = []
        room = WRITE_BYTES
        while self._todo and room > 0:
            effect = self._todo.popleft()
            batch.append(effect)
            room -= max(WRITE_BYTES // WRITE_EFFECTS, len(effect.data) if isinstance(effect, Store) else 0)
        return batch

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(limits.PROGRESS_S)
            self._perform(self._receiver.tick(self._clock()))

    def _stop(self) -> None:
        if self._store is not None:
            self._store.abort()

    def _release(self) -> None:
        if self._store is not None:
            self._store.release()

    def _tell(self, result: Outcome) -> None:
        if isinstance(self._store, TextStore) and not result.failed:
            self._emit(Text(text=self._store.text))
        super()._tell(result)


def _perform_all(store: _Store, todo: list[StoreEffect]) -> list[StoreResult | None]:
    return [store.perform(effect) for effect in todo]
