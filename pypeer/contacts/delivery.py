"""Something sent to a contact, without a code: the contact is called, and decides whether to take it."""

import asyncio
from typing import Final

from msgspec.structs import replace

from pypeer.connect.detour import Ways
from pypeer.contacts.calling import call
from pypeer.contacts.contact import Contact
from pypeer.contacts.store import Store
from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.errors import DeclinedError, PeerError, RefusedError
from pypeer.events import Event, Joined, Skipped, Waiting
from pypeer.protocol.codes import RefusalCode
from pypeer.protocol.limits import CAP_DELEGATE
from pypeer.running import Errand
from pypeer.secure.contact import call_password
from pypeer.secure.keys import Role
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.budget import Budget
from pypeer.transfer.manifest import preview
from pypeer.transfer.sending import SendSession
from pypeer.transfer.sources import OfferedTree

PERSON_S: Final = 310.0
"""How long a person at the other side may take: five minutes, and what it takes to say so."""


class NotServedError(DeclinedError):
    """The contact serves nothing for us."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} serves nothing for you: there, `pypeer inbox DIR --serve-for` has to name you.")


class Delivery(Errand):
    """Sends to one contact. Iterate over it for events; the last is `Done` or `Failed`.

    With `serve`, the name of a hand-over, the contact is to keep it and serve it.
    """

    def __init__(
        self,
        desk: Desk,
        store: Store,
        contact: Contact,
        tree: OfferedTree,
        budget: Budget | None = None,
        background: bool = False,
        serve: str | None = None,
    ) -> None:
        super().__init__()
        self.delivered = 0
        """1 once the contact has everything."""
        self.contact = contact
        self._desk = desk.in_background() if background else desk
        self._store = store
        self._tree = tree
        self._budget = budget
        self._background = background
        self._serve = serve
        self.begin("byway-delivery")

    async def run(self) -> None:
        """See Errand: call, and send."""
        for message in self._tree.skipped:
            self.events.emit(Skipped(message=message))
        try:
            await self._deliver()
        except PeerError as error:
            raise self._explained(error) from None

    async def _deliver(self) -> None:
        met, secret = await call(self._desk.client, self.contact)
        pair = self._desk.pair(Role.B, met, call_password(secret))
        pair.on_wrong_words = lambda: None  # the token has led here, so whoever does not know it is no contact
        self._desk.switchboard.adopt(pair)
        relays = self._desk.relays(met)
        ways = self._desk.ways(relays)
        relays.keep()
        pair.on_proven = ways.gathered.start
        try:
            await self._converse(pair, ways, secret)
        finally:
            relays.close()
            ways.gathered.close()
            self._desk.switchboard.drop(pair)
            pair.leave()

    async def _converse(self, pair: Pair, ways: Ways, secret: bytes) -> None:
        contact = self.contact
        meet = await pair.meet()
        await asyncio.to_thread(self._store.called, contact, secret)
        self._emit(Joined(peer=contact.peer, short=contact.short, name=meet.name))
        if self._serve is None:
            self._emit(Waiting(peer=contact.peer, short=contact.short, seconds=PERSON_S))
        elif not pair.can(CAP_DELEGATE):
            raise NotServedError(contact.name)
        pair.send(replace(preview(self._tree.offer, self._tree.entries), serve=self._serve))
        session = SendSession(self._tree, "", self._emit, budget=self._budget, background=self._background)
        await Conversation(pair, session, ways, "", self._emit).run()
        outcome = await session.wait()
        self.delivered += not outcome.failed

    def _emit(self, event: Event) -> None:
        self.events.emit(event)

    def _explained(self, error: PeerError) -> PeerError:
        """In the words of a call, where others speak of codes."""
        name = self.contact.name
        match error:
            case NotServedError():
                return error
            case DeclinedError():
                return DeclinedError(f"{name} did not take it.")
            case RefusedError(code=RefusalCode.BUSY.value):
                return RefusedError(f"{name} takes as much as possible already: try again later.", RefusalCode.BUSY)
            case RefusedError(code=RefusalCode.BROKEN.value):
                text = f"{name} could not be recognised: meet by a code once more, and beware if that fails, too."
                return RefusedError(text, RefusalCode.BROKEN)
            case _:
                return error
