"""What this peer keeps for somebody, to serve it under that one's code. Pure; times are seconds since 1970."""

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from pypeer.protocol import limits
from pypeer.protocol.messages import Entry
from pypeer.secure.code import short_name
from pypeer.secure.ids import peer_id

ID_BYTES: Final = 8
"""Of the id: 64 bits, so that no two hand-overs of a machine have the same."""

UNFINISHED_S: Final = 24 * 3600.0
"""How long what was begun is kept: whoever hands it over does so from a page that is open."""


class State(StrEnum):
    """How far a hand-over is."""

    COPYING = "copying"
    """Not all is here."""
    COPIED = "copied"
    """All is here; its code has not come yet, or could not be taken over."""
    SERVING = "serving"


class Step(StrEnum):
    """What happens to it."""

    BEGUN = "begun"
    """Its owner sends it, perhaps once more."""
    WHOLE = "whole"
    DELEGATED = "delegated"
    REFUSED = "refused"
    """The server does not let this peer take the code over."""


TRANSITIONS: Final[dict[tuple[State, Step], State]] = {
    (State.COPYING, Step.BEGUN): State.COPYING,
    (State.COPYING, Step.WHOLE): State.COPIED,
    (State.COPIED, Step.BEGUN): State.COPYING,
    (State.COPIED, Step.DELEGATED): State.SERVING,
    (State.SERVING, Step.DELEGATED): State.SERVING,
    (State.SERVING, Step.REFUSED): State.COPIED,
}
"""Whatever is not here is refused: what is served does not change under the feet of those who fetch it."""


@dataclass(frozen=True, slots=True)
class Item:
    """An entry as its owner offered it, with its root, and where its content is, in the folder of the record.

    `identity` is what the file was when it had come (pypeer.transfer.identity.identity_of), if that is known.
    """

    entry: Entry
    place: str = ""
    identity: bytes = b""


@dataclass(frozen=True, slots=True)
class Record:
    """One hand-over. `handover` is its name at the owner, `server` where its code is."""

    owner: bytes
    handover: str
    name: str
    """What our person calls the owner."""
    server: str
    folder: Path
    state: State
    changed: float
    title: str = ""
    text: bool = False
    items: tuple[Item, ...] = ()
    delegation: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)
    times: int | None = None
    guesses: int = limits.GUESSES
    expires: float | None = None
    called: str = ""
    """What the owner calls itself."""

    @property
    def id(self) -> str:
        """Tells it from all others; no part of it is chosen by somebody else."""
        return id_of(self.owner, self.handover)

    @property
    def peer(self) -> str:
        """The owner's peer id."""
        return peer_id(self.owner)

    @property
    def short(self) -> str:
        """Two words."""
        return short_name(self.peer)

    @property
    def files(self) -> int:
        """How many."""
        return sum(not item.entry.folder for item in self.items)

    @property
    def bytes(self) -> int:
        """All together."""
        return sum(item.entry.size for item in self.items)

    def may(self, step: Step) -> bool:
        """Whether this can happen now."""
        return (self.state, step) in TRANSITIONS

    def stepped(self, step: Step, now: float) -> "Record":
        """After this has happened; KeyError if it cannot."""
        return replace(self, state=TRANSITIONS[self.state, step], changed=now)

    def is_over(self, now: float) -> bool:
        """Whether nobody needs it any more."""
        if self.state is State.SERVING:
            return self.expires is not None and self.expires <= now
        return self.changed + UNFINISHED_S <= now


def id_of(owner: bytes, handover: str) -> str:
    """The id of the record of this hand-over."""
    return hashlib.sha256(owner + handover.encode()).digest()[:ID_BYTES].hex()
