"""A fetch over links that do their worst: what is stored is bit-identical, and never is more on its way than the bound.

Each link delivers in order, and all else happens in any order: between links, to the disk, to the clock.
"""

from collections import deque
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, precondition, rule

from pypeer.protocol import frames, limits, messages
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, merkle
from pypeer.transfer.asking import Asking
from pypeer.transfer.effects import Send
from pypeer.transfer.fetch import Fetch, Status
from pypeer.transfer.schedule import most
from pypeer.transfer.storing import (
    Corrupt,
    Differs,
    Discard,
    Finish,
    Finished,
    Reuse,
    Stale,
    Store,
    Stored,
    StoreEffect,
)
from pypeer.transfer.subflow import Stage
from tests.support.engine import Disk, root_of
from tests.vectors.stream import stream

SIZES = (0, 5, 16384, 262145, 700_000, 1_500_000)
FRAME = 65_536
LINKS_MAX = 5


@dataclass(eq=False)
class Wire:
    """A link, and what is on its way to the receiver there, in order."""

    flow: Asking
    lie: str
    coming: deque[frames.Frame] = field(default_factory=deque)


class Machine(RuleBasedStateMachine):
    """Rules are things that may happen; the receiver's shell is played by hand."""

    wires = Bundle("wires")

    @initialize(
        sizes=st.lists(st.sampled_from(SIZES), min_size=1, max_size=4),
        roots=st.booleans(),
        cuts=st.lists(st.integers(0, 1_600_000), max_size=4),
    )
    def begin(self, sizes: list[int], roots: bool, cuts: list[int]) -> None:
        self.contents = {file: stream(size, bytes([file])) for file, size in enumerate(sizes)}
        self.entries = [
            Entry(path=f"{file}", size=len(data), root=root_of(data).hex() if roots else None)
            for file, data in self.contents.items()
        ]
        self.disk = Disk(self.entries)
        for (file, data), cut in zip(self.contents.items(), cuts, strict=False):
            self.disk.bases[file] = data[:cut] + bytes(1) + data[cut + 1 :] if cut % 2 else data[:cut]
        self.flows: dict[int, Asking] = {}
        self.fetch = Fetch(self.entries, {}, self.flows, here=self.disk.here)
        self.now = 0.0
        self.made = 0
        self.todo: deque[StoreEffect] = deque()
        self.links: dict[int, Wire] = {}
        self.lies: dict[int, str] = {}
        self.refused: set[int] = set()
        """Files that may be lost: the sender said so, or nobody but liars was there."""
        self.accused: set[int] = set()
        self.stale: set[int] = set()

    @rule(
        target=wires,
        source=st.integers(0, 2),
        rank=st.sampled_from([0, 0, 2]),
        frame=st.sampled_from([FRAME, 300_000]),
        can_probe=st.booleans(),
    )
    def open(self, source: int, rank: int, frame: int, can_probe: bool) -> int:
        """A link opens; of a source that was found out none is made any more."""
        if len(self.links) < LINKS_MAX and source not in self.accused:
            flow = Asking(self.made, rank, frame, source)
            flow.stage, flow.can_probe = Stage.SERVING, can_probe
            self.flows[self.made] = flow
            self.links[self.made] = Wire(flow, self.lies.get(source, ""))
        self.made += 1
        self.pump()
        return self.made - 1

    @rule(number=consumes(wires))
    def close(self, number: int) -> None:
        """A link closes, and what is on it is lost."""
        if self.links.pop(number, None) is not None:
            self.fetch.link_lost(self.flows.pop(number))
            self.pump()

    @rule(source=st.integers(0, 2), lie=st.sampled_from(["plain", "cunning"]))
    def lie(self, source: int, lie: str) -> None:
        """A source begins to send what it should not, with the right hash or a wrong one; one stays honest."""
        if len(self.liars | {source}) < 3:
            self.lies[source] = lie
            for wire in self.links.values():
                wire.lie = self.lies.get(wire.flow.source, "")

    @property
    def liars(self) -> set[int]:
        """Who has ever lied."""
        return set(self.lies)

    @rule(number=wires, count=st.integers(1, 12))
    def deliver(self, number: int, count: int) -> None:
        """Frames arrive, in order."""
        wire = self.links.get(number)
        while wire is not None and wire.coming and count and number in self.links:
            count -= 1
            self.arrive(wire, wire.coming.popleft())

    @rule(number=wires)
    @precondition(lambda self: not self.refused)
    def refuse(self, number: int) -> None:
        """The next answer is that the file is lost."""
        wire = self.links.get(number)
        if wire is not None and wire.flow.flights:
            request, flight = next(iter(wire.flow.flights.items()))
            self.refused.add(flight.file)
            wire.coming = deque(f for f in wire.coming if getattr(f, "request", None) != request)
            self.arrive(wire, messages.Refuse(request=request, code=EndCode.CHANGED))

    @rule(count=st.integers(1, 8))
    def store(self, count: int) -> None:
        """The disk does something."""
        while self.todo and count:
            count -= 1
            self.perform(self.todo.popleft())

    @rule(seconds=st.sampled_from([0.0, 0.01, 0.3, 1.0, 5.0, 3600.0, -7.0]))
    def pass_time(self, seconds: float) -> None:
        """The clock goes on, or jumps."""
        self.now += seconds
        self.pump()

    @rule()
    def wait(self) -> None:
        """Somebody paused, and goes on."""
        self.now += 60
        self.fetch.excuse(self.now)
        self.pump()

    @invariant()
    def bounded(self) -> None:
        """What is on its way or waits for the disk is counted, and within the bound."""
        window = self.fetch._pulling.window
        flights = [flight for flow in self.flows.values() for flight in flow.flights.values()]
        waiting = sum(isinstance(effect, Store | Reuse) for effect in self.todo)
        assert window.requests == len(flights) + waiting <= limits.WINDOW_REQUESTS
        assert window.bytes <= most(limits.CHUNK_BYTES, LINKS_MAX)
        for flow in self.flows.values():
            assert flow.awaited == sum(flight.length - len(flight.data) for flight in flow.flights.values())

    @invariant()
    def twice_at_most(self) -> None:
        """A chunk is on its way twice at most, and then both know of each other."""
        seen: dict[tuple[int, int], int] = {}
        for flow in self.flows.values():
            for flight in flow.flights.values():
                key = flight.file, flight.chunk
                seen[key] = seen.get(key, 0) + 1
                assert flight.twin is None or flight.twin[1].twin == (flow, flight)
                assert flight.twin is not None or seen[key] == 1
        assert max(seen.values(), default=0) <= 2

    def teardown(self) -> None:
        """With one honest link all comes to its end."""
        if not hasattr(self, "fetch"):
            return
        honest = next(source for source in range(3) if source not in self.liars)
        for number in [n for n, wire in self.links.items() if wire.lie]:
            self.close(number)
        for source in {0, 1, 2} - {honest} - {flow.source for flow in self.flows.values()}:
            self.fetch.forsake(source)
        flow = Asking(10**6, 0, FRAME, honest)
        flow.stage = Stage.SERVING
        self.flows[flow.link] = flow
        self.links[flow.link] = Wire(flow, "")
        for _ in range(1000):
            if self.fetch.tally.settled and not self.todo:
                break
            self.now += 0.1
            self.pump()
            for wire in list(self.links.values()):
                self.deliver(wire.flow.link, 4)
            self.store(4)
        self.check()

    def check(self) -> None:
        assert self.fetch.tally.settled
        lost = {file for file in self.contents if self.fetch._status[file] == Status.LOST}
        assert lost <= self.refused
        assert self.disk.files == {file: data for file, data in self.contents.items() if file not in lost}
        twice = {file for (file, _), count in self.disk.written.items() if count > 1}
        assert twice <= self.stale, "but for files that did not match"
        assert self.accused <= self.liars
        self.bounded()

    # The shell

    def pump(self) -> None:
        self.fetch.pump(list(self.flows.values()), self.now)
        effects = self.fetch.take(self.now)
        while self.fetch.trust.accused:
            self.accused.add(source := self.fetch.trust.accused.pop())
            for number in [n for n, wire in self.links.items() if wire.flow.source == source]:
                self.close(number)
        for effect in effects:
            match effect:
                case Send(link, frame) if link in self.links:
                    self.said(self.links[link], frame)
                case Store() | Reuse() | Finish() | Discard():
                    self.todo.append(effect)
                case _:
                    pass

    def said(self, wire: Wire, frame: frames.Frame) -> None:
        match frame:
            case frames.Request(request, file, chunk):
                self.answer(wire, request, file, chunk)
            case frames.Probe(request, file, chunk):
                self.answer(wire, request, file, chunk, bare=True)
            case frames.Stop(request):
                wire.coming = deque(f for f in wire.coming if getattr(f, "request", None) != request)
            case messages.AskRoot(file=file):
                wire.coming.append(messages.Root(file=file, root=root_of(self.contents[file]).hex()))
            case _:
                raise AssertionError(frame)

    def answer(self, wire: Wire, request: int, file: int, chunk: int, bare: bool = False) -> None:
        step = chunks.chunk_bytes(len(self.contents[file]))
        data = self.contents[file][chunk * step : (chunk + 1) * step]
        digest = merkle.chunk_hash(data, len(self.contents[file]))
        if wire.lie:
            data = bytes(len(data))
        if wire.lie == "cunning":
            digest = merkle.chunk_hash(data, len(self.contents[file]))
        for at in range(0, 0 if bare else len(data), FRAME):
            wire.coming.append(frames.Data(request, memoryview(data[at : at + FRAME])))
        wire.coming.append(frames.End(request, digest))

    def arrive(self, wire: Wire, frame: frames.Frame) -> None:
        match frame:
            case frames.Data():
                if not wire.flow.data(frame, self.now):
                    return
            case frames.End():
                self.fetch.end(wire.flow, frame, self.now)
            case messages.Refuse():
                self.fetch.refuse(wire.flow, frame)
            case messages.Root():
                self.fetch.root(wire.flow, frame)
            case _:
                raise AssertionError(frame)
        self.pump()

    def perform(self, effect: StoreEffect) -> None:
        match self.disk.perform(effect):
            case Stored() as result:
                self.fetch.stored(result)
            case Differs() as result:
                self.fetch.differs(result)
            case Corrupt() as result:
                if {flow.source for flow in self.flows.values()} <= self.liars:
                    self.refused.add(result.file)
                self.fetch.corrupt(result)
            case Finished() as result:
                self.fetch.finished(result)
            case Stale() as result:
                if {flow.source for flow in self.flows.values()} <= self.liars:
                    self.refused.add(result.file)
                self.stale.add(result.file)
                self.fetch.stale(result)
            case None:
                pass
            case result:
                raise AssertionError(result)
        self.pump()


Machine.TestCase.settings = settings(max_examples=60, stateful_step_count=60, deadline=None)
TestFetch = Machine.TestCase
