"""What the cores want done: values, so that a test reads like a transcript and the shell decides nothing."""

from dataclasses import dataclass, field

from pypeer.errors import PeerError
from pypeer.events import Event
from pypeer.protocol.codes import EndCode
from pypeer.protocol.frames import Frame


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


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that cannot be sent or stored, and why."""

    file: int
    code: EndCode
    message: str
    chunk: int | None = None
    """The chunk whose Store this answers."""
    detail: str | None = None
    """What the other side is told beside the code, which it has words for; by default the message."""


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


@dataclass(frozen=True, slots=True)
class Store:
    """Verify this chunk against its hash, then write it; answer with Stored, Corrupt or Lost."""

    file: int
    chunk: int
    data: bytes | bytearray | memoryview
    hash: bytes


@dataclass(frozen=True, slots=True)
class Reuse:
    """If the chunk that is here already has this hash, store that; answer with Stored, Differs or Lost."""

    file: int
    chunk: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Finish:
    """Verify a file, all of whose chunks are stored, against its root, name it; answer with Finished, Stale or Lost."""

    file: int
    root: bytes


@dataclass(frozen=True, slots=True)
class Discard:
    """Forget this file; no answer."""

    file: int


@dataclass(frozen=True, slots=True)
class Conclude:
    """Nothing more comes: set the times of folders, tidy up; answer with Concluded."""


StoreEffect = Store | Reuse | Finish | Discard | Conclude


@dataclass(frozen=True, slots=True)
class Stored:
    """The chunk is verified and written; `was_here` if it did not have to come."""

    file: int
    chunk: int
    was_here: bool = False


@dataclass(frozen=True, slots=True)
class Differs:
    """The chunk that is here has another hash: it has to be fetched."""

    file: int
    chunk: int


@dataclass(frozen=True, slots=True)
class Corrupt:
    """The chunk does not match its hash; it was not written."""

    file: int
    chunk: int


@dataclass(frozen=True, slots=True)
class Finished:
    """The file is verified and has its name."""

    file: int


@dataclass(frozen=True, slots=True)
class Stale:
    """The file does not match its root and was forgotten; `resumed` if some of it was from an earlier run."""

    file: int
    resumed: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """Nothing more can be stored at all."""

    code: EndCode
    message: str


@dataclass(frozen=True, slots=True)
class Concluded:
    """All is in its place; these are the topmost paths."""

    into: tuple[str, ...]


StoreResult = Stored | Differs | Corrupt | Finished | Stale | Lost | Broken | Concluded

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
