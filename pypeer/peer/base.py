"""What all that a peer can do is built on: its connection to the server, who it is, and what it has begun."""

import asyncio
import os
from types import TracebackType
from typing import Final, Self

from pypeer.connect.options import ConnectOptions
from pypeer.contacts.acquaint import Acquaintances
from pypeer.contacts.marking import Likeness
from pypeer.contacts.store import Store
from pypeer.desk import Desk, forget
from pypeer.identity import Identity
from pypeer.peer.work import Work
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.effects import Event
from pypeer.signaling_client.switch import Switchboard
from pypeer.spaces.everywhere import ALL, CONTACTS, OPEN, Everywhere
from pypeer.spaces.shelf import is_of_contacts
from pypeer.spaces.shelves import Shelves
from pypeer.spaces.space import same
from pypeer.spaces.store import SpaceStore
from pypeer.transfer.budget import Budget
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked
from signaling.protocol.rendezvous import Leave

DEFAULT_SERVER: Final = "http://localhost:8080"
"""Where `signaling` listens when nothing is configured."""

ACCESS_VARIABLE: Final = "BYWAY_ACCESS_WORD"
"""The variable of the environment that holds the access word of a private server."""

NAME_CHARS: Final = 128
"""Longest name of a peer: the contract's limit on `meet.name`."""


def default_server() -> str:
    """The server of the environment (BYWAY_SERVER), else the one on this machine."""
    return os.environ.get("BYWAY_SERVER") or DEFAULT_SERVER


def default_access() -> str:
    """The access word of the environment (BYWAY_ACCESS_WORD), which a private server wants."""
    return os.environ.get(ACCESS_VARIABLE, "")


class Base:
    """A peer, signed in to one server while the `async with` block lasts; entering raises ServerError.

    `identity` defaults to the one of this user; `name` is what the other side may show, next to the proven short name;
    `connect` says which ways of connecting are wanted. Whoever is met by a code is remembered in `contacts`
    (pypeer.contacts.store), which stays the caller's to close; with `as_contact` it is a contact from now on, and is
    called so, or as it calls itself if that is empty. `spaces` defaults to those of this user.
    `access` is the access word of a private server, by default that of the environment (BYWAY_ACCESS_WORD).
    """

    def __init__(
        self,
        server: str | None = None,
        *,
        identity: Identity | None = None,
        name: str = "",
        connect: ConnectOptions | None = None,
        spaces: SpaceStore | None = None,
        contacts: Store | None = None,
        as_contact: str | None = None,
        access: str | None = None,
    ) -> None:
        self.identity = identity or Identity.load()
        self.contacts = contacts
        self.spaces = spaces or SpaceStore()
        """The sealed spaces of this user."""
        word = default_access() if access is None else access
        switchboard = Switchboard()
        self._work = work = Work(switchboard, contacts)
        url = server or default_server()
        self._client = SignalingClient(url, self.identity, self._on_push, self._on_ready, word, work.refused)
        self._desk = Desk(
            self._client,
            switchboard,
            self.identity,
            unicode(name)[:NAME_CHARS],  # the other side would refuse one that is too long
            connect or ConnectOptions(),
            acquaint=forget if contacts is None else Acquaintances(contacts, as_contact).remember,
            resembles=self._resembles,
        )
        shelves = Shelves(self._client, contacts, lambda: [each.name for each in self.spaces.all()])
        self._directory = Everywhere(self._client, self.spaces.all, shelves=shelves)

    async def __aenter__(self) -> Self:
        await self._client.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._work.stop()
        await self._desk.close()
        await self._client.close()

    async def _likeness(self) -> Likeness:
        """Of what is called like contacts."""
        return Likeness(() if self.contacts is None else await asyncio.to_thread(self.contacts.all))

    async def _resembles(self, name: str, peer: str) -> tuple[str, ...]:
        return (await self._likeness()).of(name, peer)

    def _place(self, space: str | None) -> Everywhere:
        """Where to look."""
        if space is None:
            return self._directory
        if space in (OPEN, ALL, CONTACTS):
            return self._directory.within(space)
        if is_of_contacts(space) and not any(same(each.name) == same(space) for each in self.spaces.all()):
            return self._directory.within(space)
        return self._directory.within(self.spaces.named(space).name)

    def _on_push(self, message: Event) -> None:
        if not self._work.pushed(message) and isinstance(message, Asked | Called):
            self._client.post(Leave(id=1, pair=message.pair))

    def _on_ready(self, resumed: bool) -> None:
        if not resumed:
            self._work.anew()


def budget_of(limit: float | None) -> Budget | None:
    """What may be sent or fetched: bytes a second, or all that goes."""
    return None if limit is None else Budget(limit)


def unicode(text: str) -> str:
    """The text as the contract takes it: names of files may be none (PEP 383)."""
    return text.encode("utf-8", "replace").decode()
