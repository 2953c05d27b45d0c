"""A whole swarm in virtual time: the real cores of a sender and of many receivers, over links that share uplinks.

Nothing here waits, and nothing depends on the machine: the same seed gives the same run. Contents are made up; a chunk
is told from another by its hash.
"""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from heapq import heappop, heappush
from itertools import count
from typing import Final

from pypeer.errors import PeerError, TransferError
from pypeer.links.link import SHORT_BYTES
from pypeer.protocol import frames, limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry, Offer
from pypeer.transfer import chunks, effects, storing
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.sender import Sender
from pypeer.transfer.swarm import Seeding, Swarm

MBIT: Final = 1_000_000 / 8
MIB: Final = 2**20
ORIGIN: Final = 1
"""Number of the source that is the sender."""

KEPT: Final = memoryview(bytes(4 * MIB))
FRAME: Final = 64 * 1024
OPEN_S: Final = 0.1
"""Until a helper has a code."""


class Clock:
    """What happens when; at the same time in the order in which it was planned."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        """Do this then."""
        heappush(self._due, (self.now + seconds, next(self._numbers), what))

    def run(self, until: float, over: Callable[[], bool]) -> None:
        """Let time pass."""
        while self._due and not over() and self._due[0][0] <= until:
            self.now, _, what = heappop(self._due)
            what()


class Uplink:
    """Sends what waits, a frame of each link in turn, at `rate` bytes a second."""

    def __init__(self, clock: Clock, rate: float) -> None:
        self.rate = rate
        self.sent = 0
        self._clock = clock
        self._turns: deque[Wire] = deque()
        self._busy = False

    def offer(self, wire: "Wire") -> None:
        """This link has something to send."""
        if wire not in self._turns:
            self._turns.append(wire)
        self._next()

    def _next(self) -> None:
        while self._turns and not self._busy:
            wire = self._turns.popleft()
            if wire.queue:
                self._busy = True
                frame = wire.queue.popleft()
                self._clock.after(len(frame) / self.rate, partial(self._gone, wire, frame))

    def _gone(self, wire: "Wire", frame: bytes) -> None:
        self._busy = False
        self.sent += len(frame)
        wire.buffered -= len(frame)
        self._clock.after(wire.delay, partial(wire.arrive, frame))
        if wire.queue:
            self._turns.append(wire)
        wire.feed()
        self._next()


@dataclass(eq=False)
class Wire:
    """A link from who serves to who asks; the way back takes time only."""

    number: int
    source: int
    served: "Served"
    member: "Member"
    delay: float
    queue: deque[bytes] = field(default_factory=deque)
    buffered: int = 0
    open: bool = True

    def send(self, frame: frames.Frame) -> None:
        data = frames.encode(frame)
        self.queue.append(data)
        self.buffered += len(data)
        self.served.uplink.offer(self)

    def reply(self, frame: frames.Frame) -> None:
        data = frames.encode(frame)
        self.member.scene.clock.after(self.delay, partial(self._heard, data))

    def arrive(self, data: bytes) -> None:
        if self.open:
            self.member.do(self.member.receiver.receive(self.number, data, self.member.scene.clock.now))

    def feed(self) -> None:
        if self.open:
            self.served.feed()

    def _heard(self, data: bytes) -> None:
        if self.open:
            self.served.do(self.served.core.receive(self.number, data, self.member.scene.clock.now))

    def cut(self) -> None:
        """It breaks, and both sides notice."""
        if self.open:
            self.open = False
            self.queue.clear()
            now = self.member.scene.clock.now
            self.served.wire = None
            self.served.do(self.served.core.link_lost(self.number, now))
            self.member.wires.pop(self.number, None)
            self.member.do(self.member.receiver.link_lost(self.number, now))
            self.member.scene.lost(self)


class Served:
    """One who serves, as far as one receiver goes: a core, and what the shell does for it."""

    def __init__(self, scene: "Scene", uplink: Uplink, offer: Offer, stock: "Stock") -> None:
        self.core = Sender(offer, scene.entries, held=stock.ranges, seeding=scene.seeding if stock.whole else None)
        self.uplink = uplink
        self.wire: Wire | None = None
        self.ended = False
        self.on_found: Callable[[str], None] = lambda code: None
        self.on_end: Callable[[], None] = lambda: None
        self._scene = scene
        self._stock = stock
        self._reads: deque[effects.Read] = deque()
        self._frames: Iterator[frames.Frame] = iter(())

    def do(self, todo: list[effects.Effect]) -> None:
        for effect in todo:
            match effect:
                case effects.Send(_, frame):
                    if self.wire is not None:
                        self.wire.send(frame)
                case effects.FindRoot(file):
                    self._scene.clock.after(0.01, partial(self._root, file))
                case effects.Found(code):
                    self.on_found(code)
                case effects.End():
                    self.ended = True
                    self.on_end()
                case _:
                    pass
        self.feed()

    def feed(self) -> None:
        """Put frames into the buffer of the link while it has room; hashes in any case."""
        reads = [] if self.wire is None else self.core.take(self.wire.number, limits.CHUNK_BYTES, bare=True)
        for read in reads:
            for frame in self.core.answer(read, self._stock.chunk(read)):
                assert self.wire is not None
                self.wire.send(frame)
        while self.wire is not None and self.wire.buffered < self._scene.high_water and self._send_one():
            pass

    def _send_one(self) -> bool:
        """One frame of a chunk, if there is one to send."""
        for frame in self._frames:
            assert self.wire is not None
            self._scene.note(self, frame)
            self.wire.send(frame)
            return True
        return self._next_read()

    def _next_read(self) -> bool:
        assert self.wire is not None
        if not self._reads:
            self._reads.extend(self.core.take(self.wire.number, limits.CHUNK_BYTES))
        if not self._reads:
            return False
        read = self._reads.popleft()
        self._frames = self.core.answer(read, self._stock.chunk(read))
        return True

    def _root(self, file: int) -> None:
        self.do(self.core.root_found(file, self._scene.root(file), self._scene.clock.now))


class Stock:
    """What somebody can serve."""

    def __init__(self, scene: "Scene", whole: bool) -> None:
        self.held: dict[int, set[int]] = {}
        self.lies = False
        """Sends something else than it got, with a hash that fits."""
        self._scene = scene
        self.whole = whole
        self._hashed: Counter[int] = Counter()
        self._seen: set[tuple[int, int]] = set()

    def ranges(self) -> list[tuple[int, int, int]]:
        return [(file, c, c + 1) for file, held in self.held.items() for c in sorted(held)]

    def chunk(self, read: effects.Read) -> effects.Chunk | storing.Lost:
        if not self.whole and read.chunk not in self.held.get(read.file, ()):
            return storing.Lost(read.file, EndCode.VANISHED, "gone", detail="")
        if (read.file, read.chunk) not in self._seen:
            self._seen.add((read.file, read.chunk))
            self._hashed[read.file] += 1
        size = self._scene.entries[read.file].size
        root = self._scene.root(read.file) if self._hashed[read.file] == chunks.chunk_count(size) else None
        digest = b"x" * 32 if self.lies else digest_of(read.file, read.chunk)
        length = chunks.chunk_length(size, read.chunk)
        return effects.Chunk(KEPT[:length], digest, None if self.lies else root)


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
        self.got: Counter[str] = Counter()
        self.files: set[int] = set()
        self.here = True
        self.parts: dict[tuple[int, int], bytes] = {}
        self._sources = count(2)
        self._known: set[int] = set()
        self._told = 0
        scene.clock.after(limits.PROGRESS_S, self._tick)
        scene.clock.after(limits.HAVE_S, self._tell)

    def do(self, todo: list[effects.Effect]) -> None:
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


class Scene:
    """A sender behind one uplink, and receivers with uplinks of their own."""

    def __init__(
        self,
        sizes: list[int],
        *,
        mbit: float = 10.0,
        member_mbit: float = 100.0,
        delay_s: float = 0.01,
        connect_s: float = 1.0,
        swarm: bool = True,
        seed: int = 1,
    ) -> None:
        self.clock = Clock()
        self.chance = random.Random(seed)
        self.here = True
        self.entries = [Entry(path=f"f{i}", size=size) for i, size in enumerate(sizes)]
        self.bytes = sum(sizes)
        self.offer = Offer(files=len(sizes), folders=0, bytes=self.bytes, swarm=swarm)
        self.partial = Offer(files=len(sizes), folders=0, bytes=self.bytes, partial=True)
        self.uplink = Uplink(self.clock, mbit * MBIT)
        self.swarm: Swarm[Member] = Swarm()
        self.stock = Stock(self, whole=True)
        self.seeding = Seeding()
        self.members: list[Member] = []
        self.origins: dict[Member, Served] = {}
        self.data: Counter[str] = Counter()
        self.high_water = SHORT_BYTES
        self._member_rate = member_mbit * MBIT
        self._delay = delay_s
        self._connect_s = connect_s
        self._numbers = count()

    def root(self, file: int) -> bytes:
        return sha256(b"root %d" % file).digest()

    def join(self) -> Member:
        """One more receiver connects to the sender, if it is still there."""
        number = len(self.members)
        member = Member(self, number, Uplink(self.clock, self._member_rate), self.chance.getrandbits(32))
        self.members.append(member)
        member.receiver.expect(ORIGIN)
        origin = self.origins[member] = Served(self, self.uplink, self.offer, self.stock)
        origin.on_found = partial(self._helps, member)
        origin.on_end = partial(self._left, member)
        self.clock.after(self._connect_s * self.chance.uniform(0.5, 1.5), partial(self._link, origin, member, ORIGIN))
        if not self.here:
            self.clock.after(OPEN_S, partial(self._give_up, member, ORIGIN))
        return member

    def run(self, limit_s: float = 1000.0) -> None:
        """Until everybody has ended or left."""
        self.clock.run(limit_s, lambda: all(m.result is not None or not m.here for m in self.members))

    def vanish(self) -> None:
        """The sender is gone for good."""
        self.here = False
        for member in self.members:
            for wire in [wire for wire in member.wires.values() if wire.source == ORIGIN]:
                wire.cut()
            self.clock.after(OPEN_S, partial(self._give_up, member, ORIGIN))

    def lost(self, wire: Wire) -> None:
        """A link broke: the sender is met again, a helper given up."""
        if wire.source == ORIGIN:
            self.clock.after(self._connect_s, partial(self._link, wire.served, wire.member, ORIGIN))
        else:
            self.clock.after(OPEN_S, partial(self._give_up, wire.member, wire.source))

    def _give_up(self, member: Member, source: int) -> None:
        member.do(member.receiver.source_lost(source, TransferError("away", EndCode.VANISHED), self.clock.now))

    def opens(self, member: Member) -> None:
        """It has a code now."""
        self.clock.after(OPEN_S, lambda: member.do(member.receiver.help(str(member.number))))

    def found(self, member: Member, code: str) -> None:
        """It heard of a helper."""
        helper = self.members[int(code)]
        if helper.number in member._known or helper is member:
            return
        member._known.add(helper.number)
        source = member.draws()
        wait = self._connect_s * self.chance.uniform(0.5, 1.5)
        self.clock.after(wait, partial(self._meet, member, helper, source))

    def _meet(self, member: Member, helper: Member, source: int) -> None:
        if not helper.here:
            member.do(member.receiver.source_lost(source, TransferError("away", EndCode.VANISHED), self.clock.now))
        elif member.here and member.result is None:
            served = Served(self, helper.uplink, self.partial, helper.stock)
            helper.served.append(served)
            self._link(served, member, source)

    def _link(self, served: Served, member: Member, source: int) -> None:
        is_there = self.here or source != ORIGIN
        if not (is_there and member.here) or member.result is not None or served.ended or served.wire is not None:
            return
        number = next(self._numbers)
        served.wire = wire = member.wires[number] = Wire(number, source, served, member, self._delay)
        served.do(served.core.link_up(number, 0, FRAME, self.clock.now))
        member.do(member.receiver.link_up(number, 0, FRAME, self.clock.now, source))
        assert wire.open

    def _helps(self, member: Member, code: str) -> None:
        for whom, helper in self.swarm.helps(member, code):
            origin = self.origins[whom]
            origin.do(origin.core.helper(helper))

    def _left(self, member: Member) -> None:
        self.swarm.leaves(member)

    def note(self, served: Served, frame: frames.Frame) -> None:
        if isinstance(frame, frames.Data):
            self.data["sender" if served.uplink is self.uplink else "helpers"] += len(frame.payload)

    @property
    def copies(self) -> float:
        """What left the sender's uplink, as a multiple of the size."""
        return self.uplink.sent / self.bytes

    @property
    def took(self) -> float:
        """Until the last had everything."""
        return max(member.ended_at for member in self.members)


def digest_of(file: int, chunk: int) -> bytes:
    """What identifies a chunk here."""
    return sha256(b"%d %d" % (file, chunk)).digest()
