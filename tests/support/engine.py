"""The two cores without any I/O: frames in queues, files in dictionaries, and a choice of what happens next."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from msgspec.structs import replace

from pypeer.errors import PeerError
from pypeer.events import Event
from pypeer.protocol import frames
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, effects, manifest, merkle, names, storing
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.party import Paused
from pypeer.transfer.receiver import Receiver
from pypeer.transfer.sender import Sender


class Disk:
    """Files of the receiver. Faults: `spoil` changes a chunk before it is verified, `refuses` cannot be written."""

    def __init__(self, entries: list[Entry]) -> None:
        self.entries = entries
        self.parts: dict[int, dict[int, bytes]] = {}
        self.files: dict[int, bytes] = {}
        self.written: Counter[tuple[int, int]] = Counter()
        """How often each chunk was stored."""
        self.discarded: set[int] = set()
        self.resumed: set[int] = set()
        self.bases: dict[int, bytes] = {}
        """Other versions of files."""
        self.kept: set[tuple[int, int]] = set()
        """Chunks that were taken from those."""
        self.spoil: Callable[[int, int], bool] = lambda file, chunk: False
        self.refuses: set[int] = set()
        self.full_after: int | None = None

    def perform(self, effect: storing.StoreEffect) -> storing.StoreResult | None:
        """What the real store does, with the same answers."""
        match effect:
            case storing.Store(file, chunk, data, digest):
                return self._store(file, chunk, bytes(data), digest)
            case storing.Reuse(file, chunk, digest):
                return self._reuse(file, chunk, digest)
            case storing.Finish(file, root):
                return self._finish(file, root)
            case storing.Discard(file):
                self.discarded.add(file)
                self.parts.pop(file, None)
                return None
            case storing.Conclude():
                return storing.Concluded(("somewhere",))

    @property
    def here(self) -> dict[int, int]:
        """How many chunks of each file its other version has."""
        steps = {file: chunks.chunk_bytes(self.entries[file].size) for file in self.bases}
        return {file: -(-len(base) // steps[file]) for file, base in self.bases.items()}

    def _reuse(self, file: int, chunk: int, digest: bytes) -> storing.StoreResult:
        size = self.entries[file].size
        start = chunk * chunks.chunk_bytes(size)
        data = self.bases[file][start : start + chunks.chunk_length(size, chunk)]
        if merkle.chunk_hash(data, size) != digest:
            return storing.Differs(file, chunk)
        self.kept.add((file, chunk))
        result = self._store(file, chunk, data, digest)
        return replace(result, was_here=True) if isinstance(result, storing.Stored) else result

    def _store(self, file: int, chunk: int, data: bytes, digest: bytes) -> storing.StoreResult:
        if self.full_after is not None:
            self.full_after -= 1
            if self.full_after < 0:
                return storing.Broken(EndCode.NO_SPACE, "full")
        if file in self.refuses:
            return storing.Lost(file, EndCode.UNWRITABLE, "no", chunk)
        if self.spoil(file, chunk) or merkle.chunk_hash(data, self.entries[file].size) != digest:
            return storing.Corrupt(file, chunk)
        self.parts.setdefault(file, {})[chunk] = data
        self.written[file, chunk] += 1
        return storing.Stored(file, chunk)

    def _finish(self, file: int, root: bytes) -> storing.StoreResult:
        size = self.entries[file].size
        parts = self.parts.pop(file, {})
        data = b"".join(parts[chunk] for chunk in range(chunks.chunk_count(size)))
        if root_of(data) != root:
            resumed = file in self.resumed
            self.resumed.discard(file)
            return storing.Stale(file, resumed)
        self.files[file] = data
        return storing.Finished(file)


@dataclass(eq=False)
class Wire:
    """A link between the two; each end may notice at another time that it is no more."""

    number: int
    to_sender: deque[bytes] = field(default_factory=deque)
    to_receiver: deque[bytes] = field(default_factory=deque)
    reading: deque[tuple[effects.Read, effects.Chunk | storing.Lost]] = field(default_factory=deque)
    broken: bool = False
    closing: bool = False
    """The receiver's owner closes it; what was said before still arrives."""
    at_sender: bool = True
    at_receiver: bool = True


