"""A space as a member keeps it, and the link that makes others members; pure.

    byway-space:NAME/KEY

NAME is percent-encoded; KEY is base64url of the 32 bytes of the key and a check of 4, so that a link which was cut off
or mistyped is no other space. Whoever has the link is a member: it is a secret.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote

from pypeer.errors import CodeError
from pypeer.secure.encoding import b64, unb64
from pypeer.spaces.keys import KEY_BYTES, SpaceKeys
from pypeer.transfer.names import printable

SCHEME: Final = "byway-space:"

CHECK_CONTEXT: Final = b"byway space link v1\n"
CHECK_BYTES: Final = 4
"""One link in four billion that is no link is taken for one."""

NAME_CHARS: Final = 64
"""Longest name of a space, as of a library."""


RESERVED: Final = frozenset({"all", "contacts"})
"""What stands for something else where a name is asked for (pypeer.spaces.everywhere)."""


@dataclass(frozen=True, slots=True)
class Space:
    """`name` is what its member calls it: a name that no other space of this member has."""

    name: str
    keys: SpaceKeys
    since: float = 0.0
    """When it was joined, in seconds since 1970."""
    owner: bytes | None = None
    """The public key of the one whose libraries are in it, and nobody else's; in other spaces all members publish."""

    @property
    def link(self) -> str:
        """What makes others members."""
        key = self.keys.key
        return f"{SCHEME}{quote(self.name, safe='')}/{b64(key + _check(key))}"


def new_space(name: str, now: float, entropy: Callable[[int], bytes] = os.urandom) -> Space:
    """A space of which nobody else knows; raises ValueError for a name that cannot be one."""
    return Space(clean_name(name), SpaceKeys(entropy(KEY_BYTES)), now)


def parse_link(text: str) -> Space | None:
    """Read a link; None for what is none. Raises CodeError for what begins as one and is none."""
    plain = text.strip()
    if not plain.lower().startswith(SCHEME):
        return None
    name, slash, secret = plain[len(SCHEME) :].removeprefix("//").rpartition("/")
    try:
        data = unb64(secret)
        key, check = data[:KEY_BYTES], data[KEY_BYTES:]
        if not slash or check != _check(key):
            raise ValueError("it was cut off, or mistyped")
        return Space(clean_name(unquote(name)), SpaceKeys(key))
    except ValueError:
        raise CodeError(
            "This link to a space is incomplete or mistyped: copy it as a whole, from byway-space: to its last letter."
        ) from None


def clean_name(text: str) -> str:
    """The name of a space as it is shown and typed; raises ValueError where nothing is left of it."""
    name = " ".join(printable(text).replace("/", "_").split())[:NAME_CHARS].rstrip()
    if not name:
        raise ValueError("a space needs a name")
    if same(name) in RESERVED:
        raise ValueError(f"{name!r} means all of several spaces")
    return name


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, or, if another space has it, the name with a number: `Family (2)`."""
    known = {same(each) for each in taken}
    found, number = name, 1
    while same(found) in known:
        number += 1
        mark = f" ({number})"
        found = name[: NAME_CHARS - len(mark)] + mark
    return found


def same(name: str) -> str:
    """Names are the same however they are written."""
    return " ".join(name.casefold().split())


def _check(key: bytes) -> bytes:
    return hashlib.sha256(CHECK_CONTEXT + key).digest()[:CHECK_BYTES]
