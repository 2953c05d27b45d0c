"""One receiver of a swarm in virtual time: a receiver's core, what its shell would do for it, and its helping."""

import random
from functools import partial
from itertools import count
from typing import TYPE_CHECKING

from pypeer.errors import PeerError
from pypeer.protocol import limits
from pypeer.transfer import chunks, effects, storing
from pypeer.transfer.receiver import Receiver
from tests.support.swarm_line import Uplink, Wire
from tests.support.swarm_serving import Served, Stock, digest_of

if TYPE_CHECKING:
    from tests.support.swarm_scene import Scene


class Member:
    """One receiver, and its helping."""

    def __init__(self, scene: "Scene", number: int, uplink: Uplink, seed: int) -> None:
        self.scene = scene
        self.number = number
        self.uplink = uplink
        self.receiver = Receiver(chance=random.Random(seed))
        self.stock = Stock(scene, whole=False)
        self.wires: dict[int, Wire] = {}
        self.served: list[Served] = []
        self.result: effects.Outcome | PeerError | None = None
        self.ended_at = 0.0
        self.files: set[int] = set()
        self.here = True
        self.parts: dict[tuple[int, int], bytes] = {}
        self._sources = count(2)
        self.known: set[int] = set()
        self._told = 0
        scene.clock.after(limits.PROGRESS_S, self._tick)
        scene.clock.after(limits.HAVE_S, self._tell)

    def do(self, todo: list[effects.Effect]) -> None:
        """Carry out what the core wants."""
        for effect in todo:
            match effect:
                case effects.Send(link, frame):
                    if link in self.wires:
                        self.wires[link].reply(frame)
                case effects.End(result):
                    self.result, self.ended_at = result, self.scene.clock.now
                    for wire in tuple(self.wires.values()):
                        self.scene.clock.after(wire.delay + 0.01, wire.cut)
                case effects.Found(code):
                    self.scene.found(self, code)
                case effects.Dismiss(source, _):
                    for wire in [wire for wire in self.wires.values() if wire.source == source]:
                        self.scene.clock.after(wire.delay + 0.01, wire.cut)
                case effects.Pass(file, start, stop):
                    self.stock.held.setdefault(file, set()).update(range(start, stop))
                case effects.Emit() | effects.Drawn() | effects.Idle() | effects.GiveWay():
                    pass
                case _:
                    self.scene.clock.after(0.002, partial(self._perform, effect))

    def _perform(self, effect: effects.Effect) -> None:
        now = self.scene.clock.now
        match effect:
            case effects.Examine():
                self.do(self.receiver.examined(None, now))
            case effects.Decide():
                self.do(self.receiver.decided(True, now))
            case effects.Prepare():
                self.scene.opens(self)
                self.do(self.receiver.prepared({}, now))
            case _:
                if (result := self._store(effect)) is not None:
                    self.do(self.receiver.stored(result, now))

    def _store(self, effect: effects.Effect) -> storing.StoreResult | None:
        match effect:
            case storing.Store(file, chunk, _, digest):
                self.parts[file, chunk] = digest
                return storing.Stored(file, chunk)
            case storing.Finish(file, _):
                size = self.scene.entries[file].size
                if any(self.parts[file, c] != digest_of(file, c) for c in range(chunks.chunk_count(size))):
                    return storing.Stale(file, False)
                self.files.add(file)
                return storing.Finished(file)
            case storing.Conclude():
                return storing.Concluded(("somewhere",))
            case _:
                return None

    def draws(self) -> int:
        """A number for one more source."""
        number = next(self._sources)
        self.receiver.expect(number)
        return number

    def leave(self) -> None:
        """It goes away without a word: its links break."""
        self.here = False
        for wire in tuple(self.wires.values()):
            wire.cut()
        for served in self.served:
            if served.wire is not None:
                served.wire.cut()

    def _tick(self) -> None:
        if self.here and self.result is None:
            self.do(self.receiver.tick(self.scene.clock.now))
            self.scene.clock.after(limits.PROGRESS_S, self._tick)

    def _tell(self) -> None:
        if self.here:
            held = sum(map(len, self.stock.held.values()))
            if held != self._told:
                self._told = held
                for served in self.served:
                    if not served.ended:
                        served.do(served.core.have())
            self.scene.clock.after(limits.HAVE_S, self._tell)
