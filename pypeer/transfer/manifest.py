"""The manifest, page by page: made by the sender, gathered and checked by the receiver."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from pypeer.protocol import limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entries, Entry, Offer
from pypeer.protocol.sealed import Preview
from pypeer.transfer import chunks
from pypeer.transfer.expected import Known
from pypeer.transfer.names import ManifestError

PAGE_BYTES: Final = limits.CONTROL_BYTES - 100
"""JSON of the entries of one page: what a control frame holds, without `t`, `start`, `last` and their punctuation."""

_encoder = msgspec.json.Encoder()


class TooManyError(ManifestError):
    """The offer has more entries, or longer paths altogether, than a receiver takes."""


def end_code(error: ManifestError) -> EndCode:
    """How the error is called on the wire."""
    return EndCode.TOO_MANY_ENTRIES if isinstance(error, TooManyError) else EndCode.BAD_MANIFEST


def page(entries: Sequence[Entry], start: int) -> Entries:
    """The page from `start` on: as many entries as a control message holds, at least one."""
    stop = start + _that_fit(entries[start : start + limits.LIST_ENTRIES], PAGE_BYTES)
    return Entries(start=start, entries=tuple(entries[start:stop]), last=stop == len(entries))


def preview(offer: Offer, entries: Sequence[Entry]) -> Preview:
    """What a receiver decides on: the sum, and the first entries."""
    first = entries[: _that_fit(entries[: limits.PREVIEW_ENTRIES], limits.PREVIEW_BYTES)]
    return Preview(
        files=offer.files,
        folders=offer.folders,
        bytes=offer.bytes,
        title=offer.title,
        text=offer.text,
        entries=tuple(first),
    )


def _that_fit(entries: Sequence[Entry], room: int) -> int:
    """How many entries, from the first on, have so many bytes of JSON."""
    for number, entry in enumerate(entries):
        room -= len(_encoder.encode(entry)) + 1
        if room < 0:
            return number
    return len(entries)


def offer(entries: Sequence[Entry], title: str, text: bool = False) -> Offer:
    """The sum of the entries."""
    folders = sum(entry.folder for entry in entries)
    size = sum(entry.size for entry in entries)
    return Offer(files=len(entries) - folders, folders=folders, bytes=size, title=title, text=text)


def _are_holes(entry: Entry) -> bool:
    """Whether these are ranges of chunks of this file, ascending, not touching."""
    whole = len(entry.holes) % 2 == 0 and entry.holes[-1] <= chunks.chunk_count(entry.size)
    return whole and all(low < high for low, high in pairwise(entry.holes))


class Manifest:
    """Gathers the pages of one offer, which has to be what is `expected`; memory is bounded whatever arrives."""

    def __init__(self, offer: Offer, expected: Known | None = None) -> None:
        self.offer = offer
        self._expected = expected
        self.entries: list[Entry] = []
        self.complete = False
        self._path_bytes = 0
        if offer.files + offer.folders > limits.ENTRIES_MAX:
            raise TooManyError(
                f"the offer has {offer.files + offer.folders} entries, more than {limits.ENTRIES_MAX}: pack them first"
            )
        if offer.text and (offer.files != 1 or offer.folders or offer.bytes > limits.TEXT_BYTES):
            raise ManifestError(f"the offer is no text of at most {limits.TEXT_BYTES} bytes")
        if expected is not None:
            expected.look(offer)

    def add(self, entries: Entries) -> None:
        """Take the next page; raises ManifestError when it does not fit the offer."""
        if entries.start != len(self.entries) or self.complete or not (entries.entries or entries.last):
            raise ManifestError("a page of the manifest is not the one that was asked for")
        self.entries += entries.entries
        self._path_bytes += sum(len(entry.path.encode()) for entry in entries.entries)
        if len(self.entries) > self.offer.files + self.offer.folders:
            raise ManifestError("the manifest has more entries than the offer said")
        if self._path_bytes > limits.MANIFEST_BYTES:
            raise TooManyError(f"the paths of the offer are longer than {limits.MANIFEST_BYTES} bytes altogether")
        if entries.last:
            self._finish()

    def _finish(self) -> None:
        sums = offer(self.entries, self.offer.title, self.offer.text)
        if (sums.files, sums.folders, sums.bytes) != (self.offer.files, self.offer.folders, self.offer.bytes):
            raise ManifestError("the manifest does not add up to the offer")
        if any(entry.folder and entry.size for entry in self.entries):
            raise ManifestError("a folder of the manifest has a size")
        if any(entry.holes and not _are_holes(entry) for entry in self.entries):
            raise ManifestError("the manifest tells of holes that cannot be")
        if self._expected is not None:
            self.entries = self._expected.settle(self.entries)
        self.complete = True
