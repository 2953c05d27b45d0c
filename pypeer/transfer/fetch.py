"""What the receiver fetches: the state of every file, what is missing, and what is to be stored; sans-I/O.

A chunk goes missing -> in flight -> being stored -> stored; a lost link or a wrong hash sends it back to missing. A
file goes FETCHING -> CHECKING (all chunks stored; its root is awaited or compared) -> STORED, or LOST.
"""

from collections import deque
from collections.abc import Container, Mapping, Sequence
from enum import IntEnum
from typing import Final

from pypeer import events
from pypeer.protocol.codes import EndCode
from pypeer.protocol.frames import End, Request, Stop
from pypeer.protocol.messages import AskRoot, Entry, Refuse, Root
from pypeer.transfer import chunks, endings, merkle
from pypeer.transfer.asking import Asking
from pypeer.transfer.budget import Budget
from pypeer.transfer.effects import (
    Corrupt,
    Discard,
    Effect,
    Emit,
    Finish,
    Finished,
    Lost,
    Send,
    Stale,
    Store,
    Stored,
)
from pypeer.transfer.names import printable
from pypeer.transfer.pulling import Pulling
from pypeer.transfer.subflow import Stage, ViolationError
from pypeer.transfer.witness import Witness

ATTEMPTS: Final = 3
"""How often a chunk is asked for before its file is given up: a link is authenticated, so a wrong hash means a fault
at the other side, which a few repetitions either outlast or do not."""

ASKS: Final = 256
"""Roots asked for at once: with as many requests, half of what a sender queues."""

Ranges = tuple[tuple[int, int], ...]
"""Chunks from the first up to before the second number."""


class Status(IntEnum):
    """Life of a file."""

    FETCHING = 0
    CHECKING = 1
    STORED = 2
    LOST = 3


