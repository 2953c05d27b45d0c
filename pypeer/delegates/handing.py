"""Hands an offer over to a contact, which goes on serving it: the owner's side.

    copy      the contact is called, and fetches all of it, as whatever is sent to it
    sign      when it has everything: what its owner signs names the roots of all files
    delegate  it is called again, with the delegation and the words, and takes the code over from us

Until the server has moved the code, it stays here; so whatever breaks, it leads to somebody who has everything. A copy
that was begun goes on when the same offer is handed over to the same contact once more.
"""

import asyncio
import secrets
import time
from typing import Final

from msgspec.structs import replace

from pypeer.contacts.calling import call
from pypeer.contacts.contact import Contact
from pypeer.contacts.delivery import Delivery, NotServedError
from pypeer.contacts.store import Store
from pypeer.delegates.digest import digest
from pypeer.desk import Desk
from pypeer.errors import MeetError, PeerError, TransferError
from pypeer.events import Failed, HandedOver
from pypeer.protocol.codes import EndCode
from pypeer.protocol.limits import CAP_DELEGATE
from pypeer.protocol.messages import Entry
from pypeer.protocol.sealed import Delegate, Part, SealedMessage
from pypeer.running import Errand
from pypeer.secure.contact import call_password
from pypeer.secure.encoding import b64
from pypeer.secure.keys import Role
from pypeer.sharing import Offer
from pypeer.transfer.endings import from_peer
from pypeer.transfer.sources import OfferedTree
from pypeer.transfer.storing import Lost
from signaling.protocol.delegation import LIFE_MAX_S, Delegation

ANSWER_S: Final = 60.0
"""How long the contact may take to take the code over: it has to write, and to ask the server."""

NAME_BYTES: Final = 16
"""Of a hand-over: nobody else guesses it."""


class HandOver(Errand):
    """Of one offer to one contact. Iterate over it for events; the last is `HandedOver` or `Failed`."""

    def __init__(self, desk: Desk, store: Store, contact: Contact, offer: Offer, lasts: float) -> None:
        super().__init__()
        self.done = False
        """Whether the contact serves it."""
        self._desk = desk
        self._store = store
        self._contact = contact
        self._offer = offer
        self._lasts = min(lasts, LIFE_MAX_S)
        self._name = b64(secrets.token_bytes(NAME_BYTES))
        self.begin("byway-hand-over")

    async def run(self) -> None:
        """See Errand."""
        await self._copy()
        made = await self._sign()
        signature = self._desk.identity.sign(made.statement)
        words = "-".join(self._offer.words)
        what = Delegate(serve=self._name, delegation=made.text(signature), words=words)
        await self._say(replace(what, times=self._offer.times, guesses=max(self._offer.guesses, 1)))
        self.done = True
        self.events.emit(self._told(made))

    async def withdraw(self) -> None:
        """Let the contact serve it no more; raises PeerError."""
        await self._say(Delegate(serve=self._name))

    async def _copy(self) -> None:
        async with Delivery(self._desk, self._store, self._contact, self._offer.tree, serve=self._name) as delivery:
            async for event in delivery:
                if not isinstance(event, Failed):
                    self.events.emit(event)
            await delivery.wait()
            if not delivery.delivered:
                raise TransferError("Not all of it could be read, so it is not handed over.", EndCode.VANISHED)

    async def _sign(self) -> Delegation:
        tree, now = self._offer.tree, time.time()
        entries = [await _rooted(tree, file, entry) for file, entry in enumerate(tree.entries)]
        return Delegation(
            self._desk.identity.key,
            self._contact.key,
            digest(entries, tree.offer.text),
            int(now * 1000),
            int(now + self._lasts),
            self._offer.locator,
        )

    async def _say(self, what: Delegate) -> None:
        """Call the contact, and wait until it has done so."""
        desk, contact = self._desk, self._contact
        met, secret = await call(desk.client, contact)
        pair = desk.pair(Role.B, met, call_password(secret))
        pair.on_wrong_words = lambda: None
        desk.switchboard.adopt(pair)
        answered: asyncio.Future[PeerError | None] = asyncio.get_running_loop().create_future()

        def settle(error: PeerError | None) -> None:
            if not answered.done():
                answered.set_result(error)

        def on_message(message: SealedMessage) -> None:
            if isinstance(message, Part):
                settle(None if message.code is None else from_peer(message.code, message.message))

        try:
            await pair.meet()
            await asyncio.to_thread(self._store.called, contact, secret)
            if not pair.can(CAP_DELEGATE):
                raise NotServedError(contact.name)
            pair.listen(on_message, lambda error: settle(error or _gone(contact.name)))
            pair.send(what)
            async with asyncio.timeout(ANSWER_S):
                error = await answered
        except TimeoutError:
            raise _gone(contact.name) from None
        finally:
            desk.switchboard.drop(pair)
            pair.leave()
        if error is not None:
            raise error

    def _told(self, made: Delegation) -> HandedOver:
        contact = self._contact
        return HandedOver(peer=contact.peer, short=contact.short, name=contact.name, until=float(made.expires))


async def _rooted(tree: OfferedTree, file: int, entry: Entry) -> Entry:
    """With its root: what was read for the contact is hashed already."""
    if entry.folder or not entry.size:
        return entry
    while (root := await asyncio.to_thread(tree.hash_some, file)) is None:
        pass
    if isinstance(root, Lost):
        raise TransferError(f"{entry.path}: {root.message}", root.code)
    return replace(entry, root=root.hex())


def _gone(name: str) -> MeetError:
    return MeetError(f"{name} does not say whether it serves it: look there by `pypeer serving`, and try again.")
