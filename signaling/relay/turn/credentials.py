"""Credentials of TURN that need no list of users: draft-uberti-behave-turn-rest-00. Pure.

The name says until when it is good and for whom, the password is its HMAC under a secret that only servers know. So any
server with the secret can check them: this one, or a coturn with `static-auth-secret`.

    name      EXPIRY ":" PAIR "/" MEMBER     EXPIRY in seconds since 1970; MEMBER is `a`, who knocked, or `b`
    password  base64(HMAC-SHA1(secret, name))

SHA-1 is what the scheme says; HMAC does not need a hash without collisions (RFC 6151, section 2.3, on MD5).
"""

import base64
import hmac
import re
from dataclasses import dataclass
from typing import Final

SECRET_BYTES: Final = 32
"""Of a secret that is made at the start: not to be guessed."""

NAME: Final = re.compile(r"(?P<expiry>[0-9]{1,15}):(?P<user>[\x21-\x7e]{1,128})", re.ASCII)
"""Names that this server may have given out, or a test that knows the secret."""


@dataclass(frozen=True, slots=True)
class Name:
    """A user name, read. `user` stays the same when credentials are renewed."""

    text: str
    expiry: int
    user: str

    @property
    def pair(self) -> str:
        """What quotas count by: both members together."""
        return self.user.partition("/")[0]


def make(secret: str, pair: str, member: str, expiry: float) -> tuple[str, str]:
    """Name and password for one member of a pair, good until that second."""
    name = f"{int(expiry)}:{pair}/{member}"
    return name, password(secret, name)


def password(secret: str, name: str) -> str:
    """The password that belongs to a name."""
    return base64.b64encode(hmac.digest(secret.encode(), name.encode(), "sha1")).decode()


def read(name: bytes) -> Name | None:
    """A name as a client sent it; None if it cannot be one of this scheme."""
    match = NAME.fullmatch(name.decode("ascii", "replace"))
    return Name(match[0], int(match["expiry"]), match["user"]) if match else None
