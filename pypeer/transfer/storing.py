"""What a store is asked to do with files that come, and what it answers: values, as the effects of the cores."""

from msgspec import Struct

from pypeer.octets import Readable
from pypeer.protocol.codes import EndCode


class Lost(Struct, frozen=True):
    """A file that cannot be sent or stored, and why."""

    file: int
    code: EndCode
    message: str
    chunk: int | None = None
    """The chunk whose Store this answers."""
    detail: str | None = None
    """What the other side is told beside the code, which it has words for; by default the message."""


class Store(Struct, frozen=True):
    """Verify this chunk against its hash, then write it; answer with Stored, Corrupt or Lost."""

    file: int
    chunk: int
    data: Readable
    hash: bytes


class Reuse(Struct, frozen=True):
    """If the chunk that is here already has this hash, store that; answer with Stored, Differs or Lost."""

    file: int
    chunk: int
    hash: bytes


class Finish(Struct, frozen=True):
    """Verify a file, all of whose chunks are stored, against its root, name it; answer with Finished, Stale or Lost."""

    file: int
    root: bytes


class Discard(Struct, frozen=True):
    """Forget this file; no answer."""

    file: int


class Conclude(Struct, frozen=True):
    """Nothing more comes: set the times of folders, tidy up; answer with Concluded."""


StoreEffect = Store | Reuse | Finish | Discard | Conclude


class Stored(Struct, frozen=True):
    """The chunk is verified and written; `was_here` if it did not have to come."""

    file: int
    chunk: int
    was_here: bool = False


class Differs(Struct, frozen=True):
    """The chunk that is here has another hash: it has to be fetched."""

    file: int
    chunk: int


class Corrupt(Struct, frozen=True):
    """The chunk does not match its hash; it was not written."""

    file: int
    chunk: int


class Finished(Struct, frozen=True):
    """The file is verified and has its name."""

    file: int


class Stale(Struct, frozen=True):
    """The file does not match its root and was forgotten; `resumed` if some of it was from an earlier run."""

    file: int
    resumed: bool


class Broken(Struct, frozen=True):
    """Nothing more can be stored at all."""

    code: EndCode
    message: str


class Concluded(Struct, frozen=True):
    """All is in its place; these are the topmost paths."""

    into: tuple[str, ...]


StoreResult = Stored | Differs | Corrupt | Finished | Stale | Lost | Broken | Concluded
