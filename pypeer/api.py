"""The Python API: a peer that sends and gets.

async with pypeer.Peer("http://localhost:8080") as peer:
    offer = await peer.send(["photos/"])
    print(offer.code)
    async for event in offer:
        ...

    fetch = peer.get("7-guitar-sunset", into="downloads")
    async for event in fetch:
        ...
"""

import asyncio
import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Final

import msgspec

from pypeer.connect.options import ConnectOptions
from pypeer.contacts.acquaint import Acquaintances, is_blocked
from pypeer.contacts.contact import Change, Contact
from pypeer.contacts.naming import named
from pypeer.contacts.policy import Accept
from pypeer.contacts.reception import Ask
from pypeer.contacts.store import Store
from pypeer.desk import Desk, forget
from pypeer.errors import BlockedError, CodeError, PeerError
from pypeer.events import Invited
from pypeer.fetching import Fetch
from pypeer.finding.directory import HITS_DEFAULT
from pypeer.finding.finder import Finder
from pypeer.finding.found import File, Folder, FoundLibrary, Hit
from pypeer.finding.reporting import report
from pypeer.finding.targets import is_peer
from pypeer.finding.targets import parse as parse_target
from pypeer.finding.who import one_library, one_peer
from pypeer.identity import Identity
from pypeer.plan import by_codes
from pypeer.protocol import limits
from pypeer.secure import code
from pypeer.sharing import Offer
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.switch import Switchboard
from pypeer.spaces.everywhere import ALL, OPEN, Everywhere
from pypeer.spaces.inviting import Invitation
from pypeer.spaces.joining import Consent as JoinConsent
from pypeer.spaces.joining import join_by_code
from pypeer.spaces.space import Space, parse_link
from pypeer.spaces.store import SpaceStore
from pypeer.tasks import Tasks
from pypeer.transfer.budget import Budget
from pypeer.transfer.choosing import Choice, Existing
from pypeer.transfer.scanning import Links, Policy
from pypeer.transfer.session import Decide, accept_all
from pypeer.transfer.sources import OfferedTree, scan, text_tree
from pypeer.warming import warm
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked, Fault, Kind
from signaling.protocol.messages import Knocked, Lapsed, Leave, Left, Signaled

if TYPE_CHECKING:
    from pypeer.contacts.delivery import Delivery
    from pypeer.contacts.inbox import Inbox
    from pypeer.library.host import Consent
    from pypeer.library.library import Library
    from pypeer.library.publishing import Confirm

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


