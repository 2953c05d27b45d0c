"""What a store is asked to do with files that come, and what it answers: values, as the effects of the cores."""

from dataclasses import dataclass

from pypeer.protocol.codes import EndCode


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
