"""What a peer has begun: what the server says is passed on to whom it concerns, and in the end all of it stops."""

import asyncio
from typing import TYPE_CHECKING

from pypeer.contacts.acquaint import is_blocked
from pypeer.contacts.store import Store
from pypeer.errors import ServerError
from pypeer.running import Running
from pypeer.signaling_client.switch import Switchboard
from pypeer.tasks import Tasks
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked
from signaling.protocol.rendezvous import Knocked, Lapsed, Left, Signaled

if TYPE_CHECKING:
    from pypeer.contacts.deliveries import Deliveries
    from pypeer.contacts.delivery import Delivery
    from pypeer.contacts.inbox import Inbox
    from pypeer.delegates.handing import HandOver
    from pypeer.fetching import Fetch
    from pypeer.library.library import Library
    from pypeer.sharing import Offer


class Work:
    """Of one peer. `switchboard` gets what belongs to pairs; who is blocked in `contacts` is served by no library."""

    def __init__(self, switchboard: Switchboard, contacts: Store | None) -> None:
        self.offers: list[Offer] = []
        self.fetches: list[Fetch] = []
        self.libraries: list[Library] = []
        self.deliveries: list[Delivery | Deliveries | HandOver] = []
        self.inbox: Inbox | None = None
        self.tasks = Tasks("offers")
        self._switchboard = switchboard
        self._contacts = contacts

    def pushed(self, message: Knocked | Asked | Called | Signaled | Left | Lapsed) -> bool:
        """Something that the server tells unasked. False if it begins a pair that nobody here wants."""
        match message:
            case Signaled() | Left():
                self._switchboard.route(message)
            case Asked():
                return self._asked(message)
            case Called():
                return self.inbox is not None and self.inbox.called(message)
            case Knocked() | Lapsed():
                self._knocked(message)
        return True

    def anew(self) -> None:
        """The server knows nothing any more of what was before: say it again."""
        self._switchboard.lose_all()
        for offer in self.offers:
            self.tasks.spawn(offer.reopen())
        for library in self.libraries:
            library.reopen()
        if self.inbox is not None:
            self.inbox.reopen()

    def refused(self, error: ServerError) -> None:
        """The server does not let this peer in any more: nobody finds what waits here. What has begun goes on."""
        waiting: list[Offer | Library | Inbox] = [*self.offers, *self.libraries]
        waiting += [] if self.inbox is None else [self.inbox]
        for each in waiting:
            each.refused(error)

    async def stop(self) -> None:
        """End all of it, and wait until it has."""
        begun: list[Running] = [*self.offers, *self.fetches, *self.libraries]
        begun += [*self.deliveries, *([] if self.inbox is None else [self.inbox])]
        try:
            await asyncio.gather(*(each.stop() for each in begun))
        finally:
            self.tasks.cancel()

    def _knocked(self, message: Knocked | Lapsed) -> None:
        """An older offer may have had the same locator, which is free again when it ends."""
        offer = next((each for each in reversed(self.offers) if each.locator == message.locator), None)
        if offer is not None:
            offer.knocked(message) if isinstance(message, Knocked) else offer.lapsed(message.reason)

    def _asked(self, asked: Asked) -> bool:
        """About a library that has been withdrawn meanwhile, nobody answers; nor does anybody answer who is blocked."""
        library = next((each for each in self.libraries if each.id == asked.library), None)
        if library is None or (self._contacts is not None and is_blocked(self._contacts, asked.peer)):
            return False
        library.asked(asked)
        return True
