"""The directory: what is published, and how it is found (docs/protocol.md, "The directory").

A session publishes libraries, each a tree of files, and announces what is in them page by page; others search all of
them, look into one, and ask to meet the session that published it. It is soft state: a library ends with its session.
"""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.fields import END, Ice, Id, Key, Message, Pair, Seconds, Seq, Ticket

Library = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{1,32}" + END, description="a library, as the server calls it while it is there")
]
Root = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{43}" + END, description="BEP 52 root of a file, 32 bytes, base64url without padding"),
]
Handle = Annotated[
    str,
    Meta(
        pattern=r"^[a-z2-7]{16}" + END,
        description="the first 10 bytes of a root in lower-case base32: what a person copies to fetch that file",
    ),
]
PeerId = Annotated[str, Meta(pattern=r"^[a-z2-7]{32}" + END, description="see docs/protocol.md, Identifiers")]
Number = Annotated[int, Meta(ge=0, le=2**32 - 1, description="of an entry; chosen by whoever announces it")]
Size = Annotated[int, Meta(ge=0, le=2**53 - 1, description="bytes")]
Tally = Annotated[int, Meta(ge=0, le=2**53 - 1)]
FileName = Annotated[str, Meta(min_length=1, max_length=255, description="without '/'; untrusted")]
FolderPath = Annotated[
    str, Meta(max_length=limits.FOLDER_CHARS, description="'/' between names, none at either end; empty: the top")
]
LibraryName = Annotated[str, Meta(min_length=1, max_length=64, description="what its owner calls it; untrusted")]
Description = Annotated[str, Meta(max_length=256, description="for people; untrusted")]
Words = Annotated[str, Meta(max_length=limits.SEARCH_CHARS, description="what is looked for, as a person types it")]


class Kind(StrEnum):
    """What a file is, by the ending of its name: see signaling.protocol.kinds."""

    PICTURE = "picture"
    AUDIO = "audio"
    VIDEO = "video"
    TEXT = "text"
    DOCUMENT = "document"
    ARCHIVE = "archive"
    PROGRAM = "program"
    OTHER = "other"


class Reach(StrEnum):
    """How others get to a peer, as far as it knows; says nothing of where it is."""

    OPEN = "open"
    """It can be called: no NAT, or a port of its router is mapped."""
    STEADY = "steady"
    """Its NAT gives a port the same public one for all destinations (RFC 4787, REQ-1), or it has a firewall only."""
    VARYING = "varying"
    """Its NAT gives another public port for each destination."""
    BLOCKED = "blocked"
    """No datagram leaves its network."""


