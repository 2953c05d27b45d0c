"""An inbox: takes what contacts send, for as long as it is open: whom it waits for, and whose calls it takes.

What becomes of each call is in pypeer.contacts.taking.
"""

import asyncio
from collections.abc import Collection
from functools import partial
from pathlib import Path
from typing import Final

from pypeer.contacts.calling import Ring
from pypeer.contacts.contact import Contact
from pypeer.contacts.policy import Accept
from pypeer.contacts.reception import Ask, Reception
from pypeer.contacts.roster import WAIT_S, Roster
from pypeer.contacts.store import Store
from pypeer.contacts.taking import Taking, Terms
from pypeer.delegates.keeper import Keeper
from pypeer.desk import Desk
from pypeer.errors import PeerError, ServerError
from pypeer.events import Failed, InboxOpen
from pypeer.protocol.codes import RefusalCode
from pypeer.running import Running
from pypeer.secure.contact import call_password
from pypeer.secure.encoding import b64
from pypeer.secure.keys import Role
from pypeer.transfer.budget import Budget
from signaling.protocol import contacts as wire
from signaling.protocol.limits import CAP_CONTACTS
from signaling.protocol.messages import Ok
from signaling.protocol.rendezvous import Leave

CALLS_MAX: Final = 32
"""Calls at once, of all contacts: each has a connection and up to a window of buffers."""

CALLS_OF_ONE_MAX: Final = 4
"""And of one contact, who must not keep all others out."""

LOOK_S: Final = 1.0
"""How often it is looked whether contacts have changed: who is blocked is gone by the time that a person looks."""


class Inbox(Running):
    """Receives into a folder. Iterate over it for events; `stop` or leaving `async with` ends it.

    Without `ask` nobody is there to be asked, so what is not taken by a rule is declined. With `sort` each contact has
    a folder of its own. `serve_for` are the keys of contacts that may hand something over, where there is a keeper.
    """

    def __init__(
        self,
        desk: Desk,
        store: Store,
        into: Path,
        ask: Ask | None,
        accept: Accept = Accept.ASK,
        sort: bool = False,
        budget: Budget | None = None,
        background: bool = False,
        serve_for: Collection[bytes] = (),
    ) -> None:
        super().__init__()
        self._desk = desk
        self._store = store
        reception = Reception(store, accept, ask, self.events.emit)
        self._terms = Terms(desk, reception, into, sort, budget, background, self.events.emit)
        self._serve_for = frozenset(serve_for)
        tell = partial(desk.client.ask, reply=Ok, patience=WAIT_S)
        self._roster = Roster(desk.identity.key, tell, store, accept, self._may_hand_over)
        self._calls: dict[str, Taking] = {}
        self._watching: asyncio.Task[None] | None = None

    @property
    def taken(self) -> int:
        """Calls of which everything has arrived."""
        return self._terms.taken

    def keep(self, keeper: Keeper) -> None:
        """Let things be handed over, which this one sees to; said before it is opened."""
        self._terms.keeper = keeper

    async def open(self) -> None:
        """Wait for the contacts from now on; raises ServerError and StoreError."""
        if CAP_CONTACTS not in self._desk.client.caps:
            raise ServerError("This server knows nothing of contacts, so nobody can call.", "no-contacts", retry=False)
        await self._refresh()
        await self._look_served()
        self._watching = asyncio.create_task(self._watch(), name="byway-inbox")

    def reopen(self) -> None:
        """The server has lost the session: say it again."""
        self._roster.forget()

    def refused(self, error: ServerError) -> None:
        """The server has ended all that this peer had there: nobody can call any more."""
        self._lose(error)

    def called(self, called: wire.Called) -> bool:
        """Somebody calls: whether it is for this inbox."""
        found = self._roster.of_token(called.token)
        if found is None:
            return False
        contact, secret = found
        ring = Ring(called, contact, secret, self._store)
        if called.peer != b64(contact.key):
            self._desk.client.post(Leave(id=1, pair=called.pair))  # the server lies, and learns nothing
        elif self._is_full(contact):
            pair = self._desk.pair(Role.A, called, call_password(secret))
            pair.refuse(RefusalCode.BUSY)
        else:
            call = self._calls[called.pair] = Taking(ring, self._terms)
            call.task.add_done_callback(lambda _: self._calls.pop(called.pair))
        return True

    async def stop(self) -> None:
        """Wait for nobody any more, and end what is under way."""
        tasks = [*([] if self._watching is None else [self._watching]), *(each.task for each in self._calls.values())]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._terms.keeper is not None:
            await self._terms.keeper.stop()
        self._desk.client.post(wire.Wait(id=1))
        self.events.end()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                if await self._roster.is_outdated():
                    await self._refresh()
                await self._look_served()
            except PeerError as error:
                self._lose(error)
                return

    async def _look_served(self) -> None:
        if self._terms.keeper is not None:
            known = filter(None, map(self._roster.of_key, self._serve_for))
            await self._terms.keeper.look([each.key for each in known if self._may_hand_over(each)])

    def _may_hand_over(self, contact: Contact) -> bool:
        return contact.key in self._serve_for and contact.may_call

    def _lose(self, error: PeerError) -> None:
        self.events.emit(Failed(code=error.code, message=str(error), retry=error.retry))
        self.events.end()

    async def _refresh(self) -> None:
        """Contacts have changed, or the server has to be told anew."""
        waited = await self._roster.refresh()
        if waited is not None:
            self._tell_open(waited)
        for call in self._calls.values():
            now = self._roster.of_key(call.ring.contact.key)
            if now is None or not now.may_call:
                call.end()

    def _tell_open(self, waited: int) -> None:
        identity = self._desk.identity
        self.events.emit(InboxOpen(peer=identity.id, short=identity.name, into=str(self._terms.into), contacts=waited))

    def _is_full(self, contact: Contact) -> bool:
        of_one = sum(each.ring.contact.key == contact.key for each in self._calls.values())
        return len(self._calls) >= CALLS_MAX or of_one >= CALLS_OF_ONE_MAX
