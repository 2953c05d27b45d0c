"""What is found in the directory: values of the API, each also one line of `--json`; pure.

Names are what their owners call things, made printable; `short` stands for the key of a peer, so two who call
themselves the same are told apart.
"""

import base64
from typing import Final

import msgspec

from pypeer.events import Event
from pypeer.secure.code import short_name
from pypeer.secure.encoding import unb64
from pypeer.secure.ids import peer_id
from pypeer.transfer.names import printable
from signaling.protocol.directory import Found, Listing
from signaling.protocol.kinds import Kind, kind_of
from signaling.protocol.listed import Hit as TheirHit
from signaling.protocol.listed import Item, Reach, Shelf

HANDLE_BYTES: Final = 10
"""As much of a root as its handle says: docs/protocol.md, "The directory"."""


class Holder(msgspec.Struct, frozen=True, kw_only=True):
    """A library that has a file. `library` is what the server calls it, `name` what its owner does."""

    peer: str
    short: str
    library: str
    name: str
    away: bool
    """Whether its owner has lost the connection, and may be back within a minute."""
    ask: bool
    """Whether its owner is asked about each request."""
    reach: Reach | None
    """How others get to its owner, if that is known."""
    space: str = ""
    """The sealed space in which it is, as this user calls it; empty for everybody."""
    alike: tuple[str, ...] = ()
    """Contacts of this user that its name could be taken for, and that it is not."""


class Hit(Event, frozen=True, tag="hit"):
    """One file, wherever it is. `root` is hexadecimal; `count` is how many have it, of whom `sources` are some."""

    handle: str
    name: str
    size: int
    root: str
    kind: Kind
    folder: str
    sources: tuple[Holder, ...]
    count: int


class FoundLibrary(Event, frozen=True, tag="here"):
    """A library that is here. `whole`: all that is in it has been announced, so `files` and `bytes` are final. In a
    sealed `space` the server does not know how many bytes there are, and `bytes` is 0."""

    peer: str
    short: str
    library: str
    name: str
    description: str
    files: int
    bytes: int
    whole: bool
    away: bool
    ask: bool
    reach: Reach | None
    space: str = ""
    alike: tuple[str, ...] = ()
    """Contacts of this user that its name could be taken for, and that it is not."""


class Folder(Event, frozen=True, tag="folder"):
    """A folder of a library, counted with all below it; `path` is how to go on into it, as its owner wrote it."""

    name: str
    path: str
    files: int
    bytes: int


class File(Event, frozen=True, tag="file"):
    """A file of a library."""

    name: str
    path: str
    size: int
    root: str
    handle: str
    kind: Kind


def handle_of(root: bytes) -> str:
    """What a person copies to fetch the file with this root."""
    return base64.b32encode(root[:HANDLE_BYTES]).decode("ascii").lower()


def hits(found: Found, space: str = "") -> list[Hit]:
    """What a search has found, in a sealed space if one is named; raises ValueError for what no server says."""
    holders = [_holder(shelf, space) for shelf in found.libraries]
    return [_hit(hit, holders) for hit in found.hits]


def library(shelf: Shelf, space: str = "") -> FoundLibrary:
    """A library, in a sealed space if one is named; raises ValueError for what no server says."""
    holder = _holder(shelf, space)
    return FoundLibrary(
        peer=holder.peer,
        short=holder.short,
        library=holder.library,
        name=holder.name,
        description=printable(shelf.description),
        files=shelf.files,
        bytes=shelf.bytes,
        whole=shelf.whole,
        away=shelf.away,
        ask=shelf.ask,
        reach=shelf.reach,
        space=space,
    )


def folders(listing: Listing, path: str) -> list[Folder]:
    """The folders in the folder `path`."""
    return [
        Folder(name=printable(each.name), path=_join(path, each.name), files=each.files, bytes=each.bytes)
        for each in listing.folders
    ]


def files(listing: Listing, path: str) -> list[File]:
    """The files in the folder `path`; raises ValueError for what no server says."""
    return [_file(item, path) for item in listing.files]


def _file(item: Item, path: str) -> File:
    root = unb64(item.root)
    return File(
        name=printable(item.name),
        path=_join(path, item.name),
        size=item.size,
        root=root.hex(),
        handle=handle_of(root),
        kind=kind_of(item.name),
    )


def _hit(hit: TheirHit, holders: list[Holder]) -> Hit:
    if not hit.sources or max(hit.sources) >= len(holders):
        raise ValueError("a hit without a source")
    root = unb64(hit.root)
    return Hit(
        handle=handle_of(root),
        name=printable(hit.name),
        size=hit.size,
        root=root.hex(),
        kind=hit.kind,
        folder=printable(hit.folder),
        sources=tuple(holders[place] for place in hit.sources),
        count=max(hit.count, len(hit.sources)),
    )


def _holder(shelf: Shelf, space: str) -> Holder:
    peer = peer_id(unb64(shelf.peer))
    return Holder(
        peer=peer,
        short=short_name(peer),
        library=shelf.library,
        name=printable(shelf.name),
        away=shelf.away,
        ask=shelf.ask,
        reach=shelf.reach,
        space=space,
    )


def _join(path: str, name: str) -> str:
    return f"{path}/{name}" if path else name
