"""What a sealed library costs beside an open one: `python -m bench.spaces [--peers N] [--files N]`.

For the same made-up names (bench.names) it prints, for an entry, bytes of `announce` and bytes of the server's memory,
and what a search takes in the index; and how long owners take to put, and members to open, a thousand files.
Each kind is measured in a process of its own, the memory as what the process has more than before.
"""

import argparse
import asyncio
import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Final

import psutil

from bench.names import Names
from pypeer.library.forms import Form, Listed, Openly
from pypeer.secure.encoding import unb64
from pypeer.spaces.blinding import Blinder
from pypeer.spaces.boxes import Boxes
from pypeer.spaces.form import Sealed
from pypeer.spaces.keys import SpaceKeys
from signaling.engine.index import Query
from signaling.engine.packed import PackedIndex
from signaling.engine.sealed import SealedEntries, SealedQuery
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.directory import Announce
from signaling.protocol.spaces import SealedAnnounce

SEARCHES: Final = 300
KEYS: Final = SpaceKeys(bytes(32))
MOST: Final = 2**31


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one kind of library: bytes of an entry, and seconds."""

    wire: float
    memory: float
    put: float
    search: float
    slowest: float
    opened: float = 0.0


def owner(number: int) -> bytes:
    """A public key, as far as anybody looks here."""
    return number.to_bytes(32)


def announcements(form: Form, seed: int, files: int) -> Iterator[Announce | SealedAnnounce]:
    """All messages of one library."""
    listed = [
        (file.number, Listed(f"{folder.path}/{file.name}", file.size, unb64(file.root)))
        for folder in Names(seed).library(files)
        for file in folder.files
    ]
    while listed:
        added, make = form.fill(listed, limits.ANNOUNCED_FILES)
        listed = listed[len(added) :]
        yield make("l" * 16, (), False)


class Open:
    """The open directory."""

    def __init__(self) -> None:
        self._index = PackedIndex(lambda error: None)

    def form(self, _: int) -> Form:
        return Openly()

    async def take(self, library: int, message: Announce | SealedAnnounce) -> None:
        assert isinstance(message, Announce)
        self._index.begin(library)
        await self._index.announce(library, message.folders, (), MOST)

    async def search(self, words: str) -> None:
        await self._index.search(Query(words, None, None, None, None, None, 0, 20))


class Space:
    """One sealed space."""

    def __init__(self) -> None:
        self._entries = SealedEntries()
        self._blinder = Blinder(KEYS)
        self._libraries: set[int] = set()

    def form(self, library: int) -> Form:
        return Sealed(KEYS, Boxes(KEYS, owner(library)))

    async def take(self, library: int, message: Announce | SealedAnnounce) -> None:
        assert isinstance(message, SealedAnnounce)
        self._libraries.add(library)
        self._entries.change(library, message.files, ())

    async def search(self, words: str) -> None:
        self._entries.search(SealedQuery(self._blinder.groups(words), None, self._libraries, 0, 50))


KINDS: Final[dict[str, Callable[[], Open | Space]]] = {"open": Open, "sealed": Space}


async def measure(kind: str, peers: int, files: int) -> Figures:
    """One kind."""
    place = KINDS[kind]()
    process = psutil.Process(os.getpid())
    gc.collect()
    before = process.memory_info().rss
    put = wire = opened = 0.0
    for library in range(1, peers + 1):
        clock = time.process_time()
        messages = list(announcements(place.form(library), library, files))
        put += time.process_time() - clock
        wire += sum(len(encode(message)) for message in messages)
        for message in messages:
            await place.take(library, message)
        if library == 1:
            clock = time.process_time()
            boxes = Boxes(KEYS, owner(library))
            for message in messages:
                for file in message.files if isinstance(message, SealedAnnounce) else ():
                    boxes.open_file(file.box)
            opened = time.process_time() - clock
    await asyncio.sleep(1)
    gc.collect()
    entries = peers * files
    memory = (process.memory_info().rss - before) / entries
    times = sorted([await timed(place, words) for words in (Names(0).query() for _ in range(SEARCHES))])
    thousands = entries / 1000
    return Figures(
        wire / entries, memory, put / thousands, median(times), times[-SEARCHES // 100], opened / files * 1000
    )


async def timed(place: Open | Space, words: str) -> float:
    """Seconds of one search."""
    clock = time.perf_counter()
    await place.search(words)
    return time.perf_counter() - clock


def run(kind: str, peers: int, files: int) -> Figures:
    """For a process of its own."""
    return asyncio.run(measure(kind, peers, files))


def main() -> None:
    """Measure both, and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=int, default=100)
    parser.add_argument("--files", type=int, default=1000)
    given = parser.parse_args()
    found = {}
    for kind in KINDS:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            found[kind] = pool.apply(run, (kind, given.peers, given.files))
    print(f"{given.peers} libraries of {given.files} files", *(f"{kind:>10}" for kind in KINDS), "     ratio")
    rows: tuple[tuple[str, Callable[[Figures], float], str], ...] = (
        ("bytes of an entry on the wire", lambda figures: figures.wire, ".0f"),
        ("bytes of an entry in memory", lambda figures: figures.memory, ".0f"),
        ("ms to put 1,000 files", lambda figures: 1000 * figures.put, ".1f"),
        ("ms to open 1,000 files", lambda figures: 1000 * figures.opened, ".1f"),
        ("ms of a search, p50", lambda figures: 1000 * figures.search, ".3f"),
        ("ms of a search, p99", lambda figures: 1000 * figures.slowest, ".3f"),
    )
    for name, value, form in rows:
        values = [value(found[kind]) for kind in KINDS]
        ratio = f"{values[1] / values[0]:10.1f}" if values[0] else ""
        print(f"{name:<34}", *(f"{each:10{form}}" for each in values), ratio)


if __name__ == "__main__":
    main()