class Fetch:
    """All files of one accepted offer.

    `missing` says what is still to come of files that an earlier run began; `links` are those that there are, always;
    entries in `left_out` are not wanted; `budget` bounds how fast chunks are asked for.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        missing: Mapping[int, Ranges],
        links: Mapping[int, Asking],
        left_out: Container[int] = (),
        budget: Budget | None = None,
    ) -> None:
        self.effects: list[Effect] = []
        wanted = [file for file, entry in enumerate(entries) if not entry.folder and file not in left_out]
        self.files = len(wanted)
        self.bytes = sum(entries[file].size for file in wanted)
        self.stored_files = self.stored_bytes = self.failed = 0
        self._entries = entries
        self._links = links
        self._status = bytearray(len(entries))
        self._left = [0] * len(entries)
        self._roots: dict[int, bytes] = {}
        self._witness = Witness()
        self._pulling = Pulling(entries, links, self._send, self._witness.may, budget)
        self._asks: deque[int] = deque()
        self._attempts: dict[tuple[int, int], int] = {}
        self._storing: dict[tuple[int, int], int] = {}
        self._known: set[int] = set()
        self._barred: set[int] = set()
        self.accused: list[int] = []
        """Sources that lied, for whoever owns this to take and dismiss."""
        self._held: dict[int, int] = {}
        for file in wanted:
            self._begin(file, missing.get(file))

    @property
    def settled(self) -> bool:
        """Whether every file is stored or lost."""
        return self.stored_files + self.failed == self.files

    def pump(self, links: Sequence[Asking], now: float) -> None:
        """Ask on these links for as much as there is room for, and for roots on the best of them."""
        links = [link for link in links if not self.barred(link)]
        self._known.update(link.source for link in self._links.values() if link.stage is Stage.SERVING)
        self._pulling.pump(links, now)
        asked = sum(len(each.roots) for each in self._links.values())
        while self._asks and links and asked < ASKS:
            asked += 1
            able = [link for link in links if self._witness.may(link.source, self._asks[0])]
            if not able:
                break
            link = min(able, key=lambda link: link.order)
            link.roots.add(file := self._asks.popleft())
            self._send(link, AskRoot(file=file))

    def excuse(self, now: float) -> None:
        """Nobody was to send up to now."""
        self._pulling.excuse(self._links.values(), now)

    def link_lost(self, link: Asking) -> None:
        """What was on its way on this link is missing again."""
        self._pulling.give_back(link.flights.values())
        self._asks.extend(sorted(link.roots))

    def barred(self, link: Asking) -> bool:
        """Whether nothing that comes here is heeded any more: its source was found out."""
        return link.source in self._barred

    def end(self, link: Asking, frame: End, now: float) -> None:
        """The end of a chunk: verify and store it; raises ViolationError."""
        if frame.root is not None and frame.request in link.flights:
            self._learn_root(link.flights[frame.request].file, frame.root)
        flight = link.end(frame, now)
        if flight is None:
            return
        self._pulling.landed(flight)
        self._storing[flight.file, flight.chunk] = link.source
        self._witness.note(flight.file, flight.chunk, link.source, frame.hash)
        self.effects.append(Store(flight.file, flight.chunk, flight.data, frame.hash))

    def refuse(self, link: Asking, frame: Refuse) -> None:
        """The sender cannot serve a file; raises ViolationError."""
        flight = link.close(frame.request)
        if flight is None:
            return
        if self._can_do_without(link.source, flight.file):
            self._pulling.give_back([flight])
        else:
            self._pulling.refused(flight)
            self.lose(Lost(flight.file, frame.code, str(endings.from_peer(frame.code, frame.message))))

    def root(self, link: Asking, frame: Root) -> None:
        """The root of a file, or why there is none; raises ViolationError."""
        link.root(frame.file)
        if frame.root is not None:
            self._learn_root(frame.file, bytes.fromhex(frame.root))
            self._check(frame.file)
        elif self._can_do_without(link.source, frame.file):
            self._asks.append(frame.file)
        else:
            code = frame.code or EndCode.VANISHED
            self.lose(Lost(frame.file, code, str(endings.from_peer(code, ""))))

    def stored(self, result: Stored) -> None:
        """A chunk is on the disk."""
        self._settle(result.file, result.chunk)
        if self._status[result.file] == Status.FETCHING:
            self._hold(result.file, self._pulling.length(result.file, result.chunk))
            self._left[result.file] -= 1
            if not self._left[result.file]:
                self._check(result.file)

    def corrupt(self, result: Corrupt) -> None:
        """A chunk did not match its hash: ask another source, or, if there is none, the same a few times."""
        key = (result.file, result.chunk)
        source = self._settle(*key)
        if self._has_others(source):
            self._pulling.schedule.give_back(*key)
            self._accuse(source)
            return
        self._attempts[key] = self._attempts.get(key, 0) + 1
        if self._attempts[key] < ATTEMPTS:
            self._pulling.schedule.give_back(*key)
        else:
            self.lose(Lost(result.file, EndCode.CORRUPT, endings.TEXTS[EndCode.CORRUPT]))

    def forsake(self, source: int) -> None:
        """Nothing more is wanted of this source."""
        self._barred.add(source)
        self._witness.forget(source)
        for file in self._witness.refused:
            if not self._is_served(file):
                self.lose(Lost(file, EndCode.VANISHED, endings.TEXTS[EndCode.VANISHED]))
        for link in self._links.values():
            if link.source == source:
                self._pulling.recall(link)
                self._asks.extend(sorted(link.roots))
                link.roots.clear()

    def _accuse(self, source: int) -> None:
        if source not in self._barred:
            self.forsake(source)
            self.accused.append(source)

    def _can_do_without(self, source: int, file: int) -> bool:
        """This source does not have this file any more: whether another may."""
        self._witness.exclude(source, file)
        return self._is_served(file)

    def _is_served(self, file: int) -> bool:
        return any(self._witness.may(source, file) for source in self._known - self._barred)

    def _has_others(self, source: int) -> bool:
        return any(link.source not in self._barred | {source} for link in self._links.values())

    def finished(self, result: Finished) -> None:
        """A file has its name."""
        self._status[result.file] = Status.STORED
        for source in self._witness.believe(result.file):
            self._accuse(source)
        self._roots.pop(result.file, None)
        self._held.pop(result.file, None)
        self.stored_files += 1

    def stale(self, result: Stale) -> None:
        """A file did not match its root: if part of it is from an earlier run, that was of another content."""
        self._let_go(result.file)
        liar, alone = (None, None) if result.resumed else self._witness.doubt(result.file, self._barred)
        if liar is not None and self._has_others(liar):
            self._accuse(liar)
            alone = liar
        if result.resumed or alone is not None:
            self._witness.drop(result.file)
            self._roots.pop(result.file, None)
            self._begin(result.file, None)
        else:
            self.lose(Lost(result.file, EndCode.CORRUPT, endings.TEXTS[EndCode.CORRUPT]))

    def lose(self, lost: Lost) -> None:
        """Go on without this file."""
        if self._status[lost.file] in (Status.STORED, Status.LOST):
            return
        self._status[lost.file] = Status.LOST
        self.failed += 1
        self._let_go(lost.file)
        self._witness.drop(lost.file)
        self._pulling.drop(lost.file)
        self.effects.append(Discard(lost.file))
        path = printable(self._entries[lost.file].path)
        self.effects.append(Emit(events.FileFailed(path=path, code=lost.code, message=lost.message)))

    def unstorable(self, lost: Lost) -> None:
        """A file could not be stored."""
        if lost.chunk is not None:
            self._settle(lost.file, lost.chunk)
        self.lose(lost)

    def _begin(self, file: int, missing: Ranges | None) -> None:
        """Everything of a file is to come, or only what is missing."""
        size = self._entries[file].size
        ranges = ((0, chunks.chunk_count(size)),) if missing is None else missing
        self._status[file] = Status.FETCHING
        self._left[file] = sum(stop - start for start, stop in ranges)
        for start, stop in ranges:
            self._pulling.schedule.add(file, start, stop)
            size -= chunks.range_length(self._entries[file].size, start, stop)
        self._hold(file, size)
        if not self._left[file]:
            self._check(file)

    def _hold(self, file: int, length: int) -> None:
        self._held[file] = self._held.get(file, 0) + length
        self.stored_bytes += length

    def _let_go(self, file: int) -> None:
        self.stored_bytes -= self._held.pop(file, 0)

    def _check(self, file: int) -> None:
        """All chunks are stored: compare the root, asking for it if nobody has told."""
        self._status[file] = Status.CHECKING
        entry = self._entries[file]
        root = self._roots.get(file) if entry.root is None else bytes.fromhex(entry.root)
        if not entry.size:
            root = merkle.MISSING_LEAF
        if root is None:
            self._asks.append(file)
        else:
            self.effects.append(Finish(file, root))

    def _learn_root(self, file: int, root: bytes) -> None:
        known = self._entries[file].root
        if self._roots.setdefault(file, root) != root or (known is not None and known != root.hex()):
            raise ViolationError(f"file {file} has two roots")

    def _settle(self, file: int, chunk: int) -> int:
        """A chunk is not being stored any more: whose it was."""
        self._pulling.window.remove(self._pulling.length(file, chunk))
        return self._storing.pop((file, chunk))

    def _send(self, link: Asking, frame: Request | Stop | AskRoot) -> None:
        self.effects.append(Send(link.link, frame))
