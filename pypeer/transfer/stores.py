"""What receives: a folder, the output of a command, or whoever reads a text."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from pypeer.protocol.messages import Entry, Offer
from pypeer.transfer.choosing import Choice
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.piping import PipeStore
from pypeer.transfer.store import DiskStore
from pypeer.transfer.storing import Broken, StoreEffect, StoreResult
from pypeer.transfer.targets import Targets
from pypeer.transfer.text import TextStore


class AnyStore(Protocol):
    """Where what is received goes; blocking."""

    @property
    def left_out(self) -> frozenset[int]:
        """Entries that are not received; final after `prepare`."""

    @property
    def here(self) -> Mapping[int, int]:
        """Of files that are here in another version, how many chunks may be the same; there after `prepare`."""

    def prepare(self) -> dict[int, Ranges] | Broken:
        """Look what is here and whether there is room: what is missing of the files that are here in part."""

    def perform(self, batch: Sequence[StoreEffect]) -> Sequence[StoreResult]:
        """Do all of it; errors are results."""

    def abort(self) -> None:
        """Make `prepare` give up; for any thread."""

    def release(self) -> None:
        """Let go of all that is open."""


def store_for(
    into: Path | BinaryIO,
    offer: Offer,
    entries: Sequence[Entry],
    paths: Sequence[str],
    left_out: frozenset[int],
    choice: Choice,
) -> AnyStore:
    """Where this offer goes whose person wants it `into` a folder or a stream: a text is shown, wherever that is."""
    if offer.text:
        return TextStore(entries[0])
    if isinstance(into, Path):
        return DiskStore(Targets(into, entries, paths, left_out, choice.existing))
    return PipeStore(entries, left_out, into)
