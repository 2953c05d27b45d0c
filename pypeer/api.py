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

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from pypeer.connect.options import ConnectOptions
from pypeer.contacts.contact import Contact
from pypeer.contacts.policy import Accept
from pypeer.contacts.store import Store
from pypeer.environment import default_access, default_server
from pypeer.errors import CodeError, PeerError
from pypeer.finding.found import Hit
from pypeer.finding.sought import OPEN, Sought
from pypeer.finding.targets import parse as parse_target
from pypeer.peer.base import budget_of, unicode
from pypeer.peer.belonging import Belonging
from pypeer.peer.corresponding import Corresponding
from pypeer.peer.seeking import Seeking
from pypeer.protocol import limits
from pypeer.secure import code
from pypeer.sharing import Offer
from pypeer.transfer.choosing import Choice, Existing
from pypeer.transfer.deciding import Decide, accept_all
from pypeer.transfer.scanning import Links, Policy
from pypeer.transfer.sources import OfferedTree, scan, text_tree
from pypeer.warming import FETCHING, SENDING, warm

if TYPE_CHECKING:
    from pypeer.fetching import Fetch
    from pypeer.library.host import Consent
    from pypeer.library.library import Library
    from pypeer.library.publishing import Confirm


class Peer(Seeking, Corresponding, Belonging):
    """A peer, signed in to one server while the `async with` block lasts: what it offers, publishes and gets.

    What it is made from tells pypeer.peer.base.
    """

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
        offer = Offer(self._desk, tree, code.pick_words(words), uses, budget_of(limit), swarm, background)
        await offer.open(expires)
        self._work.tasks.spawn(warm(SENDING))
        self._work.offers.append(offer)
        return offer

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
        to_contacts: bool = False,
    ) -> "Library":
        """Publish folders as a library in the directory, for everybody at the server, and serve them until stopped.

        With `space` only members of that sealed space find it, and are served (AbsentError if this user is in none of
        that name). With `to_contacts` only contacts of this user do, those of the moment: when they change, it is
        published anew.

        `confirm` sees what would be published before anything is, and may say no (DeclinedError). With `consent` each
        request has to be answered: it sees a `Wished` event. `ignore` are patterns of what is left out beside hidden
        files, keys and temporary files (pypeer.library.ignoring); `links`, `limit` and `background` are as in `send`.
        Raises TransferError, ChoiceError and ServerError.
        """
        from pypeer.library.publishing import Terms, publish

        terms = Terms(
            [Path(each) for each in folders],
            unicode(name),
            unicode(description),
            tuple(ignore),
            Links(links),
            confirm,
            consent,
            budget_of(limit),
            background,
            None if space is None else self.spaces.named(space),
            self._known() if to_contacts else None,
        )
        library = await publish(self._desk, terms)
        self._work.tasks.spawn(warm(SENDING))
        self._work.libraries.append(library)
        return library

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
    ) -> "Fetch":
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
        from pypeer.fetching import Fetch
        from pypeer.finding.finder import Finder
        from pypeer.plan import by_codes

        choice = Choice(tuple(only), Existing(existing), tuple(first))
        target = Path(into) if isinstance(into, str | os.PathLike) else into
        wanted, others = parse_target(text), tuple(also)
        if wanted is not None and others:
            raise CodeError("What is found in the directory is fetched from all who have it: name no others.")
        codes = [] if wanted is not None else list(dict.fromkeys(code.parse(each) for each in (str(text), *others)))
        if wanted is None:
            planning = by_codes(codes)
        else:
            place = self._places.named(space or (text.sources[0].space if isinstance(text, Hit) else OPEN))
            planning = partial(Finder(place, why).plan, wanted)
        share = partial(self._share, background) if swarm and wanted is None else None
        fetch = Fetch(self._desk, planning, target, decide, choice, budget_of(limit), share, background, codes)
        self._work.fetches.append(fetch)
        self._work.tasks.spawn(warm(FETCHING))
        return fetch

    async def _share(self, background: bool, tree: OfferedTree) -> Offer:
        """Offer to the others of a swarm what is here of it."""
        offer = Offer(self._desk, tree, code.pick_words(limits.WORDS), None, background=background, acquaints=False)
        await offer.open(None)
        self._work.offers.append(offer)
        return offer


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
    "Sought",
    "Store",
    "default_access",
    "default_server",
]
