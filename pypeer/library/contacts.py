"""A library for one's own contacts, and nobody else: published anew when they change."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pypeer.contacts.contact import Contact
from pypeer.contacts.store import Store
from pypeer.errors import PeerError, ServerError
from pypeer.library.library import Library
from pypeer.library.place import Place
from pypeer.signaling_client.client import SignalingClient
from pypeer.spaces.own import OwnSpace
from pypeer.spaces.shelf import key_boxes
from pypeer.spaces.shelves import OLD
from pypeer.spaces.space import Space
from signaling.protocol.codes import ErrorCode
from signaling.protocol.spaces import KeyBox, Keyring, Keys

LOOK_S: Final = 1.0
"""How often it is looked whether contacts have changed: a block holds by the time that a person looks."""

Make = Callable[[Space, tuple[KeyBox, ...]], Place]
"""The place of a library in this space, with these boxes."""

Members = frozenset[tuple[str, tuple[bytes, ...]]]


@dataclass(frozen=True, slots=True)
class ForContacts:
    """`owner` is the public key of this peer."""

    store: Store
    own: OwnSpace
    owner: bytes
    make: Make

    async def place(self) -> tuple[Place, Members]:
        """Where to publish for the contacts of now, and who they are; raises StoreError and SpaceError."""
        return await asyncio.to_thread(self._place)

    async def follow(self, library: Library, members: Members) -> None:
        """Publish the library anew whenever others are contacts than these, until cancelled. What goes wrong ends it:
        who is no contact any more must not find it for want of a new key."""
        version: object = None
        while True:
            try:
                now = await asyncio.to_thread(lambda: self.store.version)
                if now != version and members != await asyncio.to_thread(lambda: _members(self.store.all())):
                    place, members = await self.place()
                    library.move(place)
                version = now
            except PeerError as error:
                library.fail(error)
                return
            await asyncio.sleep(LOOK_S)

    def _place(self) -> tuple[Place, Members]:
        contacts = self.store.all()
        space = self.own.for_contacts(contacts)
        return self.make(space, key_boxes(contacts, self.owner, space.keys)), _members(contacts)


async def check_server(client: SignalingClient) -> None:
    """Raises ServerError if this one does not know keys: it would take a library without them, which nobody finds."""
    try:
        await client.ask(Keys(id=1), Keyring)
    except ServerError as error:
        if error.code != ErrorCode.UNKNOWN_TYPE:
            raise
        raise ServerError(f"{OLD} Nothing was published.", error.code, retry=False) from None


def _members(contacts: Sequence[Contact]) -> Members:
    return frozenset((each.peer, each.secrets) for each in contacts if each.may_call)
