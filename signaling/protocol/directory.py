"""The directory: what is published, and how it is found (docs/protocol.md, "The directory").

A session publishes libraries, each a tree of files, and announces what is in them page by page; others search all of
them, look into one, and ask to meet the session that published it. It is soft state: a library ends with its session.
"""

from typing import Annotated

from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.fields import Ice, Id, Key, Message, Pair, Seconds, Seq, Ticket
from signaling.protocol.flags import Flag
from signaling.protocol.kinds import Kind
from signaling.protocol.listed import (
    Description,
    Folder,
    FolderPath,
    Handle,
    Hit,
    Item,
    Library,
    LibraryName,
    Number,
    PeerId,
    Reach,
    Shelf,
    Size,
    Subfolder,
    Tally,
    Words,
)


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