class Peer:
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
        word = default_access() if access is None else access
        self._client = SignalingClient(server or default_server(), self.identity, self._on_push, self._on_ready, word)
        self._offers: list[Offer] = []
        self._fetches: list[Fetch] = []
        self._libraries: list[Library] = []
        self._deliveries: list[Delivery] = []
        self._inbox: Inbox | None = None
        self._switchboard = Switchboard()
        self._desk = Desk(
            self._client,
            self._switchboard,
            self.identity,
            _tellable(name),
            connect or ConnectOptions(),
            acquaint=forget if contacts is None else Acquaintances(contacts, as_contact).remember,
        )
        self.spaces = spaces or SpaceStore()
        """The sealed spaces of this user."""
        self._directory = Everywhere(self._client, self.spaces.all)
        self._tasks = Tasks("offers")

    async def __aenter__(self) -> "Peer":
        await self._client.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        work: list[Offer | Fetch | Library | Delivery | Inbox] = [*self._offers, *self._fetches, *self._libraries]
        work += [*self._deliveries, *([] if self._inbox is None else [self._inbox])]
        await asyncio.gather(*(each.stop() for each in work))
        self._tasks.cancel()
        await self._desk.close()
        await self._client.close()

    async def send(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        text: str | None = None,
        once: bool = False,
        times: int | None = None,
        expires: float | None = None,
        words: int = limits.WORDS,
        limit: float | None = None,
        background: bool = False,
        links: Links | str = Links.INSIDE,
        growing: bool = False,
        swarm: bool = False,
    ) -> Offer:
        """Offer files and folders, or a text, under a new code; raises TransferError for paths that cannot be read.

        `times` ends the code after so many complete transfers, `once` after one; `expires` is in seconds, as the server
        allows; more `words` make the code harder to guess; `limit` is what all receivers together get, in bytes a
        second; in the `background` they get what other traffic leaves (pypeer.sctp.ledbat). `links` (`inside`,
        `follow`, `skip`) says what becomes of symbolic links inside folders; with `growing`, files that grow meanwhile
        are sent as long as they were at first, and are not refused (pypeer.transfer.scanning). With `swarm`, several
        receivers serve each other, too, and this side sends less.
        """
        if times is not None and times < 1:
            raise ValueError("times is a number of receivers, so at least 1")
        policy = Policy(Links(links), growing)
        tree = text_tree(text) if text is not None else await scan([Path(path) for path in paths], policy)
        if swarm:
            tree.offer = msgspec.structs.replace(tree.offer, swarm=True)
        uses = 1 if once else times
        offer = Offer(self._desk, tree, code.pick_words(words), uses, _budget(limit), swarm, background)
        await offer.open(expires)
        self._tasks.spawn(warm())
        self._offers.append(offer)
        return offer

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
        store = self._known()
        contact = named(await asyncio.to_thread(store.all), to).changed(Change.ADD)
        if not contact.may_call:
            raise BlockedError(f"{contact.name} is blocked: `pypeer contacts ask` ends that.")
        from pypeer.contacts.delivery import Delivery

        policy = Policy(Links(links), growing)
        tree = text_tree(text) if text is not None else await scan([Path(path) for path in paths], policy)
        contact = await asyncio.to_thread(store.change, contact.peer, Change.ADD)
        delivery = Delivery(self._desk, store, contact, tree, _budget(limit), background)
        self._deliveries.append(delivery)
        self._tasks.spawn(warm())
        return delivery

    async def inbox(
        self,
        into: str | os.PathLike[str],
        *,
        ask: Ask | None = None,
        accept: Accept | str = Accept.ASK,
        sort: bool = False,
        limit: float | None = None,
        background: bool = False,
    ) -> "Inbox":
        """Take what contacts send, into a folder, until stopped; one at a time. Raises ServerError and StoreError.

        `ask` is asked about calls of contacts that may not send everything: it sees a `Called` event. `accept`
        (`always`, `ask`, `contacts`) is explained in pypeer.contacts.policy. With `sort` each contact has a folder.
        """
        from pypeer.contacts.inbox import Inbox

        if self._inbox is not None:
            await self._inbox.stop()
        how = (Accept(accept), sort, _budget(limit), background)
        self._inbox = Inbox(self._desk, self._known(), Path(into), ask, *how)
        await self._inbox.open()
        return self._inbox

    def _known(self) -> Store:
        if self.contacts is None:
            raise ValueError("this peer has no contacts: give it a Store")
        return self.contacts

    async def share(
        self,
        folders: Iterable[str | os.PathLike[str]],
        *,
        name: str,
        description: str = "",
        consent: "Consent | None" = None,
        confirm: "Confirm | None" = None,
        ignore: Iterable[str] = (),
        links: Links | str = Links.INSIDE,
        limit: float | None = None,
        background: bool = False,
        space: str | None = None,
    ) -> "Library":
        """Publish folders as a library in the directory, for everybody at the server, and serve them until stopped.

        With `space` only members of that sealed space find it, and are served (AbsentError if this user is in none of
        that name).

        `confirm` sees what would be published before anything is, and may say no (DeclinedError). With `consent` each
        request has to be answered: it sees a `Wished` event. `ignore` are patterns of what is left out beside hidden
        files, keys and temporary files (pypeer.library.ignoring); `links`, `limit` and `background` are as in `send`.
        Raises TransferError, ChoiceError and ServerError.
        """
        from pypeer.library.publishing import Terms, publish

        terms = Terms(
            [Path(each) for each in folders],
            _unicode(name),
            _unicode(description),
            tuple(ignore),
            Links(links),
            confirm,
            consent,
            _budget(limit),
            background,
            None if space is None else self.spaces.named(space),
        )
        library = await publish(self._desk, terms)
        self._tasks.spawn(warm())
        self._libraries.append(library)
        return library

    async def invite(
        self, space: str, *, times: int | None = 1, expires: float | None = None, words: int = limits.WORDS
    ) -> Invitation:
        """Invite to a sealed space of this user, under a code that lives for `expires` seconds and is good for so many
        `times` (None: any). Raises AbsentError and ServerError.

        Whoever is told the code, and joins, is a member and can invite others.
        """
        if times is not None and times < 1:
            raise ValueError("times is a number of members, so at least 1")
        invitation = Invitation(self._desk, self.spaces.named(space), code.pick_words(words), times)
        await invitation.open(expires)
        self._offers.append(invitation)
        return invitation

    async def join(self, text: str, consent: JoinConsent | None = None, *, name: str = "") -> Space:
        """Join the sealed space to which a code invites, or whose link this is.

        It is called `name` here, if one is given. `consent` sees the invitation of a code first. Raises CodeError,
        MeetError, DeclinedError, ServerError and SpaceError.
        """

        def keep(space: Space) -> Space:
            return self.spaces.join(space, name)[0]

        space = parse_link(text)
        if space is not None:
            return keep(space)
        return await join_by_code(self._desk, code.parse(text), consent or _accept, keep)

    async def _share(self, background: bool, tree: OfferedTree) -> Offer:
        """Offer to the others of a swarm what is here of it."""
        offer = Offer(self._desk, tree, code.pick_words(limits.WORDS), None, background=background, acquaints=False)
        await offer.open(None)
        self._offers.append(offer)
        return offer

    async def search(
        self,
        words: str,
        *,
        kind: Kind | str | None = None,
        least: int | None = None,
        most: int | None = None,
        peer: str | None = None,
        limit: int = HITS_DEFAULT,
        space: str | None = None,
    ) -> list[Hit]:
        """Files that others have published, the best first; raises ServerError, and as `browse` does for `peer`.

        They are looked for in the open directory, or in the sealed `space` of that name (AbsentError if there is none),
        or in all of this user's (`all`); never in both, since that would tell the server what is sought in a space.

        All words have to be in the name or its folders, the last may be the beginning of one; there has to be one.
        `least` and `most` are bytes, `kind` is a kind of files (`video`), `peer` whom to look at: a peer id, its short
        name, or the name of a library.
        """
        who = None if peer is None else peer if is_peer(peer) else one_peer(await self.libraries(space=space), peer)
        narrowed = None if kind is None else Kind(kind)
        place = self._place(OPEN if space is None else space)
        return await place.search(words, kind=narrowed, least=least, most=most, peer=who, limit=limit)

    async def libraries(self, *, space: str | None = None) -> list[FoundLibrary]:
        """Who is here, with what, in the open and in all sealed spaces, or only in one; raises as `search` does."""
        return await self._place(space).libraries()

    async def browse(
        self, library: FoundLibrary | str, path: str = "", *, space: str | None = None
    ) -> list[Folder | File]:
        """What is in a folder of a library: folders, then files. Raises AbsentError, AmbiguousError and ServerError.

        A library is named by itself, or as `peer` in `search`; the empty path is its top.
        """
        found = (
            library if isinstance(library, FoundLibrary) else one_library(await self.libraries(space=space), library)
        )
        return await self._directory.browse(found, path.strip("/"))

    async def report(self, what: str, fault: Fault | str, note: str = "") -> int:
        """Tell the operator of the server of a file, named by its handle or as byway:PEERID/HANDLE, or of all that a
        peer publishes (byway:PEERID/); how many libraries that concerned. Their owners learn nothing of it.

        Raises CodeError for what names none of them, AbsentError if it is not here, and ServerError.
        """
        return await report(self._client, what, Fault(fault), _unicode(note))

    def get(
        self,
        text: str | Hit,
        into: str | os.PathLike[str] | BinaryIO = ".",
        decide: Decide = accept_all,
        *,
        also: Iterable[str] = (),
        only: Iterable[str] = (),
        existing: Existing | str = Existing.RENAME,
        first: Iterable[str] = (),
        limit: float | None = None,
        background: bool = False,
        swarm: bool = True,
        why: str = "",
        space: str | None = None,
    ) -> Fetch:
        """Fetch what a code, a link or a hit names into a folder; `decide` sees the offer first. Raises CodeError.

        What was found in a sealed space is looked for there, if `space` names it, as in `search`; a Hit knows it.

        A hit is one of `search`, its handle, `byway:PEERID/HANDLE` for that peer only, or `byway:PEERID/` and a folder.
        A file is fetched from all who have it, at most eight at once, and is the one that was found or an error;
        `why` is what their owners are told if they are asked.

        `also` are codes or links of other senders of the same, at the same server: all that offer the same are drawn
        from at once. Who offers something else, lies, or leaves is told of by `SourceDropped`, and the others go on.

        If the sender wants its receivers to help each other, this one does, unless `swarm` is false.

        Where `into` is a binary file or a pipe, one file is written to it, in order, by a thread.

        `only` takes what matches patterns like `*.jpg` or `photos/`; `existing` (`rename`, `skip`, `overwrite`) says
        what happens where something has the name already. Both are explained in pypeer.transfer.choosing. What
        matches patterns in `first` is fetched before all else. `limit` is in bytes a second, on the average: whole
        chunks are asked for. In the `background` the other side, which sends, is asked to leave the network to other
        traffic.
        """
        choice = Choice(tuple(only), Existing(existing), tuple(first))
        target = Path(into) if isinstance(into, str | os.PathLike) else into
        wanted, others = parse_target(text), tuple(also)
        if wanted is not None and others:
            raise CodeError("What is found in the directory is fetched from all who have it: name no others.")
        codes = [] if wanted is not None else list(dict.fromkeys(code.parse(each) for each in (str(text), *others)))
        place = self._place(space or (text.sources[0].space if isinstance(text, Hit) else OPEN))
        planning = by_codes(codes) if wanted is None else partial(Finder(place, why).plan, wanted)
        share = partial(self._share, background) if swarm and wanted is None else None
        fetch = Fetch(self._desk, planning, target, decide, choice, _budget(limit), share, background, codes)
        self._fetches.append(fetch)
        self._tasks.spawn(warm())
        return fetch

    def _place(self, space: str | None) -> Everywhere:
        """Where to look."""
        if space is None:
            return self._directory
        return self._directory.within(space if space in (OPEN, ALL) else self.spaces.named(space).name)

    def _on_push(self, message: Knocked | Asked | Called | Signaled | Left | Lapsed) -> None:
        if isinstance(message, Signaled | Left):
            self._switchboard.route(message)
            return
        if isinstance(message, Asked):
            self._asked(message)
            return
        if isinstance(message, Called):
            if self._inbox is None or not self._inbox.called(message):
                self._client.post(Leave(id=1, pair=message.pair))
            return
        offer = next((each for each in reversed(self._offers) if each.locator == message.locator), None)
        if offer is not None:  # an older one may have had the same locator, which is free again when it ends
            offer.knocked(message) if isinstance(message, Knocked) else offer.lapsed()

    def _asked(self, asked: Asked) -> None:
        """About a library that has been withdrawn meanwhile, nobody answers; nor does anybody answer who is blocked."""
        library = next((each for each in self._libraries if each.id == asked.library), None)
        if library is None or (self.contacts is not None and is_blocked(self.contacts, asked.peer)):
            self._client.post(Leave(id=1, pair=asked.pair))
        else:
            library.asked(asked)

    def _on_ready(self, resumed: bool) -> None:
        if resumed:
            return
        self._switchboard.lose_all()
        for offer in self._offers:
            self._tasks.spawn(offer.reopen())
        for library in self._libraries:
            library.reopen()
        if self._inbox is not None:
            self._inbox.reopen()


async def _accept(_: Invited) -> bool:
    return True


def _budget(limit: float | None) -> Budget | None:
    return None if limit is None else Budget(limit)


def _tellable(name: str) -> str:
    """A name as the contract takes it: the other side would refuse one that is too long, or no Unicode."""
    return _unicode(name)[:NAME_CHARS]


def _unicode(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


__all__ = [
    "Accept",
    "ConnectOptions",
    "Contact",
    "Existing",
    "Fetch",
    "Links",
    "Offer",
    "Peer",
    "PeerError",
    "Store",
    "default_server",
]
