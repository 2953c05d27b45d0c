"""Keeps and serves what contacts hand over, who may do so: nobody, unless our person says who (`inbox --serve-for`)."""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable, Collection, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from pypeer.contacts.contact import Contact
from pypeer.delegates.accepting import RefusedError, checked
from pypeer.delegates.copying import Copying
from pypeer.delegates.record import Record, State, Step, id_of
from pypeer.delegates.serving import FINAL, Serving
from pypeer.delegates.store import KeptStore
from pypeer.delegates.telling import told
from pypeer.desk import Desk
from pypeer.errors import PeerError
from pypeer.events import Event, KeptNoMore, Offered
from pypeer.protocol.codes import EndCode
from pypeer.protocol.sealed import Delegate
from pypeer.sharing import Offer
from pypeer.tasks import Tasks
from pypeer.transfer.budget import Budget
from signaling.protocol.limits import CAP_DELEGATES

FOLDER: Final = ".byway-serving"
"""In the folder of the inbox, where its person has room for what comes."""

AGAIN_S: Final = 60.0
"""When a code is taken over again that could not be: the server may be back by then."""

_log = logging.getLogger("byway.delegates")


class Keeper:
    """Of one inbox. `adopt` lets an offer hear what the server tells, `release` ends that."""

    def __init__(
        self,
        desk: Desk,
        store: KeptStore,
        into: Path,
        emit: Callable[[Event], None],
        adopt: Callable[[Offer], None],
        release: Callable[[Offer], None],
        budget: Budget | None = None,
        background: bool = False,
    ) -> None:
        self._desk = desk
        self._store = store
        self._folder = into.absolute() / FOLDER
        self._emit = emit
        self.copying = Copying(str(desk.client.url), store, self._folder, emit)
        """What is on its way."""
        self._serving = Serving(desk, store, emit, adopt, release, budget, background)
        self._serving.on_over = self._over
        self._allowed: frozenset[bytes] = frozenset()
        self._ending: set[str] = set()
        self._again: dict[str, float] = {}
        """By id: when it is tried again."""
        self._version: object = None
        self._tasks = Tasks("serving")

    @property
    def serves(self) -> bool:
        """Whether the server lets codes be handed over."""
        return CAP_DELEGATES in self._desk.client.caps

    def may(self, key: bytes) -> bool:
        """Whether who has this key may hand something over."""
        return self.serves and key in self._allowed

    async def look(self, allowed: Collection[bytes]) -> None:
        """To be called each second, with the keys of those who may hand over: begin and end what is to; KeepError."""
        self._allowed = frozenset(allowed)
        version = await asyncio.to_thread(lambda: self._store.version)
        due = any(at <= time.time() for at in self._again.values())
        if version == self._version and not due and not self._is_late():
            return
        self._version = version
        records = {each.id: each for each in await asyncio.to_thread(self._store.all)}
        for lost in self._serving.records():
            if lost.id not in records and lost.id not in self._ending:
                self._spawn(self._end(lost, "stopped"))
        for each in records.values():
            self._consider(each)
        await asyncio.to_thread(self._sweep, records.keys() | set(self.copying) | self._ending)

    async def stop(self) -> None:
        """Serve nothing any more; all of it goes on with the next inbox."""
        self._tasks.cancel()
        await self._serving.stop()

    # What contacts want

    async def wish(self, contact: Contact, handover: str, offered: Offered) -> Path | None:
        """A contact wants to hand something over: where to put it, or None; raises KeepError."""
        return await self.copying.begin(contact, handover, offered) if self.may(contact.key) else None

    async def full(self, key: bytes, handover: str) -> None:
        """There is no room for it: what has come makes room for other things."""
        record = await asyncio.to_thread(self._store.find, id_of(key, handover))
        if record is not None:
            await self._end(record, "no-space")

    async def delegated(self, contact: Contact, called: str, wanted: Delegate) -> EndCode | None:
        """A contact wants it served, or no more: None once that is so, or why not; raises KeepError."""
        record_id = id_of(contact.key, wanted.serve)
        await self.copying.wait(record_id)
        record = await asyncio.to_thread(self._store.find, record_id)
        if wanted.delegation is None:
            if record is not None:
                await self._end(record, "withdrawn")
            return None
        if not self.may(contact.key):
            return EndCode.DECLINED
        if record is None or wanted.words is None or not record.may(Step.DELEGATED):
            return EndCode.VANISHED
        try:
            made = checked(record, wanted.delegation, self._desk.identity.key)
        except RefusedError as refused:
            return refused.code
        return await self._take(
            replace(
                record.stepped(Step.DELEGATED, time.time()),
                delegation=wanted.delegation,
                words=tuple(wanted.words.split("-")),
                times=wanted.times,
                guesses=wanted.guesses,
                expires=float(made.expires),
                called=called,
            )
        )

    async def _take(self, record: Record) -> EndCode | None:
        """Written down first: what the server has moved here must not be lost when this machine stops."""
        await self._serving.quit(record.id)
        self._again[record.id] = time.time() + AGAIN_S  # nobody else begins with it meanwhile
        await asyncio.to_thread(self._store.put, record)
        try:
            await self._serving.serve(record)
        except PeerError as error:
            await asyncio.to_thread(self._store.put, record.stepped(Step.REFUSED, time.time()))
            _log.info("a code could not be taken over: %s", error)
            return EndCode.EXPIRED if error.code in FINAL else EndCode.INTERNAL
        self._again.pop(record.id, None)
        self._emit(told(record, record.files, record.bytes))
        return None

    # What is served

    def _consider(self, record: Record) -> None:
        """It may be over, or not served though it should be."""
        now = time.time()
        if record.id in self._ending or record.id in self.copying:
            return
        if record.is_over(now):
            self._spawn(self._end(record, "expired"))
        elif record.owner not in self._allowed and record.id in self._serving:
            self._spawn(self._end(record, "forbidden"))
        elif record.state is State.SERVING and self.may(record.owner) and record.id not in self._serving:
            self._go_on(record, now)

    def _go_on(self, record: Record, now: float) -> None:
        """Serve it here, too, where its code is; not at once if that was in vain a moment ago."""
        if record.server == str(self._desk.client.url) and self._again.get(record.id, 0.0) <= now:
            self._again[record.id] = now + AGAIN_S
            self._spawn(self._resume(record))

    def _is_late(self) -> bool:
        return any(each.is_over(time.time()) for each in self._serving.records())

    def _over(self, record: Record, reason: str | None) -> None:
        """It was served to its end, for this reason; without one it may go on later."""
        if reason is None:
            self._again[record.id] = time.time() + AGAIN_S
        else:
            self._spawn(self._end(record, reason))

    async def _resume(self, record: Record) -> None:
        """After this program, or the server, was away."""
        try:
            await self._serving.serve(record)
        except PeerError as error:
            if error.code in FINAL:
                await self._end(record, "withdrawn")
            return
        self._again.pop(record.id, None)
        self._emit(told(record, record.files, record.bytes))

    async def _end(self, record: Record, reason: str) -> None:
        """It is served no more, and gone from here."""
        if record.id in self._ending:
            return
        self._ending.add(record.id)
        try:
            await self._serving.quit(record.id)
            await asyncio.to_thread(self._store.remove, record.id)
            await asyncio.to_thread(shutil.rmtree, record.folder, ignore_errors=True)
        finally:
            self._ending.discard(record.id)
        self._again.pop(record.id, None)
        self._emit(KeptNoMore(id=record.id, reason=reason, title=record.title))

    def _sweep(self, known: Collection[str]) -> None:
        """Copies of what was stopped while no inbox ran."""
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            if folder.name not in known:
                shutil.rmtree(folder, ignore_errors=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.spawn(work)
