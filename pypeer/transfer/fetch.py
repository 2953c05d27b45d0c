"""What the receiver fetches: the state of every file, what is missing, and what is to be stored; sans-I/O.

A chunk goes missing -> in flight -> being stored -> stored; a lost link or a wrong hash sends it back to missing. A
file goes FETCHING -> CHECKING (all chunks stored; its root is awaited or compared) -> STORED, or LOST.
"""

import random
from collections.abc import Container, Mapping, Sequence
from enum import IntEnum
from typing import Final

from pypeer import events
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry, Refuse, Root
from pypeer.transfer import chunks, endings
from pypeer.transfer.asking import Asking
from pypeer.transfer.budget import Budget
from pypeer.transfer.drawing import NOTHING, Drawing
from pypeer.transfer.effects import Effect, Emit, Pass
from pypeer.transfer.finishing import Finishing
from pypeer.transfer.names import printable
from pypeer.transfer.storing import Corrupt, Differs, Discard, Finished, Lost, Stale, Stored
from pypeer.transfer.tally import Tally

ATTEMPTS: Final = 3
"""How often a chunk is asked for before its file is given up: a link is authenticated, so a wrong hash means a fault
at the other side, which a few repetitions either outlast or do not."""

Ranges = tuple[tuple[int, int], ...]
"""Chunks from the first up to before the second number."""


class Status(IntEnum):
    """Life of a file."""

    FETCHING = 0
    CHECKING = 1
    NAMING = 2
    """The store has been asked to finish it: nothing is needed of any source, so none that goes makes it lost."""
    STORED = 3
    LOST = 4


