"""Who serves in a swarm of virtual time: a sender's core, and what its shell would do for it. Contents are made up."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from pypeer.protocol import frames, limits
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Offer
from pypeer.transfer import chunks, effects, storing
from pypeer.transfer.sender import Sender
from tests.support.swarm_line import Uplink, Wire

if TYPE_CHECKING:
    from tests.support.swarm_scene import Scene

KEPT: Final = memoryview(bytes(limits.CHUNK_BYTES))
"""What is sent of every chunk."""


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
        """Carry out what the core wants."""
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
        """What is here of each file."""
        return [(file, c, c + 1) for file, held in self.held.items() for c in sorted(held)]

    def chunk(self, read: effects.Read) -> effects.Chunk | storing.Lost:
        """What is read; the root of a file comes with the last of its chunks."""
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


def digest_of(file: int, chunk: int) -> bytes:
    """What identifies a chunk here."""
    return sha256(b"%d %d" % (file, chunk)).digest()
