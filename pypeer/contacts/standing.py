"""What somebody may do here who was met by a code, and what our person changes about it. Pure."""

from enum import StrEnum
from typing import Final


class Standing(StrEnum):
    """What somebody may do here who was met by a code."""

    MET = "met"
    """Is known by name. We do not wait for its calls, so it does not learn when we are here."""
    ASK = "ask"
    """A contact: may call, and our person is asked each time."""
    ALWAYS = "always"
    """May call, and what it sends is taken without asking."""
    BLOCKED = "blocked"
    """May do nothing, though it is known."""


class Change(StrEnum):
    """What our person does."""

    ADD = "add"
    """Makes it a contact: says so, or sends something to it by its name."""
    ASK = "ask"
    """Wants to be asked each time."""
    ALLOW = "allow"
    """Takes everything of it from now on."""
    BLOCK = "block"


TRANSITIONS: Final[dict[tuple[Standing, Change], Standing]] = {
    (Standing.MET, Change.ADD): Standing.ASK,
    (Standing.MET, Change.ASK): Standing.ASK,
    (Standing.MET, Change.ALLOW): Standing.ALWAYS,
    (Standing.MET, Change.BLOCK): Standing.BLOCKED,
    (Standing.ASK, Change.ADD): Standing.ASK,
    (Standing.ASK, Change.ASK): Standing.ASK,
    (Standing.ASK, Change.ALLOW): Standing.ALWAYS,
    (Standing.ASK, Change.BLOCK): Standing.BLOCKED,
    (Standing.ALWAYS, Change.ADD): Standing.ALWAYS,
    (Standing.ALWAYS, Change.ASK): Standing.ASK,
    (Standing.ALWAYS, Change.ALLOW): Standing.ALWAYS,
    (Standing.ALWAYS, Change.BLOCK): Standing.BLOCKED,
    (Standing.BLOCKED, Change.ADD): Standing.BLOCKED,
    (Standing.BLOCKED, Change.ASK): Standing.ASK,
    (Standing.BLOCKED, Change.ALLOW): Standing.ALWAYS,
    (Standing.BLOCKED, Change.BLOCK): Standing.BLOCKED,
}
"""Adding takes no block back: that is said by `ask` or `allow`, not by the way."""
