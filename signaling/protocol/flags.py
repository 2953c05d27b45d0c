"""Telling the operator of a server what is wrong with something that others publish there."""

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from signaling.protocol.fields import Id, Message
from signaling.protocol.listed import Library, Root


class Fault(StrEnum):
    """What is wrong with a file or a library, for whoever tells the operator of it."""

    ILLEGAL = "illegal"
    """Against the law, or the rules of the server."""
    ABUSE = "abuse"
    """Shows or does harm to a person."""
    MALWARE = "malware"
    """Does harm to computers."""
    PRIVATE = "private"
    """Belongs to somebody who has not agreed."""
    MISLEADING = "misleading"
    """Is not what its name says, or imitates another peer."""
    OTHER = "other"
    """The note says what."""


class Flag(Message, frozen=True, tag="flag"):
    """Tell the operator of a library, or of one file in it; its owner learns nothing of it."""

    id: Id
    library: Library
    fault: Fault
    root: Root | None = None
    note: Annotated[str, Meta(max_length=256, description="for the operator; untrusted")] = ""
