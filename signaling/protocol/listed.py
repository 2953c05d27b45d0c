"""What is in the directory: libraries, folders and files, as messages have them."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from signaling.protocol import limits
from signaling.protocol.fields import END, Key
from signaling.protocol.kinds import Kind

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
