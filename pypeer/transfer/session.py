"""The receiving session: a core, the links to its senders, the disk, and the tasks between them."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from pypeer.errors import ChoiceError, PeerError
from pypeer.events import Event, Noted, Offered, Skipped, Text
from pypeer.links.link import Link
from pypeer.protocol import limits
from pypeer.protocol.messages import Entry
from pypeer.threads import in_thread
from pypeer.transfer.budget import Budget
from pypeer.transfer.carried import TransferSession
from pypeer.transfer.choosing import EVERYTHING, Choice
from pypeer.transfer.deciding import Decide
from pypeer.transfer.effects import Decide as DecideEffect
from pypeer.transfer.effects import Dismiss, Drawn, Effect, Examine, Found, Outcome, Pass, Prepare
from pypeer.transfer.expected import Known
from pypeer.transfer.names import ManifestError, map_entries, printable
from pypeer.transfer.parting import PartTree
from pypeer.transfer.placing import ignores_case
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.remarks import left_as_they_are, renamed
from pypeer.transfer.shell import Session
from pypeer.transfer.source import Source
from pypeer.transfer.store import DiskStore
from pypeer.transfer.stores import AnyStore, store_for
from pypeer.transfer.storing import Conclude, Discard, Finish, Reuse, Store, StoreResult
from pypeer.transfer.text import TextStore
from pypeer.transfer.writing import Writing


class ReceiveSession(Session):
    """Receives into a folder, or one file into a stream, if `decide` accepts."""

    def __init__(
        self,
        into: Path | BinaryIO,
        decide: Decide,
        emit: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
        session_id: str = "",
        choice: Choice = EVERYTHING,
        budget: Budget | None = None,
        background: bool = False,
        swarm: bool = True,
        expected: Known | None = None,
        keeps_roots: bool = False,
    ) -> None:
        self._receiver = Receiver(budget, background, random.Random() if swarm else None, expected)
        self.on_swarm: Callable[[PartTree], None] = lambda tree: None
        """Called with what is here, once something comes, if the others of a swarm are to be helped."""
        self.on_found: Callable[[str], None] = lambda code: None
        """Called with the code of another that helps."""
        self._roots: dict[int, bytes] | None = {} if keeps_roots else None
        """Of files that match theirs; the core has no use for them any more."""
        self._passing: PartTree | None = None
        self._swarm = swarm
        super().__init__(self._receiver, session_id, emit, clock)
        self._into = into.absolute() if isinstance(into, Path) else into
        self._decide = decide
        self._choice = choice
        self._sources: dict[int, Source] = {}
        self._left_out: frozenset[int] = frozenset()
        self._order: tuple[int, ...] = ()
        self._paths: list[str] = []
        self._store: AnyStore | None = None
        self._writing: Writing | None = None
        self._spawn(self._tick(), "transfer-tick")

    @property
    def stored_bytes(self) -> int:
        """Bytes that are verified and stored, as of now."""
        return self._receiver.stored_bytes

    @property
    def has_all(self) -> bool:
        """Whether all is stored, and only the sender has to hear of it."""
        return self._receiver.has_all

    def vouch(self, known: Known) -> None:
        """Something is known of what is offered; before the first link opens."""
        self._receiver.vouch(known)

    def received(self) -> list[tuple[Entry, Path | None]]:
        """Once all is done, where `keeps_roots`: the entries, with their roots, and where the files are."""
        place = self._store.place_of if isinstance(self._store, DiskStore) else lambda _: None
        found = enumerate(map(self._rooted, range(len(self._receiver.entries))))
        return [(entry, None if entry.folder else place(file)) for file, entry in found]

    def _rooted(self, file: int) -> Entry:
        root = (self._roots or {}).get(file)
        entry = self._receiver.entries[file]
        return entry if root is None else msgspec.structs.replace(entry, root=root.hex())

    def source(self) -> Source:
        """One more sender of the same; use either these or `attach` of the session itself."""
        number = len(self._sources) + 1
        self._sources[number] = made = Source(self, number)
        self._receiver.expect(number)
        return made

    def source_lost(self, source: int, error: PeerError) -> None:
        """No link to this sender opens any more."""
        self._perform(self._receiver.source_lost(source, error, self._clock()))

    def _face(self, source: int) -> TransferSession:
        return self._sources.get(source, self)

    def _do(self, effect: Effect) -> None:
        match effect:
            case Drawn():
                if effect.source in self._sources:
                    self._sources[effect.source].drawn_from()
            case Pass():
                if self._passing is not None:
                    self._passing.gain(effect.file, effect.start, effect.stop)
            case Found():
                self.on_found(effect.code)
            case Dismiss():
                self._drop_all_but(None, effect.source)
                self._sources[effect.source].dismiss(effect.error)
            case Examine():
                self._spawn(self._examine(), "transfer-examine")
            case DecideEffect():
                self._spawn(self._ask(), "transfer-decide")
            case Prepare():
                self._spawn(self._prepare(), "transfer-prepare")
            case Store() | Reuse() | Finish() | Discard() | Conclude():
                assert self._writing is not None, "there is a place for everything"
                if self._roots is not None and isinstance(effect, Finish):
                    self._roots[effect.file] = effect.root
                self._writing.put(effect)
            case _:
                raise AssertionError(effect)

    def _link_there(self, number: int, link: Link) -> None:
        """The core says what is to be asked on it."""

    def _link_gone(self, number: int) -> None:
        """The core asks for the rest elsewhere."""

    async def _examine(self) -> None:
        problem = None
        if not self._receiver.manifest.offer.text:
            try:
                self._paths = await in_thread(self._map)
            except ManifestError as error:
                problem = error
        self._perform(self._receiver.examined(problem, self._clock()))

    def _map(self) -> list[str]:
        fold = ignores_case(self._into) if isinstance(self._into, Path) else True
        return map_entries(self._receiver.entries, fold)

    async def _ask(self) -> None:
        offer = self._receiver.manifest.offer
        title = printable(offer.title)
        offered = Offered(files=offer.files, folders=offer.folders, bytes=offer.bytes, title=title, text=offer.text)
        self._emit(offered)
        accepted, why = await self._decide(offered), None
        if accepted and not offer.text:
            try:
                self._left_out = await in_thread(self._choice.left_out, self._receiver.entries)
                self._order = await in_thread(self._choice.order, self._receiver.entries)
            except ChoiceError as error:
                accepted, why = False, error
        self._perform(self._receiver.decided(accepted, self._clock(), why))

    async def _prepare(self) -> None:
        entries, offer = self._receiver.entries, self._receiver.manifest.offer
        store = store_for(self._into, offer, entries, self._paths, self._left_out, self._choice)
        self._store = store
        missing = await in_thread(store.prepare)
        self._writing = Writing(store.perform, entries, self._stored)
        self._spawn(self._writing.run(), "transfer-write")
        self._tell_of(store)
        self._join_swarm(store)
        prepared = self._receiver.prepared(missing, self._clock(), store.left_out, store.here, self._order)
        self._perform(prepared)

    def help(self, code: str) -> None:
        """What is here is offered to the others of the swarm under this code."""
        self._perform(self._receiver.help(code))

    def _join_swarm(self, store: AnyStore) -> None:
        if self._swarm and self._receiver.manifest.offer.swarm and isinstance(store, DiskStore):
            self._passing = PartTree(self._receiver.entries, self._receiver.manifest.offer, store.place_of)
            self.on_swarm(self._passing)

    def _stored(self, results: Sequence[StoreResult]) -> None:
        self._perform(self._receiver.stored_all(results, self._clock()))

    def _tell_of(self, store: AnyStore) -> None:
        """What is not received, names that had to be changed, and what became of what an earlier run left."""
        here, files = store.left_out - self._left_out, self._receiver.manifest.offer.files
        if skipped := left_as_they_are(self._receiver.entries, here, files):
            self._emit(Skipped(message=skipped))
        notes = store.notes if isinstance(store, DiskStore) else ()
        for note in filter(None, (renamed(self._receiver.entries, self._paths, store.left_out), *notes)):
            self._emit(Noted(message=note))

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