class Fetch(Drawing):
    """All files of one accepted offer.

    `missing` says what is still to come of files that an earlier run began; `links` are those that there are, always;
    entries in `left_out` are not wanted; `budget` bounds how fast chunks are asked for. Of files that are `here` in
    another version, so many chunks may be the same. `chance` is given in a swarm, where each asks in another order.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        missing: Mapping[int, Ranges],
        links: Mapping[int, Asking],
        left_out: Container[int] = (),
        budget: Budget | None = None,
        here: Mapping[int, int] = NOTHING,
        chance: random.Random | None = None,
    ) -> None:
        super().__init__(entries, links, budget, here, chance)
        wanted = [file for file, entry in enumerate(entries) if not entry.folder and file not in left_out]
        self.tally = Tally(len(wanted), sum(entries[file].size for file in wanted))
        self._status = bytearray(len(entries))
        self._left = [0] * len(entries)
        self._attempts: dict[tuple[int, int], int] = {}
        self._reused: set[int] = set()
        self._finishing = Finishing()
        for file in wanted:
            self._begin(file, missing.get(file))

    def take(self, now: float) -> list[Effect]:
        """What is to be done by now, which is not said again."""
        effects, self.effects = [*self.effects, *self._finishing.take(self.is_busy, now)], []
        return effects

    def refuse(self, link: Asking, frame: Refuse) -> None:
        """The sender cannot serve a file; raises ViolationError."""
        refused = self._landing.refused(link, frame.request)
        flight = None if refused else link.close(frame.request)
        file = refused[0] if refused else -1 if flight is None else flight.file
        if file < 0:
            return
        can_go_on = self.trust.can_do_without(link.source, file)
        if flight is not None and can_go_on:
            self._pulling.give_back([flight])
        elif flight is not None:
            self._pulling.refused(flight)
        if not can_go_on:
            self.lose(Lost(file, frame.code, str(endings.from_peer(frame.code, frame.message))))

    def root(self, link: Asking, frame: Root) -> None:
        """The root of a file, or why there is none; raises ViolationError."""
        link.root(frame.file)
        if frame.root is not None:
            self._learn(link, frame.file, bytes.fromhex(frame.root))
            self._check(frame.file)
        elif self.trust.can_do_without(link.source, frame.file):
            self._roots.want([frame.file])
        else:
            code = frame.code or EndCode.VANISHED
            self.lose(Lost(frame.file, code, str(endings.from_peer(code, ""))))

    def stored(self, result: Stored) -> None:
        """A chunk is on the disk."""
        origin = self._settle(result.file, result.chunk)
        if self._mutual is not None and origin.vouched:
            self.effects.append(Pass(result.file, result.chunk, result.chunk + 1))
        if self._status[result.file] == Status.FETCHING:
            self.tally.hold(result.file, self._pulling.length(result.file, result.chunk), not result.was_here)
            if result.was_here:
                self._reused.add(result.file)
            self._left[result.file] -= 1
            if not self._left[result.file]:
                self._check(result.file)

    def differs(self, result: Differs) -> None:
        """What is here is not what is missing."""
        self._settle(result.file, result.chunk)
        if self._status[result.file] == Status.FETCHING:
            self._pulling.differs(result.file, result.chunk)

    def corrupt(self, result: Corrupt) -> None:
        """A chunk did not match its hash: ask another source, or, if there is none, the same a few times."""
        key = (result.file, result.chunk)
        source = self._settle(*key).source
        if self.trust.has_others(source, self._links.values()):
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
        self.trust.bar(source)
        if self._mutual is not None:
            self._mutual.forget(source)
        self._lose_unserved()
        for link in self._links.values():
            if link.source == source:
                self._pulling.recall(link)
                self._roots.give_back(link)
                self._landing.give_back(link)

    def _lose_unserved(self) -> None:
        for file in self.trust.unserved():
            self.lose(Lost(file, EndCode.VANISHED, endings.TEXTS[EndCode.VANISHED]))

    def _accuse(self, source: int) -> None:
        if not self.trust.bars(source):
            self.forsake(source)
            self.trust.accused.append(source)

    def finished(self, result: Finished) -> None:
        """A file has its name."""
        self._status[result.file] = Status.STORED
        for source in self.trust.witness.believe(result.file):
            self._accuse(source)
        self._roots.forget(result.file)
        self.tally.finished(result.file)
        if self._mutual is not None:
            self.effects.append(Pass(result.file, 0, chunks.chunk_count(self._entries[result.file].size)))

    def stale(self, result: Stale) -> None:
        """A file did not match its root: if part of it was here already, that was of another content."""
        self.tally.let_go(result.file)
        self._status[result.file] = Status.CHECKING
        if result.file in self._reused:
            self._pulling.nothing_here(result.file)
        liar, alone = (None, None) if result.resumed else self.trust.doubt(result.file)
        if liar is not None and self.trust.has_others(liar, self._links.values()):
            self._accuse(liar)
            alone = liar
        if self._status[result.file] == Status.LOST:
            return  # nobody else has it
        if result.resumed or alone is not None:
            self.trust.witness.drop(result.file)
            self._roots.forget(result.file)
            self._begin(result.file, None)
            self._lose_unserved()
        else:
            self.lose(Lost(result.file, EndCode.CORRUPT, endings.TEXTS[EndCode.CORRUPT]))

    def lose(self, lost: Lost) -> None:
        """Go on without this file."""
        if self._status[lost.file] in (Status.NAMING, Status.STORED, Status.LOST):
            return
        self._status[lost.file] = Status.LOST
        self.tally.lost(lost.file)
        self.trust.witness.drop(lost.file)
        self._pulling.drop(lost.file)
        for flight in self._landing.drop(lost.file):
            self._pulling.window.remove(self._pulling.length(flight.file, flight.chunk))
        self.effects.append(Discard(lost.file))
        path = printable(self._entries[lost.file].path)
        self.effects.append(Emit(events.FileFailed(path=path, code=lost.code, message=lost.message)))

    def unstorable(self, lost: Lost) -> None:
        """A file could not be stored."""
        if lost.chunk is not None:
            self._settle(lost.file, lost.chunk)
        elif self._status[lost.file] == Status.NAMING:
            self._status[lost.file] = Status.CHECKING
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
        if size:
            self.tally.hold(file, size)
        if not self._left[file]:
            self._check(file)

    def _check(self, file: int) -> None:
        """All chunks are stored: compare the root, asking for it if nobody has told."""
        self._status[file] = Status.CHECKING
        root = self._roots.of(file)
        if root is None:
            self._roots.want([file])
        else:
            self._status[file] = Status.NAMING
            self._finishing.put(file, root)
