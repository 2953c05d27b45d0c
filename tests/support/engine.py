"""The two cores without any I/O: frames in two queues, files in dictionaries, and a choice of what happens next."""

from collections import deque
from collections.abc import Callable

from pypeer.errors import PeerError
from pypeer.events import Event
from pypeer.protocol import frames
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks, effects, manifest, merkle, names
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
        self.discarded: set[int] = set()
        self.resumed: set[int] = set()
        self.spoil: Callable[[int, int], bool] = lambda file, chunk: False
        self.refuses: set[int] = set()
        self.full_after: int | None = None

    def perform(self, effect: effects.StoreEffect) -> effects.StoreResult | None:
        """What the real store does, with the same answers."""
        match effect:
            case effects.Store(file, chunk, data, digest):
                return self._store(file, chunk, bytes(data), digest)
            case effects.Finish(file, root):
                return self._finish(file, root)
            case effects.Discard(file):
                self.discarded.add(file)
                self.parts.pop(file, None)
                return None
            case effects.Conclude():
                return effects.Concluded(("somewhere",))

    def _store(self, file: int, chunk: int, data: bytes, digest: bytes) -> effects.StoreResult:
        if self.full_after is not None:
            self.full_after -= 1
            if self.full_after < 0:
                return effects.Broken(EndCode.NO_SPACE, "full")
        if file in self.refuses:
            return effects.Lost(file, EndCode.UNWRITABLE, "no", chunk)
        if self.spoil(file, chunk) or merkle.chunk_hash(data, self.entries[file].size) != digest:
            return effects.Corrupt(file, chunk)
        self.parts.setdefault(file, {})[chunk] = data
        return effects.Stored(file, chunk)

    def _finish(self, file: int, root: bytes) -> effects.StoreResult:
        size = self.entries[file].size
        parts = self.parts.pop(file, {})
        data = b"".join(parts[chunk] for chunk in range(chunks.chunk_count(size)))
        if root_of(data) != root:
            resumed = file in self.resumed
            self.resumed.discard(file)
            return effects.Stale(file, resumed)
        self.files[file] = data
        return effects.Finished(file)


class World:
    """A sender, a receiver, and what is between them. Every method is one thing that may happen."""

    def __init__(self, entries: list[Entry], contents: dict[int, bytes], accept: bool = True) -> None:
        self.entries, self.contents, self.accept = entries, contents, accept
        self.sender = Sender(manifest.offer(entries, "title"), entries)
        self.receiver = Receiver()
        self.disk = Disk(entries)
        self.held: dict[int, Ranges] = {}
        self.lost: dict[int, EndCode] = {}
        self.now = 0.0
        self.up = False
        self.to_sender: deque[bytes] = deque()
        self.to_receiver: deque[bytes] = deque()
        self.todo: deque[effects.StoreEffect] = deque()
        self.reading: deque[tuple[effects.Read, effects.Chunk | effects.Lost]] = deque()
        self.roots: deque[int] = deque()
        self.steps: deque[effects.Effect] = deque()
        self.hashed: dict[int, dict[int, bytes]] = {}
        self.sent: list[Event] = []
        self.received: list[Event] = []
        self.sender_end: effects.Outcome | PeerError | None = None
        self.receiver_end: effects.Outcome | PeerError | None = None

    def connect(self, frame_bytes: int = 65536) -> None:
        """A new link opens; the old one is gone."""
        self.cut()
        self.up = True
        self.at_sender(self.sender.link_up(frame_bytes, self.now))
        self.at_receiver(self.receiver.link_up(frame_bytes, self.now))

    def cut(self) -> None:
        """The link breaks, and what is on it is lost."""
        self.up = False
        self.to_sender.clear()
        self.to_receiver.clear()
        self.at_sender(self.sender.link_lost(self.now))
        self.at_receiver(self.receiver.link_lost(self.now))

    def choices(self) -> list[Callable[[], None]]:
        """What can happen next."""
        options: list[tuple[object, Callable[[], None]]] = [
            (self.to_sender, self._deliver_to_sender),
            (self.to_receiver, self._deliver_to_receiver),
            (self.todo, self._store),
            (self.steps, self._step),
            (self.roots, self._find_root),
            (self.reading, self._answer),
            (self._can_take(), self._take),
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
                case effects.Send(frame):
                    self._to_receiver(frame)
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
                case effects.Send(frame):
                    if self.up:
                        self.to_sender.append(frames.encode(frame))
                case effects.Emit(event):
                    self.received.append(event)
                case effects.End(result):
                    assert self.receiver_end is None
                    self.receiver_end = result
                case effects.Store() | effects.Finish() | effects.Discard() | effects.Conclude():
                    self.todo.append(effect)
                case _:
                    self.steps.append(effect)

    def _to_receiver(self, frame: frames.Frame) -> None:
        if self.up:
            self.to_receiver.append(frames.encode(frame))

    def _deliver_to_sender(self) -> None:
        self.at_sender(self.sender.receive(self.to_sender.popleft(), self.now))

    def _deliver_to_receiver(self) -> None:
        self.at_receiver(self.receiver.receive(self.to_receiver.popleft(), self.now))

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
                self.at_receiver(self.receiver.prepared(self.held, self.now))

    def _problem(self) -> names.ManifestError | None:
        try:
            names.map_entries(self.receiver.entries)
        except names.ManifestError as error:
            return error
        return None

    def _can_take(self) -> bool:
        return bool(self.sender._queue) and not self.sender.ended and Paused.ME not in self.sender.paused

    def _take(self) -> None:
        for read in self.sender.take(300_000):
            self.reading.append((read, self._read(read.file, read.chunk)))

    def _answer(self) -> None:
        read, result = self.reading.popleft()
        if isinstance(result, effects.Lost):
            self.at_sender(self.sender.lost(result, self.now))
        for frame in self.sender.answer(read, result):
            self._to_receiver(frame)

    def _find_root(self) -> None:
        file = self.roots.popleft()
        count = chunks.chunk_count(self.entries[file].size)
        results = [self._read(file, chunk) for chunk in range(count)]
        lost = next((result for result in results if isinstance(result, effects.Lost)), None)
        self.at_sender(self.sender.root_found(file, lost or root_of(self.contents[file]), self.now))

    def _read(self, file: int, chunk: int) -> effects.Chunk | effects.Lost:
        if file in self.lost:
            return effects.Lost(file, self.lost[file], "gone")
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
