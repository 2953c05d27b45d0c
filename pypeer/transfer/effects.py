"""What the cores want done: values, so that a test reads like a transcript and the shell decides nothing."""

from dataclasses import dataclass, field

from pypeer.errors import PeerError
from pypeer.events import Event
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


@dataclass(frozen=True, slots=True)
class Send:
    """Send this frame on this link."""

    link: int
    frame: Frame


@dataclass(frozen=True, slots=True)
class Emit:
    """Tell this to whoever watches."""

    event: Event


@dataclass(frozen=True, slots=True)
class End:
    """The session is over; close its links once what was sent before is out."""

    result: Outcome | PeerError


@dataclass(frozen=True, slots=True)
class GiveWay:
    """One of the two wishes this link to carry the transfer in the background."""

    link: int


# --- sender ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wake:
    """There may be something to read for this link: `Sender.take` says what."""

    link: int


@dataclass(frozen=True, slots=True)
class FindRoot:
    """Hash what is not yet hashed of this file, then call `Sender.root_found`."""

    file: int


@dataclass(frozen=True, slots=True, eq=False)
class Read:
    """A chunk that the receiver asked for on a link; two are the same only if they are one object."""

    link: int
    request: int
    file: int
    chunk: int
    bare: bool = False
    """Only its hash is wanted."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk as it was read, its hash, and the root of its file if by now every chunk was hashed."""

    data: bytes
    hash: bytes
    root: bytes | None


# --- receiver --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing is outstanding on this link, and a better one is open: it may be closed, or kept to fall back on."""

    link: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """This source offers what is fetched, and chunks are asked of it from now on."""

    source: int


@dataclass(frozen=True, slots=True)
class Pass:
    """These chunks may be passed on to others: they came from who has all, or match the root of their file."""

    file: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Found:
    """Under this code, another of the swarm helps."""

    code: str


@dataclass(frozen=True, slots=True)
class Dismiss:
    """Go on without this source, for this reason: close its links."""

    source: int
    error: PeerError


@dataclass(frozen=True, slots=True)
class Examine:
    """Find safe names for the manifest, then call `Receiver.examined`."""


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask the person, then call `Receiver.decided`."""


@dataclass(frozen=True, slots=True)
class Prepare:
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
