"""One who was met by a code, and what our person makes of it. Pure; times are seconds since 1970."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from pypeer.identity import peer_id
from pypeer.secure.code import short_name
from pypeer.secure.contact import call_token


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


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody who was met by a code."""

    key: bytes
    """Its public key, which it has proven."""
    secret: bytes
    """Of the last meeting by a code (pypeer.secure.contact)."""
    name: str
    """What our person calls it; no other contact is called so."""
    standing: Standing
    met: float
    """When it was last met by a code."""
    seen: float
    """When it was last met at all."""
    before: bytes | None = None
    """The secret that was good before the last meeting, until one of the two has called with the new one."""

    def __repr__(self) -> str:
        return f"<Contact {self.name!r} {self.short} {self.standing.name}>"

    @property
    def peer(self) -> str:
        """Its peer id."""
        return peer_id(self.key)

    @property
    def short(self) -> str:
        """Two words, which always stand beside the name."""
        return short_name(self.peer)

    @property
    def may_call(self) -> bool:
        """Whether we wait for it."""
        return self.standing in (Standing.ASK, Standing.ALWAYS)

    @property
    def secrets(self) -> tuple[bytes, ...]:
        """Those with which it may be called, or call: the newest first."""
        return (self.secret,) if self.before is None else (self.secret, self.before)

    def tokens(self, waiting: bytes) -> dict[str, bytes]:
        """The secrets by the token under which `waiting`, its key or ours, waits; the newest first."""
        return {call_token(secret, waiting): secret for secret in self.secrets}

    def changed(self, change: Change) -> "Contact":
        """After our person has done something."""
        return replace(self, standing=TRANSITIONS[self.standing, change])

    def met_again(self, secret: bytes, now: float) -> "Contact":
        """After another meeting by a code, of which the other side may have kept nothing."""
        return replace(self, secret=secret, before=self.before or self.secret, met=now, seen=now)

    def called(self, secret: bytes, now: float) -> "Contact":
        """After a call with this secret has come to a meeting: both have it, so no older one is needed."""
        return replace(self, before=None if secret == self.secret else self.before, seen=now)
