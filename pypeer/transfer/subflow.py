"""What a session runs over one of its links: how far the two are there, and what was said there; sans-I/O.

Named after the subflow of Multipath TCP (RFC 8684): a session has several, and each is ordered in itself only.
"""

from enum import IntEnum
from typing import ClassVar, Final

from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Accept, Hello, Offer

OTHER: Final = "it offers something else"
"""Why a source beside others is left alone, for both people."""


class Stage(IntEnum):
    """How far the two are on one link; each stage allows more than the one before."""

    GREETING = 0
    """Our `hello` is out, theirs is not in."""
    GREETED = 1
    """Both are; the offer is to come."""
    OFFERED = 2
    """The receiver lists the manifest, or its person thinks."""
    SERVING = 3
    """The receiver accepted here too: it may ask for chunks."""


TRANSITIONS: Final[dict[Stage, dict[type, Stage]]] = {
    Stage.GREETING: {Hello: Stage.GREETED},
    Stage.GREETED: {Offer: Stage.OFFERED},
    Stage.OFFERED: {Accept: Stage.SERVING},
    Stage.SERVING: {},
}
"""What leads on, whichever side says it. A link that is lost leads nowhere: the next one is another subflow."""


class ViolationError(Exception):
    """The other side broke the contract; the text says how."""

    code: ClassVar[EndCode] = EndCode.PROTOCOL
    """What it is told."""


class OtherError(ViolationError):
    """It has something else than another source of the same, as with a copy that is older; nothing is wrong with it."""

    code = EndCode.DECLINED

    def __init__(self) -> None:
        super().__init__(OTHER)


class Subflow:
    """One link of a session, which the shell knows by the number `link`; numbers go up."""

    def __init__(self, link: int, rank: int, frame_bytes: int, source: int = 0) -> None:
        self.link = link
        self.source = source
        """Whose link it is: those to one peer have the same number."""
        self.rank = rank
        self.frame_bytes = frame_bytes
        """Largest frame that the other side takes here."""
        self.can_probe = False
        """Whether the other side answers PROBE here."""
        self.stage = Stage.GREETING
        self.paused: bool | None = None
        """Whether the other side said here last that it pauses, or that it goes on; None if it said neither."""

    @property
    def takes_chunks(self) -> bool:
        """Whether a frame has room for a whole chunk of the smallest size: only between two pypeers."""
        return self.frame_bytes > limits.CHUNK_BYTES

    @property
    def order(self) -> tuple[int, int]:
        """The least is the best: the one of lowest rank, among equals the newest."""
        return self.rank, -self.link

    def step(self, cause: type) -> None:
        """This was said, by either side; raises ViolationError."""
        after = TRANSITIONS[self.stage].get(cause)
        if after is None:
            raise ViolationError(f"{cause.__name__.lower()} is not allowed when {self.stage.name.lower()}")
        self.stage = after
