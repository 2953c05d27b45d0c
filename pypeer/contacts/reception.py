"""Decides about what a contact wants to send: by a rule, or by asking our person."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from pypeer.contacts.calling import Ring
from pypeer.contacts.contact import Contact
from pypeer.contacts.naming import imitated
from pypeer.contacts.policy import Accept, Answer, Verdict, verdict
from pypeer.contacts.standing import Change
from pypeer.contacts.store import Store
from pypeer.events import Called, Declined, Event, Offered
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.names import printable

ANSWER_S: Final = 300.0
"""How long our person may think: whoever sends has given up by then."""

NAMES_SHOWN: Final = 5
"""First names of what is offered that our person is told."""

Ask = Callable[[Called], Awaitable[Answer | None]]
"""Asks our person about a call; None is no answer."""

CHANGES: Final = {Answer.ALWAYS: Change.ALLOW, Answer.BLOCK: Change.BLOCK}
"""What an answer says about all calls to come."""

TAKES: Final = frozenset((Answer.ACCEPT, Answer.ALWAYS))


class Reception:
    """Of one inbox. Without `ask` nobody is there to be asked."""

    def __init__(self, store: Store, accept: Accept, ask: Ask | None, emit: Callable[[Event], None]) -> None:
        self._store = store
        self._accept = accept
        self._ask = ask
        self._emit = emit
        self._asking: set[bytes] = set()

    async def decide(self, ring: Ring, offered: Offered) -> bool:
        """Whether to take it; says so by events. Raises StoreError."""
        contacts = await asyncio.to_thread(self._store.all)
        contact = next((each for each in contacts if each.key == ring.contact.key), None)
        if contact is None:
            return False  # forgotten a moment ago
        rule = verdict(contact.standing, self._accept)
        told = _told(ring, contact, contacts, offered, rule is Verdict.ASK and self._ask is not None)
        self._emit(told)
        if rule is not Verdict.ASK:
            return rule is Verdict.TAKE
        answer = await self._answer(ring, told)
        if answer in CHANGES:
            await asyncio.to_thread(self._store.change, contact.peer, CHANGES[answer])
        if answer not in TAKES:
            reason = "nobody" if self._ask is None else "unanswered" if answer is None else "no"
            self._emit(Declined(session=ring.called.pair, reason=reason))
        return answer in TAKES

    async def _answer(self, ring: Ring, told: Called) -> Answer | None:
        """None if there is no answer in time, or nobody waits for it any more. One question a contact at a time."""
        key = ring.contact.key
        if self._ask is None or ring.pair is None or key in self._asking:
            return None
        self._asking.add(key)
        try:
            return await _first(self._ask(told), ring.pair)
        finally:
            self._asking.discard(key)


async def _first(asking: Awaitable[Answer | None], pair: Pair) -> Answer | None:
    answering = asyncio.ensure_future(asking)
    leaving = asyncio.ensure_future(pair.wait_over())
    try:
        await asyncio.wait((answering, leaving), timeout=ANSWER_S, return_when=asyncio.FIRST_COMPLETED)
        return answering.result() if answering.done() else None
    finally:
        answering.cancel()
        leaving.cancel()
        await asyncio.gather(answering, leaving, return_exceptions=True)


def _told(ring: Ring, contact: Contact, contacts: list[Contact], offered: Offered, ask: bool) -> Called:
    return Called(
        session=ring.called.pair,
        peer=contact.peer,
        short=contact.short,
        name=contact.name,
        alike=imitated(contact, contacts),
        files=offered.files,
        folders=offered.folders,
        bytes=offered.bytes,
        title=offered.title,
        text=offered.text,
        names=tuple(printable(name) for name in ring.names[:NAMES_SHOWN]),
        ask=ask,
    )
