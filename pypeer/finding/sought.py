"""What is looked for in a directory, open or sealed, and in which. Pure."""

from dataclasses import dataclass
from typing import Final

from signaling.protocol import limits
from signaling.protocol.kinds import Kind

OPEN: Final = ""
"""In place of the name of a space: the open directory alone."""

ALL: Final = "all"
"""In place of the name of a space: all sealed spaces of this user, and not the open directory."""

CONTACTS: Final = "contacts"
"""In place of the name of a space: those of all contacts who share something with theirs."""

HITS_DEFAULT: Final = 20
"""Hits unless more are asked for: a screen."""

HITS_MAX: Final = limits.SEARCH_SKIP_MAX + limits.SEARCH_HITS_MAX
"""As far as a search leads."""


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
