"""What is looked for in a directory, open or sealed. Pure."""

from dataclasses import dataclass

from signaling.protocol.kinds import Kind


@dataclass(frozen=True, slots=True)
class Sought:
    """Files by words, or by a handle; the rest narrows it down, None does not.

    All words have to be in the name or its folders, the last may be the beginning of one; there has to be one.
    """

    words: str = ""
    handle: str | None = None
    kind: Kind | None = None
    least: int | None = None
    most: int | None = None
    """Sizes in bytes, both included."""
    peer: str | None = None
    """Whose: a peer id. `Peer.search` finds it by a short name, or the name of a library, too."""
