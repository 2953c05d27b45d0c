"""What a peer sends to its contacts, and takes from them."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pypeer.contacts.contact import Contact
from pypeer.contacts.naming import named
from pypeer.contacts.policy import Accept
from pypeer.contacts.standing import Change
from pypeer.contacts.store import Store
from pypeer.errors import BlockedError
from pypeer.peer.base import Base, budget_of
from pypeer.transfer.scanning import Links, Policy
from pypeer.transfer.sources import OfferedTree, scan, text_tree
from pypeer.warming import SENDING, warm

if TYPE_CHECKING:
    from pypeer.contacts.deliveries import Deliveries
    from pypeer.contacts.delivery import Delivery
    from pypeer.contacts.inbox import Inbox
    from pypeer.contacts.reception import Ask
    from pypeer.delegates.handing import HandOver
    from pypeer.delegates.store import KeptStore
    from pypeer.sharing import Offer

WEEK_S: Final = 7 * 24 * 3600.0
"""How long something is served for us unless we say otherwise: longer than who was told of it takes to come."""


class Corresponding(Base):
    """Who was met by a code needs none any more."""

    async def deliver(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        to: str,
        text: str | None = None,
        limit: float | None = None,
        background: bool = False,
        links: Links | str = Links.INSIDE,
        growing: bool = False,
    ) -> "Delivery":
        """Send files and folders, or a text, to a contact, who is asked at the other side, or has agreed beforehand.

        `to` is its name, its two words or its peer id. Whoever is only known becomes a contact by this, as whoever
        takes something may want to answer. The rest is as in `send`. Raises AbsentError, AmbiguousError and
        BlockedError, StoreError, and TransferError for paths that cannot be read.
        """
        from pypeer.contacts.delivery import Delivery

        budget = budget_of(limit)
        [contact], tree = await self._prepare(paths, (to,), text, Policy(Links(links), growing))
        delivery = Delivery(self._desk, self._known(), contact, tree, budget, background)
        self._work.deliveries.append(delivery)
        return delivery

    async def deliver_to(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        to: Iterable[str],
        text: str | None = None,
        limit: float | None = None,
        background: bool = False,
        links: Links | str = Links.INSIDE,
        growing: bool = False,
    ) -> "Deliveries":
        """Send the same to several contacts at once; `limit` is what all together get. Raises as `deliver` does, for
        any of them, before anybody is called."""
        from pypeer.contacts.deliveries import Deliveries
        from pypeer.contacts.delivery import Delivery

        store, budget = self._known(), budget_of(limit)
        contacts, tree = await self._prepare(paths, to, text, Policy(Links(links), growing))
        deliveries = Deliveries([Delivery(self._desk, store, each, tree, budget, background) for each in contacts])
        self._work.deliveries.append(deliveries)
        return deliveries

    async def inbox(
        self,
        into: str | os.PathLike[str],
        *,
        ask: "Ask | None" = None,
        accept: Accept | str = Accept.ASK,
        sort: bool = False,
        limit: float | None = None,
        background: bool = False,
        serve_for: Iterable[str] = (),
        kept: "KeptStore | None" = None,
    ) -> "Inbox":
        """Take what contacts send, into a folder, until stopped; one at a time. Raises ServerError and StoreError.

        `ask` is asked about calls of contacts that may not send everything: it sees a `Called` event. `accept`
        (`always`, `ask`, `contacts`) is explained in pypeer.contacts.policy. With `sort` each contact has a folder.

        Contacts in `serve_for` may hand over what they offer: it is kept in the folder, and served in their name
        (pypeer.delegates); what is, stands in `kept`, which stays the caller's to close. AbsentError and AmbiguousError
        for a name that is no contact's, or of several.
        """
        from pypeer.contacts.inbox import Inbox
        from pypeer.delegates.keeper import Keeper

        if self._work.inbox is not None:
            await self._work.inbox.stop()
        store, budget, folder = self._known(), budget_of(limit), Path(into)
        known = await asyncio.to_thread(store.all)
        keys = [named(known, each).key for each in serve_for]
        box = Inbox(self._desk, store, folder, ask, Accept(accept), sort, budget, background, keys)
        if kept is not None:
            offers = self._work.offers
            how = (box.events.emit, offers.append, offers.remove, budget, background)
            box.keep(Keeper(self._desk, kept, folder, *how))
        self._work.inbox = box
        await box.open()
        return box

    async def hand_over(self, offer: "Offer", to: str, lasts: float = WEEK_S) -> "HandOver":
        """Let a contact serve an offer from now on, for so many seconds; it has to do so for us (`serve_for`).

        Raises as `deliver`.
        """
        from pypeer.delegates.handing import HandOver

        store = self._known()
        contact = named(await asyncio.to_thread(store.all), to)
        handing = HandOver(self._desk, store, contact, offer, lasts)
        self._work.deliveries.append(handing)
        return handing

    async def _prepare(
        self, paths: Iterable[str | os.PathLike[str]], to: Iterable[str], text: str | None, policy: Policy
    ) -> tuple[list[Contact], OfferedTree]:
        """Contacts who are sent to, each once, and what."""
        store = self._known()
        known = await asyncio.to_thread(store.all)
        meant = {contact.peer: contact.changed(Change.ADD) for contact in (named(known, who) for who in to)}
        if not meant:
            raise ValueError("to names nobody")
        for contact in meant.values():
            if not contact.may_call:
                raise BlockedError(f"{contact.name} is blocked: `pypeer contacts ask` ends that.")
        tree = text_tree(text) if text is not None else await scan([Path(path) for path in paths], policy)
        self._work.tasks.spawn(warm(SENDING))
        return [await asyncio.to_thread(store.change, peer, Change.ADD) for peer in meant], tree

    def _known(self) -> Store:
        if self.contacts is None:
            raise ValueError("this peer has no contacts: give it a Store")
        return self.contacts