class World:
    """A sender, a receiver, and what is between them. Every method is one thing that may happen."""

    def __init__(self, entries: list[Entry], contents: dict[int, bytes], accept: bool = True) -> None:
        self.entries, self.contents, self.accept = entries, contents, accept
        self._chunks = sum(chunks.chunk_count(entry.size) for entry in entries)
        self.sender = Sender(manifest.offer(entries, "title"), entries)
        self.receiver = Receiver()
        self.disk = Disk(entries)
        self.held: dict[int, Ranges] = {}
        self.lost: dict[int, EndCode] = {}
        self.now = 0.0
        self.wires: dict[int, Wire] = {}
        self.made = 0
        self.todo: deque[storing.StoreEffect] = deque()
        self.roots: deque[int] = deque()
        self.steps: deque[effects.Effect] = deque()
        self.hashed: dict[int, dict[int, bytes]] = {}
        self.sent: list[Event] = []
        self.received: list[Event] = []
        self.asked: Counter[tuple[int, int]] = Counter()
        """How often each chunk was asked for."""
        self.hasty = 0
        """How many were asked for again while others had not been asked for at all."""
        self.idle: list[int] = []
        self.sender_end: effects.Outcome | PeerError | None = None
        self.receiver_end: effects.Outcome | PeerError | None = None

    @property
    def up(self) -> bool:
        """Whether there is a link that works."""
        return any(not wire.broken and not wire.closing for wire in self.wires.values())

    def connect(self, frame_bytes: int = 65536) -> None:
        """A new link opens; the old ones are gone."""
        self.cut()
        self.open(0, frame_bytes)

    def open(self, rank: int, frame_bytes: int = 65536) -> int:
        """A new link opens beside those that there are."""
        number = self.made
        self.made += 1
        self.wires[number] = Wire(number)
        self.at_sender(self.sender.link_up(number, rank, frame_bytes, self.now))
        self.at_receiver(self.receiver.link_up(number, rank, frame_bytes, self.now))
        return number

    def cut(self) -> None:
        """All links break, what is on them is lost, and both sides notice."""
        for wire in tuple(self.wires.values()):
            self.break_link(wire.number)
            self._gone_at_sender(wire)
            self._gone_at_receiver(wire)

    def break_link(self, number: int) -> None:
        """A link breaks, and what is on it is lost; the two sides notice some time."""
        wire = self.wires[number]
        wire.broken = True
        wire.to_sender.clear()
        wire.to_receiver.clear()

    def close(self, number: int) -> None:
        """The receiver's owner closes a link: what the receiver said there is still heard."""
        self.wires[number].closing = True

    def pause(self, at_sender: bool) -> None:
        """One of the two persons wants it to wait."""
        if at_sender:
            self.at_sender(self.sender.pause(self.now))
        else:
            self.at_receiver(self.receiver.pause(self.now))

    def resume(self) -> None:
        """Both want it to go on."""
        self.at_sender(self.sender.resume(self.now))
        self.at_receiver(self.receiver.resume(self.now))

    def choices(self) -> list[Callable[[], None]]:
        """What can happen next."""
        options: list[tuple[object, Callable[[], None]]] = []
        for wire in self.wires.values():
            options += [
                (wire.to_sender, partial(self._deliver_to_sender, wire)),
                (wire.to_receiver, partial(self._deliver_to_receiver, wire)),
            ]
        options += [(self.todo, self._store), (self.steps, self._step), (self.roots, self._find_root)]
        for wire in self.wires.values():
            gone = wire.broken or (wire.closing and not wire.to_sender)
            options += [
                (wire.reading, partial(self._answer, wire)),
                (self._can_take(wire), partial(self._take, wire)),
                (gone and wire.at_sender, partial(self._gone_at_sender, wire)),
                (gone and wire.at_receiver, partial(self._gone_at_receiver, wire)),
            ]
        return [action for possible, action in options if possible]

    def run(self) -> None:
        """Let everything happen, in a fixed order."""
        while choices := self.choices():
            self.now += 0.01
            choices[0]()

    def at_sender(self, todo: list[effects.Effect]) -> None:
        """Do what the sender wants."""
        for effect in todo:
            match effect:
                case effects.Send(link, frame):
                    self._to_receiver(self.wires[link], frame)
                case effects.Emit(event):
                    self.sent.append(event)
                case effects.End(result):
                    assert self.sender_end is None
                    self.sender_end = result
                case effects.FindRoot(file):
                    self.roots.append(file)
                case _:
                    assert isinstance(effect, effects.Wake)

    def at_receiver(self, todo: list[effects.Effect]) -> None:
        """Do what the receiver wants."""
        for effect in todo:
            match effect:
                case effects.Send(link, frame):
                    self._to_sender(self.wires[link], frame)
                case effects.Emit(event):
                    self.received.append(event)
                case effects.End(result):
                    assert self.receiver_end is None
                    self.receiver_end = result
                case effects.Drawn():
                    pass
                case effects.Idle(link):
                    self.idle.append(link)
                case storing.Store() | storing.Reuse() | storing.Finish() | storing.Discard() | storing.Conclude():
                    self.todo.append(effect)
                case _:
                    self.steps.append(effect)

    def _to_receiver(self, wire: Wire, frame: frames.Frame) -> None:
        if not wire.broken:
            wire.to_receiver.append(frames.encode(frame))

    def _to_sender(self, wire: Wire, frame: frames.Frame) -> None:
        if isinstance(frame, frames.Request):
            self._note(frame.file, frame.chunk)
        if not wire.broken and not wire.closing:
            wire.to_sender.append(frames.encode(frame))

    def _note(self, file: int, chunk: int) -> None:
        self.asked[file, chunk] += 1
        self.hasty += self.asked[file, chunk] > 1 and len(self.asked) < self._chunks

    def _deliver_to_sender(self, wire: Wire) -> None:
        frame = wire.to_sender.popleft()
        if wire.at_sender:
            self.at_sender(self.sender.receive(wire.number, frame, self.now))

    def _deliver_to_receiver(self, wire: Wire) -> None:
        frame = wire.to_receiver.popleft()
        if wire.at_receiver:
            self.at_receiver(self.receiver.receive(wire.number, frame, self.now))

    def _gone_at_sender(self, wire: Wire) -> None:
        wire.at_sender = False
        wire.reading.clear()
        self.at_sender(self.sender.link_lost(wire.number, self.now))
        self._forget(wire)

    def _gone_at_receiver(self, wire: Wire) -> None:
        wire.at_receiver = False
        self.at_receiver(self.receiver.link_lost(wire.number, self.now))
        self._forget(wire)

    def _forget(self, wire: Wire) -> None:
        if not wire.at_sender and not wire.at_receiver:
            self.wires.pop(wire.number, None)

    def _store(self) -> None:
        result = self.disk.perform(self.todo.popleft())
        if result is not None:
            self.at_receiver(self.receiver.stored(result, self.now))

    def _step(self) -> None:
        match self.steps.popleft():
            case effects.Examine():
                self.at_receiver(self.receiver.examined(self._problem(), self.now))
            case effects.Decide():
                self.at_receiver(self.receiver.decided(self.accept, self.now))
            case effect:
                assert isinstance(effect, effects.Prepare)
                self.at_receiver(self.receiver.prepared(self.held, self.now, here=self.disk.here))

    def _problem(self) -> names.ManifestError | None:
        try:
            names.map_entries(self.receiver.entries)
        except names.ManifestError as error:
            return error
        return None

    def _can_take(self, wire: Wire) -> bool:
        flow = self.sender._links.get(wire.number)
        wanted = flow is not None and (flow.queue or flow.probes)
        return bool(wanted) and not self.sender.ended and Paused.ME not in self.sender.paused

    def _take(self, wire: Wire) -> None:
        reads = self.sender.take(wire.number, 300_000, bare=True) or self.sender.take(wire.number, 300_000)
        for read in reads:
            wire.reading.append((read, self._read(read.file, read.chunk)))

    def _answer(self, wire: Wire) -> None:
        read, result = wire.reading.popleft()
        if isinstance(result, storing.Lost):
            self.at_sender(self.sender.lost(result, self.now))
        for frame in self.sender.answer(read, result):
            self._to_receiver(wire, frame)

    def _find_root(self) -> None:
        file = self.roots.popleft()
        count = chunks.chunk_count(self.entries[file].size)
        results = [self._read(file, chunk) for chunk in range(count)]
        lost = next((result for result in results if isinstance(result, storing.Lost)), None)
        self.at_sender(self.sender.root_found(file, lost or root_of(self.contents[file]), self.now))

    def _read(self, file: int, chunk: int) -> effects.Chunk | storing.Lost:
        if file in self.lost:
            return storing.Lost(file, self.lost[file], "gone")
        data, step = self.contents[file], chunks.chunk_bytes(self.entries[file].size)
        part = data[chunk * step : (chunk + 1) * step]
        hashed = self.hashed.setdefault(file, {})
        hashed[chunk] = merkle.chunk_hash(part, len(data))
        whole = len(hashed) == chunks.chunk_count(len(data))
        return effects.Chunk(part, hashed[chunk], root_of(data) if whole else None)


def root_of(data: bytes) -> bytes:
    """The root of a file with this content."""
    step = chunks.chunk_bytes(len(data))
    hashes = (merkle.chunk_hash(data[at : at + step], len(data)) for at in range(0, len(data), step))
    return merkle.file_root(b"".join(hashes), len(data))
