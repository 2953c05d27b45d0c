"""What of an offer is received, and what happens to what is there already; pure.

Patterns are those of .gitignore (gitignore(5)), by the library pathspec: `*.jpg` at any depth, `photos/` and all that
is in it, `/photos/2024/**` from the top of the offer, `!*.raw` takes back what an earlier pattern took.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from pypeer.errors import ChoiceError
from pypeer.protocol.messages import Entry
from pypeer.transfer.names import printable

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Existing(StrEnum):
    """What happens where a received file or folder would have the name of something that is there already."""

    RENAME = "rename"
    """It gets another name, like `photos (1)`. Nothing that was there is touched."""
    SKIP = "skip"
    """It goes into the folder that is there; files that are there stay as they are, and are not received."""
    OVERWRITE = "overwrite"
    """It goes into the folder that is there; files with the same content stay, others are replaced once the new ones
    are whole."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person wants of an offer: everything, or what any of the patterns matches."""

    patterns: tuple[str, ...] = ()
    existing: Existing = Existing.RENAME
    first: tuple[str, ...] = ()
    """What any of these patterns matches is fetched before all else, the first pattern first."""

    def order(self, entries: Sequence[Entry]) -> tuple[int, ...]:
        """Files that come before the others, first things first; raises ChoiceError for a pattern that is none."""
        found: dict[int, None] = {}
        for pattern in self.first:
            spec = spec_of((pattern,))
            found.update((i, None) for i, each in enumerate(entries) if not each.folder and spec.match_file(each.path))
        return tuple(found)

    def left_out(self, entries: Sequence[Entry]) -> frozenset[int]:
        """Files and folders that are not wanted; a folder is wanted with anything in it.

        Raises ChoiceError for a pattern that is none, or if no file and no folder is wanted.
        """
        if not self.patterns:
            return frozenset()
        spec = spec_of(self.patterns)
        wanted = {i for i, entry in enumerate(entries) if spec.match_file(entry.path + "/" * entry.folder)}
        if not wanted:
            what = " or ".join(repr(printable(pattern)) for pattern in self.patterns)
            raise ChoiceError(f"Nothing in the offer matches {what}. It has {_some(entries)}.")
        return frozenset(range(len(entries))) - wanted - _around(entries, wanted)


EVERYTHING: Final = Choice()
"""The whole offer, and nothing that is here is touched."""


def spec_of(patterns: Sequence[str]) -> "GitIgnoreSpec":
    """What these patterns match, the last one deciding; raises ChoiceError for one that is none."""
    from pathspec import GitIgnoreSpec
    from pathspec.patterns.gitignore import GitIgnorePatternError

    try:
        return GitIgnoreSpec.from_lines(patterns)
    except GitIgnorePatternError:
        raise ChoiceError(f"One of these is no pattern: {' '.join(patterns)}") from None


def _around(entries: Sequence[Entry], wanted: set[int]) -> set[int]:
    """The folders in which what is wanted lies."""
    folders = {entry.path: i for i, entry in enumerate(entries) if entry.folder}
    found: set[int] = set()
    for i in wanted:
        path = entries[i].path
        while path := path.rpartition("/")[0]:
            if path in folders:
                found.add(folders[path])
    return found


def _some(entries: Sequence[Entry]) -> str:
    """A few files to go by, or folders where there is no file."""
    paths = [entry.path for entry in entries if not entry.folder] or [entry.path for entry in entries]
    shown = ", ".join(printable(path) for path in paths[:3])
    return f"{shown} and {len(paths) - 3} more" if len(paths) > 3 else shown
