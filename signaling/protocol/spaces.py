"""Sealed spaces in the directory: what is published there only members can read (docs/protocol.md, "Sealed spaces").

These are messages of their own, and not fields of those of the open directory, which a server that does not know them
would pass over: what is sealed is never taken for open. `withdraw` and `ask` are the same for both.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.fields import END, Id, Key, Message, Seq
from signaling.protocol.listed import Library, Number, Reach, Tally

SpaceTag = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="a space, as its members call it; secret"),
]
FileTag = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="a file, the same for all in a space who have it")
]
Token40 = Annotated[str, Meta(pattern=r"^[a-z2-7]{8}" + END, description="stands for a word, or its beginning")]
Tokens = Annotated[
    str,
    Meta(
        pattern=rf"^(?:[a-z2-7]{{8}}){{0,{limits.SEALED_TOKENS}}}" + END,
        description="what a file is found by: tokens of 8 letters, one behind the other",
    ),
]
Box = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]+" + END,
        max_length=limits.BOX_CHARS,
        description="for members, base64url without padding",
    ),
]
ShelfToken = Annotated[
    str,
    Meta(pattern=r"^[A-Za-z0-9_-]{22}" + END, description="16 bytes of a secret of two contacts; see docs/protocol.md"),
]
SealedKey = Annotated[
    str,
    Meta(pattern=rf"^[A-Za-z0-9_-]{{{limits.KEY_BOX_CHARS}}}" + END, description="the key of a space, for a contact"),
]
Place = Annotated[int, Meta(ge=0, le=2**53 - 1, description="of an entry, chosen by the server")]
Group = Annotated[tuple[Token40, ...], Meta(min_length=1, max_length=limits.SEALED_WAYS)]


class SealedEntry(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A file that is announced: [number, tag, words, box]. A number that is in use is the same entry, changed."""

    number: Number
    tag: FileTag
    words: Tokens
    box: Box


class KeyBox(msgspec.Struct, frozen=True, array_like=True):
    """The key of a space for a contact of whoever publishes there: [token, box]."""

    token: ShelfToken
    box: SealedKey


class SealedPublish(Message, frozen=True, tag="sealed-publish"):
    """Begin a library in a space: who knows its tag finds it. `box` holds what it is called."""

    id: Id
    space: SpaceTag
    box: Box
    ask: bool = False
    reach: Reach | None = None
    keys: Annotated[tuple[KeyBox, ...], Meta(max_length=limits.KEY_BOXES)] = ()
    """For those who have no other way to the key; while the library is there, `keys` leads to them."""


class SealedAnnounce(Message, frozen=True, tag="sealed-announce"):
    """As `announce`, of a library in a space."""

    id: Id
    library: Library
    files: Annotated[tuple[SealedEntry, ...], Meta(max_length=limits.ANNOUNCED_FILES)] = ()
    gone: Annotated[tuple[Number, ...], Meta(max_length=limits.ANNOUNCED_GONE)] = ()
    whole: bool = False


class SealedSearch(Message, frozen=True, tag="sealed-search"):
    """Find files of a space: by one token of each group, or by the tag of a file."""

    id: Id
    space: SpaceTag
    words: Annotated[tuple[Group, ...], Meta(max_length=limits.SEALED_GROUPS)] = ()
    tag: FileTag | None = None
    skip: Annotated[int, Meta(ge=0, le=limits.SEARCH_SKIP_MAX)] = 0
    limit: Annotated[int, Meta(ge=1, le=limits.SEARCH_HITS_MAX)] = 20


class SealedPeers(Message, frozen=True, tag="sealed-peers"):
    """Who is in a space: libraries, a page of them after the one that is named, in an order that stays."""

    id: Id
    space: SpaceTag
    after: Library | None = None


class SealedBrowse(Message, frozen=True, tag="sealed-browse"):
    """All that is in a library of a space, in the order in which it came; `after` is where the page before ended."""

    id: Id
    space: SpaceTag
    library: Library
    after: Place = 0


class Keys(Message, frozen=True, tag="keys"):
    """What is in store under these tokens: keys of spaces, for those who know a token."""

    id: Id
    tokens: Annotated[tuple[ShelfToken, ...], Meta(max_length=limits.KEY_BOXES)] = ()


class SealedShelf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A library in a space; see `Shelf`."""

    library: Library
    peer: Key
    box: Box
    ask: bool = False
    reach: Reach | None = None
    files: Tally = 0
    whole: bool = False
    away: bool = False


class SealedHit(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file, wherever it is in the space. The box is that of the first of its sources."""

    tag: FileTag
    box: Box
    sources: Annotated[tuple[Tally, ...], Meta(max_length=limits.HIT_SOURCES)]
    """Libraries that have it, as places in `sealed-found.libraries`; the best to be asked come first."""
    count: Tally
    """How many have it in all."""


class SealedItem(msgspec.Struct, frozen=True, array_like=True):
    """A file of a library: [place, box]. Places only rise."""

    place: Place
    box: Box


class SealedFound(Message, frozen=True, tag="sealed-found"):
    """Answer to `sealed-search`; `more` says whether there are more than were asked for."""

    seq: Seq
    re: Id
    hits: tuple[SealedHit, ...] = ()
    libraries: tuple[SealedShelf, ...] = ()
    more: bool = False


class SealedHere(Message, frozen=True, tag="sealed-here"):
    """Answer to `sealed-peers`."""

    seq: Seq
    re: Id
    libraries: tuple[SealedShelf, ...] = ()
    more: bool = False


class SealedListing(Message, frozen=True, tag="sealed-listing"):
    """Answer to `sealed-browse`."""

    seq: Seq
    re: Id
    files: tuple[SealedItem, ...] = ()
    more: bool = False


class Keyring(Message, frozen=True, tag="keyring"):
    """Answer to `keys`: for each token under which there is one, the newest box."""

    seq: Seq
    re: Id
    keys: Annotated[tuple[KeyBox, ...], Meta(max_length=limits.KEY_BOXES)] = ()


SealedLook = SealedSearch | SealedPeers | SealedBrowse | Keys
SealedRequest = SealedPublish | SealedAnnounce | SealedLook
SealedReply = SealedFound | SealedHere | SealedListing | Keyring
