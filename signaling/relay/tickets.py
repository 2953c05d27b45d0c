"""Tickets: who may use the relay inside a WebSocket. Any server with the secret can tell, without a list. Pure.

    ticket    NAME ":" base64url(HMAC-SHA256(secret, "byway relay ticket v1\\n" + NAME))
    NAME      EXPIRY ":" PAIR "/" MEMBER     EXPIRY in seconds since 1970; MEMBER is `a`, who knocked, or `b`

The secret is that of TURN's credentials; another hash, and the line before the name, keep the two apart. A member can
be admitted only as itself: both tickets of a pair are needed to be both of its members.
"""

import hmac
import re
from typing import Final, NamedTuple

from signaling.protocol.encoding import b64

CONTEXT: Final = b"byway relay ticket v1\n"
"""Domain separation."""

FORM: Final = re.compile(
    r"(?P<name>(?P<expiry>[0-9]{1,15}):(?P<pair>[A-Za-z0-9_-]{1,32})/(?P<member>[ab])):(?P<mac>[A-Za-z0-9_-]{43})",
    re.ASCII,
)


class Member(NamedTuple):
    """One member of a pair."""

    pair: str
    name: str
    """`a` or `b`."""

    @property
    def other(self) -> "Member":
        """The other one."""
        return Member(self.pair, "b" if self.name == "a" else "a")


def make(secret: str, member: Member, expiry: float) -> str:
    """A ticket for one member, good until that second since 1970."""
    name = f"{int(expiry)}:{member.pair}/{member.name}"
    return f"{name}:{_mac(secret, name)}"


def read(secret: str, ticket: str, today: float) -> Member | None:
    """Whose ticket it is; None if it is none of this secret, or its time is over. In constant time."""
    found = FORM.fullmatch(ticket)
    if found is None or not hmac.compare_digest(found["mac"], _mac(secret, found["name"])):
        return None
    return Member(found["pair"], found["member"]) if int(found["expiry"]) >= today else None


def _mac(secret: str, name: str) -> str:
    return b64(hmac.digest(secret.encode(), CONTEXT + name.encode(), "sha256"))
