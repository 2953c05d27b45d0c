"""One who was met by a code, and what our person makes of it. Pure; times are seconds since 1970."""

from dataclasses import dataclass, replace

from pypeer.contacts.standing import TRANSITIONS, Change, Standing
from pypeer.secure.code import short_name
from pypeer.secure.ids import peer_id


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

    def changed(self, change: Change) -> "Contact":
        """After our person has done something."""
        return replace(self, standing=TRANSITIONS[self.standing, change])

    def met_again(self, secret: bytes, now: float) -> "Contact":
        """After another meeting by a code, of which the other side may have kept nothing."""
        return replace(self, secret=secret, before=self.before or self.secret, met=now, seen=now)

    def called(self, secret: bytes, now: float) -> "Contact":
        """After a call with this secret has come to a meeting: both have it, so no older one is needed."""
        return replace(self, before=None if secret == self.secret else self.before, seen=now)
