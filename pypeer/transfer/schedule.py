"""Which chunks are still to be asked for. Knows nothing of links, so several can draw from one schedule."""

from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Protocol

from pypeer.protocol import limits
from pypeer.transfer import chunks

WIDE_BYTES: Final = 16 * 1024 * 1024
"""May be outstanding where a link takes whole chunks, instead of limits.WINDOW_BYTES: fills 1 Gbit/s at 100 ms of round
trip, with 30 ms for reading there and writing here, and lets neither side wait for the other's turn of the processor.
No phone has such links."""


class Missing(Protocol):
    """What is still to be asked for, in whatever order."""

    def add(self, file: int, start: int, stop: int) -> None:
        """Chunks `start` up to before `stop` of a file are missing."""

    def give_back(self, file: int, chunk: int) -> None:
        """A chunk that was taken is missing after all."""

    def drop(self, file: int) -> None:
        """Nothing of this file is wanted any more."""

    def prefer(self, files: Sequence[int]) -> None:
        """What is missing of these files comes before all else, in this order."""


class Schedule:
    """Missing chunks as ranges, in the order of the manifest, or of who prefers some; what comes back is next."""

    def __init__(self) -> None:
        self._ranges: deque[tuple[int, int, int]] = deque()
        self._dropped: set[int] = set()

    def add(self, file: int, start: int, stop: int) -> None:
        """Chunks `start` up to before `stop` of a file are missing."""
        self._dropped.discard(file)
        if start < stop:
            self._ranges.append((file, start, stop))

    def give_back(self, file: int, chunk: int) -> None:
        """A chunk that was taken is missing after all."""
        self._ranges.appendleft((file, chunk, chunk + 1))

    def drop(self, file: int) -> None:
        """Nothing of this file is wanted any more."""
        self._dropped.add(file)

    def prefer(self, files: Sequence[int]) -> None:
        """What is missing of these files comes before all else, in this order."""
        ranks = {file: rank for rank, file in enumerate(files)}
        self._ranges = deque(sorted(self._ranges, key=lambda each: ranks.get(each[0], len(ranks))))

    def peek(self) -> tuple[int, int] | None:
        """File and chunk that `take` takes next."""
        while self._ranges and self._ranges[0][0] in self._dropped:
            self._ranges.popleft()
        return self._ranges[0][:2] if self._ranges else None

    def take(self) -> None:
        """The chunk that `peek` told is no longer missing."""
        file, chunk, stop = self._ranges.popleft()
        if chunk + 1 < stop:
            self._ranges.appendleft((file, chunk + 1, stop))


class Window:
    """What may be outstanding, counting a chunk from its request until it is stored: bounds memory on both sides."""

    def __init__(self) -> None:
        self.bytes = 0
        self.requests = 0

    def has_room(self, size: int, chunk: int, links: int = 1, is_wide: bool = False) -> bool:
        """Whether chunk number `chunk` of a file of `size` bytes may be asked for now, with so many links open, of
        which one at least takes whole chunks (`is_wide`)."""
        fits = self.bytes + chunks.chunk_length(size, chunk) <= most(chunks.chunk_bytes(size), links, is_wide)
        return fits and self.requests < limits.WINDOW_REQUESTS

    def add(self, length: int) -> None:
        """A chunk of this length was asked for."""
        self.bytes += length
        self.requests += 1

    def remove(self, length: int) -> None:
        """A chunk of this length was stored, or is not awaited any more."""
        self.bytes -= length
        self.requests -= 1


@lru_cache(maxsize=256)  # asked twice for each chunk, of the same few
def most(chunk: int, links: int, is_wide: bool = False) -> int:
    """What may be outstanding at most while chunks of this size are fetched over so many links, in bytes."""
    more = max(0, links - 1)
    one = max(WIDE_BYTES if is_wide else limits.WINDOW_BYTES, 2 * chunk)
    return max(one, min(one + more * max(limits.WINDOW_LINK_BYTES, chunk), limits.WINDOW_BYTES_MAX))
