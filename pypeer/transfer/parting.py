"""What a helper of a swarm offers: as much as it has so far of what it fetches itself."""

import os
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import msgspec

from pypeer.octets import Lasting
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry, Offer
from pypeer.transfer import endings
from pypeer.transfer.effects import Read
from pypeer.transfer.sources import ChangedError, OfferedTree, read_at
from pypeer.transfer.storing import Lost

Ranges = list[tuple[int, int, int]]
"""File, from a chunk, up to before another."""


class PartContent:
    """Reads files where they are, whole or not; each is opened for each read, for it may get its name meanwhile."""

    def __init__(self, place: Callable[[int], Path]) -> None:
        self._place = place

    def read(self, file: int, offset: int, length: int) -> bytes:
        """Exactly these bytes; raises ChangedError or OSError."""
        try:
            handle = self._open(file)
        except FileNotFoundError:
            handle = self._open(file)  # it has just got its name
        try:
            data = read_at(handle, offset, length)
        finally:
            os.close(handle)
        if len(data) < length:
            raise ChangedError
        return data

    def close(self) -> None:
        """Nothing is open."""

    def _open(self, file: int) -> int:
        return os.open(self._place(file), os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0))


class PartTree(OfferedTree):
    """Entries as they were offered here; of their chunks only those that were gained."""

    def __init__(self, entries: Sequence[Entry], offer: Offer, place: Callable[[int], Path]) -> None:
        super().__init__(entries, PartContent(place), offer.title)
        self.offer = msgspec.structs.replace(self.offer, partial=True)
        self.gains = 0
        """Goes up with each gain."""
        self._held: dict[int, set[int]] = {}

    def gain(self, file: int, start: int, stop: int) -> None:
        """These chunks are here, and right."""
        self._held.setdefault(file, set()).update(range(start, stop))
        self.gains += 1

    def ranges(self) -> Ranges:
        """All that is here."""
        found: Ranges = []
        for file, held in self._held.items():
            for _, run in groupby(enumerate(sorted(held)), lambda pair: pair[1] - pair[0]):
                numbers = [chunk for _, chunk in run]
                found.append((file, numbers[0], numbers[-1] + 1))
        return found

    def read(self, reads: Sequence[Read]) -> list[Lasting | Lost]:
        """Read chunks; blocking."""
        return [
            self._read(each.file, each.chunk) if each.chunk in self._held.get(each.file, ()) else _lacking(each.file)
            for each in reads
        ]

    def hash_some(self, file: int) -> bytes | Lost | None:
        """Who has only part tells no roots."""
        return _lacking(file)


def _lacking(file: int) -> Lost:
    return Lost(file, EndCode.VANISHED, endings.TEXTS[EndCode.VANISHED], detail="")
