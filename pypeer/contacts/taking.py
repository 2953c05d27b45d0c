"""One call that an inbox takes: a fetch by itself, or something that is to be served from here."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from pypeer.contacts.calling import DealtWithError, Ring
from pypeer.contacts.reception import Reception
from pypeer.delegates.keeper import Keeper
from pypeer.desk import Desk
from pypeer.errors import BlockedError
from pypeer.events import Done, Event, Failed, Joined, Offered, Text
from pypeer.fetching import Fetch
from pypeer.plan import Plan
from pypeer.protocol.codes import EndCode
from pypeer.protocol.limits import CAP_DELEGATE
from pypeer.transfer.budget import Budget
from pypeer.transfer.names import safe_name

QUIET: Final = frozenset((EndCode.DECLINED.value, DealtWithError.code))
"""Ends of a call of which our person has heard, or has to hear nothing."""


@dataclass(slots=True)
class Terms:
    """On which all calls of an inbox are taken; `sort`: each contact has a folder of its own."""

    desk: Desk
    reception: Reception
    into: Path
    sort: bool
    budget: Budget | None
    background: bool
    emit: Callable[[Event], None]
    keeper: Keeper | None = None
    """Sees to what is handed over, where that may be."""
    taken: int = 0
    """Calls of which everything has arrived."""


class Taking:
    """One call that is under way, until its `task` is over."""

    def __init__(self, ring: Ring, terms: Terms) -> None:
        self.ring = ring
        self._terms = terms
        self._has_met = False
        self._is_ended = False
        self.task = asyncio.create_task(self._run(), name=f"byway-call-{ring.called.pair}")

    def end(self) -> None:
        """Who calls may do so no more."""
        if self._is_ended:
            return
        self._is_ended = True
        self.task.cancel()
        if self._has_met:
            text = f"{self.ring.contact.name} may not send to you any more, so it was ended."
            self._terms.emit(Failed(session=self.ring.called.pair, code=BlockedError.code, message=text))

    async def _run(self) -> None:
        ring, terms = self.ring, self._terms
        into = terms.into / safe_name(ring.contact.name) if terms.sort else terms.into
        how: dict[str, Any] = {"budget": terms.budget, "background": terms.background}
        try:
            async with Fetch(self._desk(), self._plan, into, self._decide, **how) as self._fetch:
                text, outcome = None, None
                async for event in self._fetch:
                    outcome = event if isinstance(event, Done | Failed) else outcome
                    if isinstance(event, Text) and ring.serve is not None:
                        text = event.text
                    else:
                        self._forward(event)
                await self._copied(outcome, text)
        finally:
            if terms.keeper is not None and ring.serve is not None:
                terms.keeper.copying.over(ring.contact.key, ring.serve)

    async def _plan(self) -> Plan:
        return Plan([self.ring])

    async def _decide(self, offered: Offered) -> bool:
        """Whether it is taken; what is to be served from here is kept where its keeper says."""
        ring, keeper = self.ring, self._terms.keeper
        if ring.serve is None:
            return await self._terms.reception.decide(ring, offered)
        place = None if keeper is None else await keeper.wish(ring.contact, ring.serve, offered)
        if place is None:
            ring.serve = None
        else:
            self._fetch.keep_in(place)
        return place is not None

    def _desk(self) -> Desk:
        """Who may hand something over is told so, and nobody else."""
        ring, keeper = self.ring, self._terms.keeper
        if keeper is None or not keeper.may(ring.contact.key):
            return self._terms.desk
        ring.on_delegate = partial(keeper.delegated, ring.contact)
        return replace(self._terms.desk, caps=(CAP_DELEGATE,))

    async def _copied(self, outcome: Event | None, text: str | None) -> None:
        """What was to be handed over has come, or has not."""
        ring, keeper, session = self.ring, self._terms.keeper, self._fetch.session
        if ring.serve is None or keeper is None or session is None:
            return
        if isinstance(outcome, Done) and not outcome.failed:
            await keeper.copying.whole(ring.contact.key, ring.serve, session, text)
        if isinstance(outcome, Failed) and outcome.code == EndCode.NO_SPACE.value:
            await keeper.full(ring.contact.key, ring.serve)

    def _forward(self, event: Event) -> None:
        """Tell it with the pair it belongs to; before the two have met nobody has proven anything."""
        self._has_met |= isinstance(event, Joined)
        is_told = isinstance(event, Offered) or (isinstance(event, Failed) and event.code in QUIET)
        if self._has_met and not is_told:
            self._terms.emit(msgspec.structs.replace(event, session=self.ring.called.pair))
        self._terms.taken += isinstance(event, Done) and not event.failed
