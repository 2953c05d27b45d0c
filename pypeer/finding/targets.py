"""What `pypeer get` can be asked for besides codes: a file by its handle, wherever it is or at one peer, and a folder
of one peer; pure."""

import re
from dataclasses import dataclass
from typing import Final

from pypeer.errors import CodeError
from pypeer.finding.found import Hit, handle_of

SCHEME: Final = "byway:"

_HANDLE: Final = re.compile(r"[a-z2-7]{16}")
_PEER: Final = re.compile(r"[a-z2-7]{32}")
_ROOT: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ByHandle:
    """A file: any who have it, or the one `peer`; `root` is hexadecimal, where all of it is known."""

    handle: str
    peer: str | None = None
    root: str | None = None


@dataclass(frozen=True, slots=True)
class ByFolder:
    """All that is in a folder of one peer; the empty path is all of its library."""

    peer: str
    path: str


Target = ByHandle | ByFolder


def parse(text: str | Hit) -> Target | None:
    """Read a hit, its handle, `byway:PEERID/HANDLE` or `byway:PEERID/` and a folder; None for what may be a code.

    Raises CodeError for what begins as one of them and is none.
    """
    if isinstance(text, Hit):
        return ByHandle(text.handle, root=text.root)
    plain = text.strip()
    if _HANDLE.fullmatch(plain.lower()):
        return ByHandle(plain.lower())
    if not plain.lower().startswith(SCHEME):
        return None
    peer, slash, rest = plain[len(SCHEME) :].removeprefix("//").partition("/")
    if not _PEER.fullmatch(peer.lower()) or not slash:
        raise CodeError(
            f"{plain[:80]!r} names nothing to fetch: it is byway:, the 32 letters of a peer's id, /, and a handle or a "
            "folder, as `pypeer search` and `pypeer browse` show them"
        )
    return _at(peer.lower(), rest)


def is_peer(text: str) -> bool:
    """Whether this is the id of a peer."""
    return _PEER.fullmatch(text) is not None


def _at(peer: str, rest: str) -> Target:
    """A folder that looks like a handle is written with a `/` at its end."""
    if _HANDLE.fullmatch(rest):
        return ByHandle(rest, peer)
    if _ROOT.fullmatch(rest):
        return ByHandle(handle_of(bytes.fromhex(rest)), peer, rest)
    return ByFolder(peer, rest.strip("/"))
