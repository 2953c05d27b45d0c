"""From what a person wants to share to a library in the directory: looked at, confirmed, then published."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypeer.contacts.store import Store
from pypeer.desk import Desk
from pypeer.errors import DeclinedError
from pypeer.events import Counted
from pypeer.library.contacts import ForContacts, check_server
from pypeer.library.folders import folders_of, look
from pypeer.library.host import Consent
from pypeer.library.index import default_path
from pypeer.library.lengths import DESCRIPTION_CHARS, NAME_CHARS
from pypeer.library.library import Library
from pypeer.library.place import Place, in_space, in_the_open
from pypeer.library.reach import reach_of
from pypeer.spaces.own import OwnSpace
from pypeer.spaces.shelf import OWNER_CALLS_IT
from pypeer.spaces.space import Space
from pypeer.transfer.budget import Budget
from pypeer.transfer.scanning import Links
from signaling.protocol.listed import Reach
from signaling.protocol.spaces import KeyBox

Confirm = Callable[[Counted], Awaitable[bool]]
"""Sees what would be published, and says whether it is to be."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a person wants to share, and how. Raises ValueError for a name or a description that cannot be."""

    paths: Sequence[Path]
    name: str
    description: str = ""
    ignore: Sequence[str] = ()
    links: Links = Links.INSIDE
    confirm: Confirm | None = None
    consent: Consent | None = None
    budget: Budget | None = None
    background: bool = False
    space: Space | None = None
    """The sealed space in which it is to be; else it is for everybody, or for contacts."""
    contacts: Store | None = None
    """Those for whom it is to be."""

    def __post_init__(self) -> None:
        if not len(self.name.strip()) > 0 or len(self.name) > NAME_CHARS:
            raise ValueError(f"the name of a library has 1 to {NAME_CHARS} characters")
        if len(self.description) > DESCRIPTION_CHARS:
            raise ValueError(f"a description has at most {DESCRIPTION_CHARS} characters")


async def publish(desk: Desk, terms: Terms) -> Library:
    """Raises TransferError and ChoiceError for what cannot be shared, DeclinedError, and ServerError."""
    folders = await asyncio.to_thread(folders_of, terms.paths, terms.ignore, terms.links)
    content = await asyncio.to_thread(look, folders)
    if terms.confirm is not None:
        counted = Counted(
            files=content.files,
            bytes=content.bytes,
            folders=folders.show(),
            name=terms.name,
            server=str(desk.client.url),
            space=terms.space.name if terms.space is not None else OWNER_CALLS_IT if terms.contacts is not None else "",
        )
        if not await terms.confirm(counted):
            raise DeclinedError("Nothing was published.")
    reach = await reach_of(desk)

    def library_at(place: Place) -> Library:
        return Library(desk, place, folders, default_path(), terms.consent, terms.budget, terms.background)

    if terms.contacts is None:
        library = library_at(_place(desk, terms, reach))
        await library.open(content)
        return library
    await check_server(desk.client)
    making = _for_contacts(desk, terms, terms.contacts, reach)
    place, members = await making.place()
    library = library_at(place)
    await library.open(content)
    library.accompany(making.follow(library, members))
    return library


def _for_contacts(desk: Desk, terms: Terms, store: Store, reach: Reach | None) -> ForContacts:
    about = (terms.name, terms.description, terms.consent is not None, reach)

    def make(space: Space, keys: tuple[KeyBox, ...]) -> Place:
        return in_space(space, desk.identity.key, *about, keys)

    return ForContacts(store, OwnSpace(), desk.identity.key, make)


def _place(desk: Desk, terms: Terms, reach: Reach | None) -> Place:
    about = (terms.name, terms.description, terms.consent is not None, reach)
    if terms.space is None:
        return in_the_open(*about)
    return in_space(terms.space, desk.identity.key, *about)
