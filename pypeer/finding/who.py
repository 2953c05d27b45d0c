"""Whom a person means, among those who are here: a peer id, its two words, or the name of a library; pure.

`amber river/Films` is the library `Films` of that peer, for one who has several.
"""

import re
from collections.abc import Callable, Sequence
from typing import Final

from pypeer.errors import AbsentError, AmbiguousError
from pypeer.finding.found import FoundLibrary
from pypeer.finding.targets import is_peer
from pypeer.transfer.names import printable

SHOWN: Final = 8
"""Of several who may be meant, so many are listed: more are not read."""


def one_peer(libraries: Sequence[FoundLibrary], who: str) -> str:
    """The id of the only peer that may be meant; raises AbsentError and AmbiguousError."""
    found = matching(libraries, who)
    if len({each.peer for each in found}) > 1:
        raise _ambiguous(who, found)
    return found[0].peer


def one_library(libraries: Sequence[FoundLibrary], who: str) -> FoundLibrary:
    """The only library that may be meant; raises AbsentError and AmbiguousError."""
    found = matching(libraries, who)
    if len(found) > 1:
        raise _ambiguous(who, found)
    return found[0]


def matching(libraries: Sequence[FoundLibrary], who: str) -> list[FoundLibrary]:
    """All that may be meant, at least one; raises AbsentError."""
    peer, slash, name = who.strip().rpartition("/")
    found = _named(libraries, who)
    if not found and slash:
        found = [each for each in _named(libraries, peer) if _key(each.name) == _key(name)]
    if not found:
        raise AbsentError(f"Nobody here is called {printable(who)[:80]!r}: `pypeer peers` lists who is here.")
    return found


def _named(libraries: Sequence[FoundLibrary], who: str) -> list[FoundLibrary]:
    """By id, else by the words that stand for it, else by the name of a library, which anybody may choose."""
    key = _key(who)
    rules: tuple[Callable[[FoundLibrary], bool], ...] = (
        lambda each: each.peer == key and is_peer(key),
        lambda each: _key(each.short) == key,
        lambda each: _key(each.name) == key,
    )
    for rule in rules:
        if found := [each for each in libraries if rule(each)]:
            return found
    return []


def _key(text: str) -> str:
    """Two words are the same however they are written."""
    return " ".join(re.split(r"[\s_-]+", text.strip().casefold()))


def _ambiguous(who: str, found: Sequence[FoundLibrary]) -> AmbiguousError:
    lines = [f"  {each.short} / {each.name}   byway:{each.peer}/" for each in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"  and {len(found) - SHOWN} more")
    first = f"{printable(who)[:80]!r} may be any of these; say which, by its id or as 'two words/library':"
    return AmbiguousError("\n".join([first, *lines]))
