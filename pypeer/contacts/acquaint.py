"""Remembers whom this peer meets by a code, so that the two can meet again without one."""

import asyncio
import logging
from dataclasses import dataclass

from pypeer.contacts.standing import Change, Standing
from pypeer.contacts.store import Store, StoreError
from pypeer.events import Remembered
from pypeer.protocol.sealed import Meet
from pypeer.secure.contact import contact_secret
from pypeer.secure.encoding import unb64
from pypeer.signaling_client.pair import Pair

_log = logging.getLogger("byway.contacts")


@dataclass(frozen=True, slots=True)
class Acquaintances:
    """`as_contact`: whoever is met is a contact from now on, and called so, or as it calls itself if that is empty."""

    store: Store
    as_contact: str | None = None

    async def remember(self, pair: Pair, meet: Meet) -> Remembered | None:
        """Two have met by a code; what there is to tell of it. That it cannot be kept must not end a transfer."""
        name = self.as_contact or meet.name
        change = None if self.as_contact is None else Change.ADD
        secret = contact_secret(pair.bind)
        try:
            contact, is_new = await asyncio.to_thread(self.store.met, pair.peer_key, secret, name, change)
        except StoreError as error:
            _log.warning("%s", error)
            return None
        return Remembered(
            peer=contact.peer, short=contact.short, name=contact.name, standing=contact.standing.value, new=is_new
        )


def is_blocked(store: Store, key: str) -> bool:
    """Whether our person has blocked whoever has signed in with this key. One row is read: it needs no thread."""
    try:
        contact = store.find(unb64(key))
    except (StoreError, ValueError):
        return False  # whoever cannot be looked up is a stranger, as most are
    return contact is not None and contact.standing is Standing.BLOCKED