class File(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file that is announced: [number, name, size, root]. A number that is in use is the same entry, changed."""

    number: Number
    name: FileName
    size: Size
    root: Root


class Folder(msgspec.Struct, frozen=True, array_like=True):
    """Files of one folder: [path, files]."""

    path: FolderPath
    files: Annotated[tuple[File, ...], Meta(max_length=limits.ANNOUNCED_FILES)]


class Publish(Message, frozen=True, tag="publish"):
    """Begin a library: everybody at this server finds it. `ask`: its owner is asked about each request."""

    id: Id
    name: LibraryName
    description: Description = ""
    ask: bool = False
    reach: Reach | None = None


class Announce(Message, frozen=True, tag="announce"):
    """Files that are new or changed, numbers of those that are gone; `whole`: all that is there has been announced."""

    id: Id
    library: Library
    folders: Annotated[tuple[Folder, ...], Meta(max_length=limits.ANNOUNCED_FILES)] = ()
    gone: Annotated[tuple[Number, ...], Meta(max_length=limits.ANNOUNCED_GONE)] = ()
    whole: bool = False


class Withdraw(Message, frozen=True, tag="withdraw"):
    """End a library; pairs that have met go on."""

    id: Id
    library: Library


class Search(Message, frozen=True, tag="search"):
    """Find files: all words have to be in the name or the path, the last may be the beginning of a word.

    `handle` finds one file by its root instead; then words may be empty. The other fields narrow it down.
    """

    id: Id
    words: Words = ""
    handle: Handle | None = None
    kind: Kind | None = None
    least: Size | None = None
    most: Size | None = None
    peer: PeerId | None = None
    skip: Annotated[int, Meta(ge=0, le=limits.SEARCH_SKIP_MAX)] = 0
    limit: Annotated[int, Meta(ge=1, le=limits.SEARCH_HITS_MAX)] = 20


class Peers(Message, frozen=True, tag="peers"):
    """Who is here: libraries, a page of them after the one that is named, in an order that stays."""

    id: Id
    after: Library | None = None


class Browse(Message, frozen=True, tag="browse"):
    """Look into a folder of a library; `after` is the name at which the page before ended."""

    id: Id
    library: Library
    path: FolderPath = ""
    after: Annotated[str, Meta(max_length=255)] = ""


class Ask(Message, frozen=True, tag="ask"):
    """Meet the session that published a library; the answer is `met`."""

    id: Id
    library: Library


class Fault(StrEnum):
    """What is wrong with a file or a library, for whoever tells the operator of it."""

    ILLEGAL = "illegal"
    """Against the law, or the rules of the server."""
    ABUSE = "abuse"
    """Shows or does harm to a person."""
    MALWARE = "malware"
    """Does harm to computers."""
    PRIVATE = "private"
    """Belongs to somebody who has not agreed."""
    MISLEADING = "misleading"
    """Is not what its name says, or imitates another peer."""
    OTHER = "other"
    """The note says what."""


class Flag(Message, frozen=True, tag="flag"):
    """Tell the operator of a library, or of one file in it; its owner learns nothing of it."""

    id: Id
    library: Library
    fault: Fault
    root: Root | None = None
    note: Annotated[str, Meta(max_length=256, description="for the operator; untrusted")] = ""


class Shelf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A library, as others see it. `peer` is proven only when one meets it."""

    library: Library
    peer: Key
    name: LibraryName
    description: Description = ""
    ask: bool = False
    reach: Reach | None = None
    files: Tally = 0
    bytes: Tally = 0
    whole: bool = False
    """Whether all that is in it has been announced."""
    away: bool = False
    """Whether its owner has lost the connection, and may be back within the grace time."""


class Hit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file, wherever it is. Name and folder are those at the first of its sources."""

    root: Root
    name: FileName
    size: Size
    kind: Kind
    folder: FolderPath = ""
    sources: Annotated[tuple[Tally, ...], Meta(max_length=limits.HIT_SOURCES)]
    """Libraries that have it, as places in `found.libraries`; the best to be asked come first."""
    count: Tally
    """How many have it in all."""


class Subfolder(msgspec.Struct, frozen=True, array_like=True):
    """A folder in a folder: [name, files, bytes], counted with all below it."""

    name: FileName
    files: Tally
    bytes: Tally


class Item(msgspec.Struct, frozen=True, array_like=True):
    """A file in a folder: [name, size, root]."""

    name: FileName
    size: Size
    root: Root


class Published(Message, frozen=True, tag="published"):
    """Answer to `publish`. `most` is how many files it may have."""

    seq: Seq
    re: Id
    library: Library
    most: Tally


class Found(Message, frozen=True, tag="found"):
    """Answer to `search`, the best first; `more` says whether there are more than were asked for."""

    seq: Seq
    re: Id
    hits: tuple[Hit, ...] = ()
    libraries: tuple[Shelf, ...] = ()
    more: bool = False


class Here(Message, frozen=True, tag="here"):
    """Answer to `peers`."""

    seq: Seq
    re: Id
    libraries: tuple[Shelf, ...] = ()
    more: bool = False


class Listing(Message, frozen=True, tag="listing"):
    """Answer to `browse`: folders, then files, each in the order of their names."""

    seq: Seq
    re: Id
    folders: tuple[Subfolder, ...] = ()
    files: tuple[Item, ...] = ()
    more: bool = False


class Asked(Message, frozen=True, tag="asked"):
    """Someone asks to meet this session about a library of its."""

    seq: Seq
    pair: Pair
    library: Library
    peer: Key
    ice: Ice = ()
    """See `Met`."""
    relay: Ticket | None = None
    """See `Met`."""
    ttl: Seconds | None = None
    """See `Met`."""


DirectoryRequest = Publish | Announce | Withdraw | Search | Peers | Browse | Flag
"""What concerns the directory alone; `ask` makes a pair."""
DirectoryReply = Published | Found | Here | Listing
