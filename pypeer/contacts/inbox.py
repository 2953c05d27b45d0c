"""An inbox: takes what contacts send, for as long as it is open. Each call is a fetch by itself."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from pypeer.contacts.calling import DealtWithError, Ring
from pypeer.contacts.contact import Contact
from pypeer.contacts.policy import Accept
from pypeer.contacts.reception import Ask, Reception
from pypeer.contacts.roster import WAIT_S, Roster
from pypeer.contacts.store import Store
from pypeer.delegates.keeper import Keeper
from pypeer.desk import Desk
from pypeer.errors import BlockedError, PeerError, ServerError
from pypeer.events import Done, Event, Failed, InboxOpen, Joined, Offered, Text
from pypeer.fetching import Fetch
from pypeer.plan import Plan
from pypeer.protocol.codes import EndCode, RefusalCode
from pypeer.protocol.limits import CAP_DELEGATE
from pypeer.running import Running
from pypeer.secure.contact import call_password
from pypeer.secure.encoding import b64
from pypeer.secure.keys import Role
from pypeer.transfer.budget import Budget
from pypeer.transfer.names import safe_name
from signaling.protocol import contacts as wire
from signaling.protocol.limits import CAP_CONTACTS
from signaling.protocol.messages import Ok
from signaling.protocol.rendezvous import Leave

CALLS_MAX: Final = 32
"""Calls at once, of all contacts: each has a connection and up to a window of buffers."""

CALLS_OF_ONE_MAX: Final = 4
"""And of one contact, who must not keep all others out."""

QUIET: Final = frozenset((EndCode.DECLINED.value, DealtWithError.code))
"""Ends of a call of which our person has heard, or has to hear nothing."""

LOOK_S: Final = 1.0
"""How often it is looked whether contacts have changed: who is blocked is gone by the time that a person looks."""


@dataclass(slots=True)
class _Caller:
    """One call that is under way."""

    ring: Ring
    task: asyncio.Task[None] | None = None
    has_met: bool = False
    is_ended: bool = False


class Inbox(Running):
    """Receives into a folder. Iterate over it for events; `stop` or leaving `async with` ends it.

    Without `ask` nobody is there to be asked, so what is not taken by a rule is declined. With `sort` each contact has
    a folder of its own. `serve_for` are the keys of contacts that may hand something over, which `keeper` sees to.
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
        self.keeper: Keeper | None = None
        """Set before it is opened, where something may be handed over."""
        self.taken = 0
        """Calls of which everything has arrived."""
        self._desk = desk
        self._store = store
        self._into = into
        self._reception = Reception(store, accept, ask, self.events.emit)
        self._sort = sort
        self._budget = budget
        self._background = background
        self._serve_for = frozenset(serve_for)
        tell = partial(desk.client.ask, reply=Ok, patience=WAIT_S)
        self._roster = Roster(desk.identity.key, tell, store, accept, self._may_hand_over)
        self._callers: dict[str, _Caller] = {}
        self._watching: asyncio.Task[None] | None = None

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
            caller = self._callers[called.pair] = _Caller(ring)
            caller.task = asyncio.create_task(self._take(caller), name=f"byway-call-{called.pair}")
        return True

    async def stop(self) -> None:
        """Wait for nobody any more, and end what is under way."""
        tasks = [self._watching, *(each.task for each in self._callers.values())]
        for task in tasks:
            if task is not None:
                task.cancel()
        await asyncio.gather(*(each for each in tasks if each is not None), return_exceptions=True)
        if self.keeper is not None:
            await self.keeper.stop()
        self._desk.client.post(wire.Wait(id=1))
        self.events.end()

    # Whom we wait for

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
        if self.keeper is not None:
            known = filter(None, map(self._roster.of_key, self._serve_for))
            await self.keeper.look([each.key for each in known if self._may_hand_over(each)])

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
        for caller in tuple(self._callers.values()):
            now = self._roster.of_key(caller.ring.contact.key)
            if now is None or not now.may_call:
                self._end(caller)

    def _end(self, caller: _Caller) -> None:
        """Who calls may do so no more."""
        if caller.task is None or caller.is_ended:
            return
        caller.is_ended = True
        caller.task.cancel()
        if caller.has_met:
            text = f"{caller.ring.contact.name} may not send to you any more, so it was ended."
            self.events.emit(Failed(session=caller.ring.called.pair, code=BlockedError.code, message=text))

    def _tell_open(self, waited: int) -> None:
        identity = self._desk.identity
        self.events.emit(InboxOpen(peer=identity.id, short=identity.name, into=str(self._into), contacts=waited))

    def _is_full(self, contact: Contact) -> bool:
        of_one = sum(each.ring.contact.key == contact.key for each in self._callers.values())
        return len(self._callers) >= CALLS_MAX or of_one >= CALLS_OF_ONE_MAX

    # One call

    async def _take(self, caller: _Caller) -> None:
        ring = caller.ring

        async def plan() -> Plan:
            return Plan([ring])

        async def decide(offered: Offered) -> bool:
            if ring.serve is None:
                return await self._reception.decide(ring, offered)
            place = None if self.keeper is None else await self.keeper.wish(ring.contact, ring.serve, offered)
            if place is None:
                ring.serve = None
            else:
                fetch.keep_in(place)
            return place is not None

        into = self._into / safe_name(ring.contact.name) if self._sort else self._into
        try:
            how: dict[str, Any] = {"budget": self._budget, "background": self._background}
            async with Fetch(self._for(ring), plan, into, decide, **how) as fetch:
                text, outcome = None, None
                async for event in fetch:
                    outcome = event if isinstance(event, Done | Failed) else outcome
                    if isinstance(event, Text) and ring.serve is not None:
                        text = event.text
                    else:
                        self._forward(caller, event)
                await self._copied(ring, fetch, outcome, text)
        finally:
            del self._callers[ring.called.pair]
            if self.keeper is not None and ring.serve is not None:
                self.keeper.copying.over(ring.contact.key, ring.serve)

    def _for(self, ring: Ring) -> Desk:
        """Who may hand something over is told so, and nobody else."""
        if self.keeper is None or not self.keeper.may(ring.contact.key):
            return self._desk
        ring.on_delegate = partial(self.keeper.delegated, ring.contact)
        return replace(self._desk, caps=(CAP_DELEGATE,))

    async def _copied(self, ring: Ring, fetch: Fetch, outcome: Event | None, text: str | None) -> None:
        """What was to be handed over has come, or has not."""
        if ring.serve is None or self.keeper is None or fetch.session is None:
            return
        if isinstance(outcome, Done) and not outcome.failed:
            await self.keeper.copying.whole(ring.contact.key, ring.serve, fetch.session, text)
        if isinstance(outcome, Failed) and outcome.code == EndCode.NO_SPACE.value:
            await self.keeper.full(ring.contact.key, ring.serve)

    def _forward(self, caller: _Caller, event: Event) -> None:
        """Tell it with the pair it belongs to; before the two have met nobody has proven anything."""
        caller.has_met |= isinstance(event, Joined)
        is_told = isinstance(event, Offered) or (isinstance(event, Failed) and event.code in QUIET)
        if caller.has_met and not is_told:
            self.events.emit(msgspec.structs.replace(event, session=caller.ring.called.pair))
        self.taken += isinstance(event, Done) and not event.failed
