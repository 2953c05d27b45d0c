"""What whoever fetches by root knows beforehand: an offer is that, to the byte, or it is refused; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from pypeer.protocol.messages import Entry, Offer
from pypeer.transfer.names import ManifestError

NOT_ASKED: Final = "it offers something else than was asked for"


class Known(Protocol):
    """What is known of an offer before it is listed."""

    def look(self, offer: Offer) -> None:
        """Raises ManifestError if an offer cannot be it."""

    def settle(self, entries: Sequence[Entry]) -> list[Entry]:
        """What of the list may be relied upon; raises ManifestError if it is something else."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The files that were asked for, in their order: path, size and root of each."""

    entries: tuple[Entry, ...]

    @property
    def title(self) -> str:
        """What to call it, whatever who offers it calls it."""
        return self.entries[0].path

    @property
    def bytes(self) -> int:
        """All together."""
        return sum(entry.size for entry in self.entries)

    def admits(self, files: int, folders: int, size: int, text: bool) -> bool:
        """Whether an offer with these sums may be what was asked for."""
        return (files, folders, size, text) == (len(self.entries), 0, self.bytes, False)

    def look(self, offer: Offer) -> None:
        """Raises ManifestError if an offer cannot be it."""
        if not self.admits(offer.files, offer.folders, offer.bytes, offer.text):
            raise ManifestError(NOT_ASKED)

    def settle(self, entries: Sequence[Entry]) -> list[Entry]:
        """What is listed, without what the roots do not vouch for and others may tell otherwise: that files are
        programs, where they have holes. Raises ManifestError if it is not what was asked for."""
        if len(entries) != len(self.entries) or not all(map(_is, self.entries, entries)):
            raise ManifestError(NOT_ASKED)
        return [msgspec.structs.replace(entry, exec=False, holes=()) for entry in entries]


def _is(wanted: Entry, offered: Entry) -> bool:
    """Whether this is the file. An empty one has no root."""
    same = (wanted.path, wanted.size, wanted.folder) == (offered.path, offered.size, offered.folder)
    return same and (wanted.root == offered.root or not wanted.size)
