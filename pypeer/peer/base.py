"""What all that a peer can do is built on: its connection to the server, who it is, and what it has begun."""

import asyncio
from contextlib import AsyncExitStack
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from pypeer.connect.options import ConnectOptions
from pypeer.contacts.acquaint import Acquaintances
from pypeer.contacts.marking import Likeness
from pypeer.contacts.store import Store
from pypeer.desk import Desk, forget
from pypeer.environment import default_access, default_server
from pypeer.identity import Identity
from pypeer.peer.work import Work
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.effects import Event
from pypeer.signaling_client.switch import Switchboard
from pypeer.transfer.budget import Budget
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked
from signaling.protocol.rendezvous import Leave

if TYPE_CHECKING:
    from pypeer.peer.places import Places
    from pypeer.spaces.store import SpaceStore

NAME_CHARS: Final = 128
"""Longest name of a peer: the contract's limit on `meet.name`."""


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
        spaces: "SpaceStore | None" = None,
        contacts: Store | None = None,
        as_contact: str | None = None,
        access: str | None = None,
    ) -> None:
        self.identity = identity or Identity.load()
        self.contacts = contacts
        if spaces is not None:
            self.spaces = spaces
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

    @cached_property
    def spaces(self) -> "SpaceStore":
        """The sealed spaces of this user."""
        from pypeer.spaces.store import SpaceStore  # here and below: who only sends by a code has no use for them

        return SpaceStore()

    @cached_property
    def _places(self) -> "Places":
        """Where to look."""
        from pypeer.peer.places import Places

        return Places(self._client, self.spaces, self.contacts)

    async def __aenter__(self) -> Self:
        await self._client.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        async with AsyncExitStack() as closing:  # the last first, and each of them whatever becomes of the others
            closing.push_async_callback(self._client.close)
            closing.push_async_callback(self._desk.close)
            closing.push_async_callback(self._work.stop)

    async def _likeness(self) -> Likeness:
        """Of what is called like contacts."""
        return Likeness(() if self.contacts is None else await asyncio.to_thread(self.contacts.all))

    async def _resembles(self, name: str, peer: str) -> tuple[str, ...]:
        return (await self._likeness()).of(name, peer)

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
