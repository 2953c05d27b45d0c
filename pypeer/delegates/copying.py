"""What contacts hand over, while it comes to this machine."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from pypeer.contacts.contact import Contact
from pypeer.delegates.accepting import items_of
from pypeer.delegates.record import Record, State, Step, id_of
from pypeer.delegates.store import KeptStore
from pypeer.delegates.telling import told
from pypeer.events import Event, Offered
from pypeer.transfer.names import printable
from pypeer.transfer.session import ReceiveSession

COPY_S: Final = 30.0
"""How long it may take to write down that all is here, when its owner says so a moment earlier."""

KEPT_MAX: Final = 64
"""Hand-overs of one contact: more than anybody has links that are still good."""


class Copying:
    """Of one inbox at this server. What has come is in `folder`; all methods that wait raise KeepError."""

    def __init__(self, server: str, store: KeptStore, folder: Path, emit: Callable[[Event], None]) -> None:
        self._server = server
        self._store = store
        self._folder = folder
        self._emit = emit
        self._coming: dict[str, asyncio.Event] = {}
        """By id: what is on its way."""

    def __contains__(self, record_id: str) -> bool:
        return record_id in self._coming

    def __iter__(self) -> Iterator[str]:
        return iter(self._coming)

    async def begin(self, contact: Contact, handover: str, offered: Offered) -> Path | None:
        """A contact that may do so wants to hand something over: where to put it, or None."""
        record_id = id_of(contact.key, handover)
        before = await asyncio.to_thread(self._store.find, record_id)
        if record_id in self._coming or (before and not before.may(Step.BEGUN)):
            return None
        if before is None and await self._count(contact.key) >= KEPT_MAX:
            return None
        folder = self._folder / record_id
        record = Record(contact.key, handover, contact.name, self._server, folder, State.COPYING, time.time())
        record = replace(record, title=printable(offered.title), text=offered.text)
        await asyncio.to_thread(_make, self._folder)
        await asyncio.to_thread(self._store.put, record)
        self._coming[record_id] = asyncio.Event()
        self._emit(told(record, offered.files, offered.bytes))
        return folder

    async def whole(self, key: bytes, handover: str, session: ReceiveSession, text: str | None) -> None:
        """All is here of what a contact has sent, which is this `text` if it is one."""
        record = await asyncio.to_thread(self._store.find, id_of(key, handover))
        if record is not None:
            items = await asyncio.to_thread(items_of, record, session, text)
            whole = replace(record.stepped(Step.WHOLE, time.time()), items=items)
            await asyncio.to_thread(self._store.put, whole)
            self._emit(told(whole, whole.files, whole.bytes))

    def over(self, key: bytes, handover: str) -> None:
        """Nothing more comes of what was agreed to."""
        coming = self._coming.pop(id_of(key, handover), None)
        if coming is not None:
            coming.set()

    async def wait(self, record_id: str) -> None:
        """Until nothing more comes of it."""
        coming = self._coming.get(record_id)
        if coming is not None:
            async with asyncio.timeout(COPY_S):
                await coming.wait()

    async def _count(self, key: bytes) -> int:
        return sum(each.owner == key for each in await asyncio.to_thread(self._store.all))


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
