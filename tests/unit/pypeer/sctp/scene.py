"""Two associations with a network of virtual time between them, which loses, delays, repeats and reorders."""

import heapq
import random
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from pypeer.sctp import chunks
from pypeer.sctp.association import Association
from pypeer.sctp.chunks import DATA_HEADER_BYTES, PACKET_HEADER_BYTES, Header
from pypeer.sctp.handshake import State

PORT = 5000
MOST = 256 * 1024
BINARY = 53
LONGEST_S = 3600.0


@dataclass
class Network:
    """One way of it: seconds, and parts of one. `queue` packets wait at most before `rate` bytes a second."""

    delay: float = 0.01
    loss: float = 0.0
    repeat: float = 0.0
    reorder: float = 0.0
    rate: float = 0.0
    queue: int = 100
    largest: int = 65_535
    down: bool = False


class Scene:
    """Both ends; `now` goes on as far as is asked for."""

    def __init__(self, there: Network | None = None, back: Network | None = None, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.ends = [Association(PORT, MOST, self.random.randbytes) for _ in range(2)]
        self.ways = [there or Network(), back or Network()]
        self.now = 0.0
        self.got: list[list[bytes]] = [[], []]
        self.sent = [0, 0]
        self.dropped = 0
        self._busy = [0.0, 0.0]
        self._numbers = count()
        self._flying: list[tuple[float, int, int, bytes]] = []

    def start(self, snap: bool = True) -> "Scene":
        """Begin at both ends."""
        inits = [end.local_init if snap else b"" for end in self.ends]
        for end, init in zip(self.ends, reversed(inits), strict=True):
            end.start(PORT, init, self.now)
        return self

    def send(self, end: int, messages: Iterable[bytes]) -> None:
        """Have these sent."""
        for message in messages:
            self.ends[end].send(BINARY, message)

    def run(self, seconds: float) -> None:
        """Let this much time pass."""
        until = self.now + seconds
        while (at := self.step(until)) < until:
            assert at < LONGEST_S, "it does not end"
        self.now = until

    def until_idle(self) -> float:
        """Until all that was sent has arrived; the seconds that took."""
        began = self.now
        while not all(end.is_idle for end in self.ends):
            assert all(end.state is not State.ENDED for end in self.ends), [end.why for end in self.ends]
            assert self.step(LONGEST_S) < LONGEST_S, "it does not end"
        return self.now - began

    def step(self, until: float) -> float:
        """Do what is due now, and go on to what is due next."""
        for number, end in enumerate(self.ends):
            end.flush(self.now)
            self._take(number, end)
        flying = self._flying[0][0] if self._flying else until
        self.now = max(self.now, min(until, flying, *(end.wake_at() for end in self.ends)))
        if self.now >= until:
            return self.now
        while self._flying and self._flying[0][0] <= self.now:
            _, _, to, packet = heapq.heappop(self._flying)
            self.ends[to].receive(packet, self.now)
        for number, end in enumerate(self.ends):
            end.tick(self.now)
            self.got[number] += [message for _, _, message in end.messages()]
        return self.now

    def deliver(self, packet: bytes, to: int) -> None:
        """Whatever the network does, this arrives."""
        self.ends[to].receive(packet, self.now)

    def _take(self, number: int, end: Association) -> None:
        packing = end.packing
        packets, packing.outgoing, probes, packing.probes = packing.outgoing, [], packing.probes, []
        for packet in (*packets, *probes):
            self.sent[number] += 1
            self._fly(number, packet)

    def _fly(self, number: int, packet: bytes) -> None:
        way, chance = self.ways[number], self.random.random
        if way.down or len(packet) > way.largest or chance() < way.loss:
            self.dropped += 1
            return
        leaves = self.now
        if way.rate:
            leaves = max(self.now, self._busy[number])
            if (leaves - self.now) * way.rate > way.queue * len(packet):
                self.dropped += 1
                return
            leaves = self._busy[number] = leaves + len(packet) / way.rate
        for _ in range(2 if chance() < way.repeat else 1):
            late = way.delay * chance() * 2 if chance() < way.reorder else 0.0
            heapq.heappush(self._flying, (leaves + way.delay + late, next(self._numbers), 1 - number, packet))


def tag_of(end: Association) -> int:
    """The tag that packets for this end need."""
    return int.from_bytes(end.local_init[4:8], "big")


def payload_of(packet: bytes) -> bytes:
    """Of a packet with one DATA chunk."""
    return packet[PACKET_HEADER_BYTES + DATA_HEADER_BYTES :]


def established(**there: float | bool) -> Scene:
    """Two that have met."""
    scene = Scene(Network(**there)).start()  # type: ignore[arg-type]
    scene.run(0.01)
    assert [end.state for end in scene.ends] == [State.ESTABLISHED] * 2
    return scene


def packet(scene: Scene, to: int, *parts: bytes, tag: int | None = None) -> bytes:
    """A packet for one of the ends."""
    return Header(PORT, PORT, tag_of(scene.ends[to]) if tag is None else tag).packet(parts)


def said(end: Association, now: float) -> list[int]:
    """Types of chunks that leave now."""
    end.flush(now)
    packets, end.packing.outgoing = end.packing.outgoing, []
    return [chunk.kind for each in packets for chunk in chunks.parse(each)]
