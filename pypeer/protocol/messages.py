"""Messages between two peers on a link: JSON in control frames, see frames; what is sealed is in sealed.

Both say `hello`; then the sender `offer`s; the receiver `list`s, and `accept`s or `decline`s, asks for chunks with
binary requests, and ends with `done`.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from signaling.protocol.fields import END, Capabilities, Label, Prose

Index = Annotated[int, Meta(ge=0, le=2**32 - 1)]
Bytes = Annotated[int, Meta(ge=0, le=limits.FILE_BYTES)]
Hash = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}" + END, description="SHA-256, hexadecimal")]
Title = Annotated[str, Meta(max_length=256, description="what the offer is called; untrusted")]


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, array_like=False):
    """A file or folder of the manifest; its index is its place in the whole list."""

    path: Annotated[
        str, Meta(min_length=1, max_length=limits.PATH_BYTES, description="relative, '/' between parts; untrusted")
    ]
    size: Bytes = 0
    mtime: Annotated[int, Meta(ge=-(2**53 - 1), le=2**53 - 1, description="milliseconds since 1970")] | None = None
    exec: bool = False
    folder: bool = False
    root: Hash | None = None
    """BEP 52 root, when it is already known."""
    ns: Annotated[int, Meta(ge=0, le=999_999, description="nanoseconds beyond mtime")] = 0
    holes: Annotated[tuple[Index, ...], Meta(max_length=2 * limits.HOLES)] = ()
    """Chunks that are zero, and take no room at the sender: from a chunk, up to before another, from, up to, and so on;
    ascending. A receiver need not ask for them. A hint like the others: the root says whether it is true."""

    @property
    def hole_ranges(self) -> tuple[tuple[int, int], ...]:
        """The holes: chunks from the first up to before the second number."""
        return tuple(zip(self.holes[::2], self.holes[1::2], strict=False))


class Control(msgspec.Struct, frozen=True, kw_only=True, tag_field="t", omit_defaults=True):
    """Root of the control messages on a link."""


class Hello(Control, frozen=True, tag="hello"):
    """First message each way on every link."""

    v: int
    client: Label
    frame: Annotated[int, Meta(ge=16_384, le=2**30, description="largest frame this side takes, bytes")]
    caps: Capabilities = ()
    background: bool = False
    """This side wishes that the transfer gives way to other traffic: whoever sends data on this link sees to it."""


class Offer(Control, frozen=True, tag="offer"):
    """What is offered, in sum; `text` means one entry to be shown, not stored.

    `swarm` asks receivers to help each other (see `helper`); with `partial`, only what `have` tells is there.
    """

    files: Bytes
    folders: Bytes
    bytes: Bytes
    title: Title = ""
    text: bool = False
    swarm: bool = False
    partial: bool = False


class List(Control, frozen=True, tag="list"):
    """Ask for a page of the manifest; the first on a link starts anywhere, each next where the last page ended."""

    start: Index


class Entries(Control, frozen=True, tag="entries"):
    """A page of the manifest, from index `start`; `last` ends it."""

    start: Index
    entries: Annotated[tuple[Entry, ...], Meta(max_length=limits.LIST_ENTRIES)]
    last: bool = False


class Accept(Control, frozen=True, tag="accept"):
    """The receiver wants it; `files` counts what it asks for, `bytes` their size, `have` what it already holds."""

    files: Bytes
    bytes: Bytes
    have: Bytes = 0


class Decline(Control, frozen=True, tag="decline"):
    """The receiver does not want it."""

    code: EndCode = EndCode.DECLINED
    message: Prose = ""


class Refuse(Control, frozen=True, tag="refuse"):
    """The sender cannot serve a request. `code` says whether the file is lost (`file-changed`, `file-vanished`)."""

    request: Index
    code: EndCode
    message: Prose = ""


class AskRoot(Control, frozen=True, tag="ask-root"):
    """Ask for the root of a file, once all its chunks are here and none of them carried it."""

    file: Index


class Root(Control, frozen=True, tag="root"):
    """The root of a file, or, in `code`, why there is none (`file-changed`, `file-vanished`): the file is lost then."""

    file: Index
    root: Hash | None = None
    code: EndCode | None = None


class Progress(Control, frozen=True, tag="progress"):
    """What the receiver has verified and stored so far."""

    bytes: Bytes
    files: Bytes


class Helper(Control, frozen=True, tag="helper"):
    """Under this code, at the same server, a receiver offers what it has to the other receivers of the swarm.

    It says so to the sender, if its offer has `swarm`, on each link; and the sender to those that said so themselves.
    """

    code: Annotated[str, Meta(min_length=1, max_length=256)]


class Have(Control, frozen=True, tag="have"):
    """Of a partial offer these chunks are there too: file, from a chunk, up to before another, and so on."""

    chunks: Annotated[tuple[Index, ...], Meta(max_length=3 * limits.HAVE_RANGES)]


class Pause(Control, frozen=True, tag="pause"):
    """This side's person paused."""


class Resume(Control, frozen=True, tag="resume"):
    """This side's person goes on."""


class Done(Control, frozen=True, tag="done"):
    """All that was accepted is verified and stored; `failed` counts files that the sender could not serve."""

    files: Bytes
    bytes: Bytes
    failed: Bytes = 0


class Cancel(Control, frozen=True, tag="cancel"):
    """The transfer is over before its end."""

    code: EndCode = EndCode.CANCELLED
    message: Prose = ""


ControlMessage = (
    Hello
    | Offer
    | List
    | Entries
    | Accept
    | Decline
    | Refuse
    | AskRoot
    | Root
    | Progress
    | Helper
    | Have
    | Pause
    | Resume
    | Done
    | Cancel
)
