"""What the cores want done: values, so that a test reads like a transcript and the shell decides nothing."""

from dataclasses import dataclass, field

from msgspec import Struct

from pypeer.errors import PeerError
from pypeer.events import Event
from pypeer.octets import Lasting
from pypeer.protocol.frames import Frame
from pypeer.transfer.storing import StoreEffect


@dataclass(frozen=True, slots=True)
class Outcome:
    """A transfer that came to its end: all that was accepted is verified and stored, save `failed` files."""

    files: int
    bytes: int
    failed: int
    into: tuple[str, ...] = ()
    """Paths that were written, the topmost ones only; empty at the sender and for a text."""
    fetched: int | None = field(default=None, compare=False)
    """Bytes that came in this run, where that is known, at the receiver: how it came to be, not what it is."""


class Send(Struct, frozen=True):
    """Send this frame on this link."""

    link: int
    frame: Frame


class Emit(Struct, frozen=True):
    """Tell this to whoever watches."""

    event: Event


class End(Struct, frozen=True):
    """The session is over; close its links once what was sent before is out."""

    result: Outcome | PeerError


class GiveWay(Struct, frozen=True):
    """One of the two wishes this link to carry the transfer in the background."""

    link: int


# --- sender ----------------------------------------------------------------------------------------------------------


class Wake(Struct, frozen=True):
    """There may be something to read for this link: `Sender.take` says what."""

    link: int


class FindRoot(Struct, frozen=True):
    """Hash what is not yet hashed of this file, then call `Sender.root_found`."""

    file: int


class Read(Struct, frozen=True, eq=False):
    """A chunk that the receiver asked for on a link; two are the same only if they are one object."""

    link: int
    request: int
    file: int
    chunk: int
    bare: bool = False
    """Only its hash is wanted."""


class Chunk(Struct, frozen=True):
    """A chunk as it was read, its hash, and the root of its file if by now every chunk was hashed."""

    data: Lasting
    hash: bytes
    root: bytes | None


# --- receiver --------------------------------------------------------------------------------------------------------


class Idle(Struct, frozen=True):
    """Nothing is outstanding on this link, and a better one is open: it may be closed, or kept to fall back on."""

    link: int


class Drawn(Struct, frozen=True):
    """This source offers what is fetched, and chunks are asked of it from now on."""

    source: int


class Pass(Struct, frozen=True):
    """These chunks may be passed on to others: they came from who has all, or match the root of their file."""

    file: int
    start: int
    stop: int


class Found(Struct, frozen=True):
    """Under this code, another of the swarm helps."""

    code: str


class Dismiss(Struct, frozen=True):
    """Go on without this source, for this reason: close its links."""

    source: int
    error: PeerError


class Examine(Struct, frozen=True):
    """Find safe names for the manifest, then call `Receiver.examined`."""


class Decide(Struct, frozen=True):
    """Ask the person, then call `Receiver.decided`."""


class Prepare(Struct, frozen=True):
    """Make room, look for what an earlier run left, then call `Receiver.prepared`."""


Effect = (
    Send
    | Emit
    | End
    | GiveWay
    | Wake
    | FindRoot
    | Idle
    | Drawn
    | Pass
    | Found
    | Dismiss
    | Examine
    | Decide
    | Prepare
    | StoreEffect
)
