"""What a person is told of what is received, beside how far it is; pure."""

from collections.abc import Sequence
from typing import Final

from pypeer.protocol.messages import Entry
from pypeer.transfer.names import show

SHOWN: Final = 3
"""Names that had to be changed which are told one by one."""


def left_as_they_are(entries: Sequence[Entry], here: frozenset[int], files: int) -> str | None:
    """Of so many files that are offered, those that are not received, because they are here already."""
    count = sum(not entries[i].folder for i in here)
    if not count:
        return None
    return f"left as they are, because they are here already: {count} of {files} files"


def renamed(entries: Sequence[Entry], paths: Sequence[str], left_out: frozenset[int]) -> str | None:
    """Names that had to be changed, of what is received under these paths."""
    pairs = zip(entries, paths, strict=False)  # a text has an entry, and no path
    changed = [(e.path, path) for i, (e, path) in enumerate(pairs) if e.path != path and i not in left_out]
    if not changed:
        return None
    some = ", ".join(f"{show(old)} is {show(new)}" for old, new in changed[:SHOWN])
    more = f" and {len(changed) - SHOWN} more" if len(changed) > SHOWN else ""
    return f"names that not every system can hold were changed: {some}{more}"
