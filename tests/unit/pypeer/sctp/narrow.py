"""Several associations that share one narrow line, in virtual time: a drop-tail queue, and a delay behind it."""

import heapq
import random
from itertools import count

from pypeer.sctp.association import Association
from tests.unit.pypeer.sctp.scene import BINARY, MOST, PORT

MESSAGE = bytes(65_536)
WAITING_BYTES = 256 * 1024
"""What each sender keeps ready, so that it is never short of data."""

HEADERS_BYTES = 65
"""Of IPv4, UDP and DTLS on each packet."""


class Narrow:
    """`flows` senders from one side to the other; rate in bytes a second, times in seconds, queue in bytes."""

    def __init__(self, flows: int, rate: float = 1_250_000, rtt: float = 0.04, queue: int = 50_000) -> None:
        chance = random.Random(7)
        self.senders = [Association(PORT, MOST, chance.randbytes) for _ in range(flows)]
        self.receivers = [Association(PORT, MOST, chance.randbytes) for _ in range(flows)]
        self.arrived = [0] * flows
        """Bytes of packets that came to each receiver."""
        self.waited: list[float] = []
        """In the queue, each packet."""
        self.now = 0.0
        self._active: set[int] = set()
        self._rate, self._rtt, self._queue = rate, rtt, queue
        self._free_at = 0.0
        self._numbers = count()
        self._flying: list[tuple[float, int, Association, bytes, int]] = []

    def start(self, flow: int) -> Association:
        """One begins to send."""
        near, far = self.senders[flow], self.receivers[flow]
        near.start(PORT, far.local_init, self.now)
        far.start(PORT, near.local_init, self.now)
        self._active.add(flow)
        return near

    def stop(self, flow: int) -> None:
        """It sends nothing more."""
        self._active.discard(flow)

    def run(self, seconds: float) -> list[float]:
        """Let this much time pass; what came to each receiver meanwhile, as part of what the line carries."""
        until, before = self.now + seconds, list(self.arrived)
        while self._step(until) < until:
            pass
        self.now = until
        return [(now - then) / seconds / self._rate for now, then in zip(self.arrived, before, strict=True)]

    def _step(self, until: float) -> float:
        for flow in self._active:
            self._send(flow)
        wakes = [self.senders[flow].wake_at() for flow in self._active]
        wakes += [self.receivers[flow].wake_at() for flow in self._active]
        at = min(until, *wakes, self._flying[0][0] if self._flying else until)
        self.now = max(self.now, at)
        while self._flying and self._flying[0][0] <= self.now:
            _, _, to, packet, flow = heapq.heappop(self._flying)
            to.receive(packet, self.now)
            if to is self.receivers[flow]:
                self.arrived[flow] += len(packet) + HEADERS_BYTES
                to.messages()
        for flow in self._active:
            for end in (self.senders[flow], self.receivers[flow]):
                if end.wake_at() <= self.now:
                    end.tick(self.now)
        return at

    def _send(self, flow: int) -> None:
        near, far = self.senders[flow], self.receivers[flow]
        while near.queued < WAITING_BYTES:
            near.send(BINARY, MESSAGE)
        for end in (near, far):
            end.flush(self.now)
        for packet in near.packing.outgoing:
            self._through(flow, packet)
        for packet in far.packing.outgoing:
            heapq.heappush(self._flying, (self.now + self._rtt / 2, next(self._numbers), near, packet, flow))
        for end in (near, far):
            end.packing.outgoing.clear()
            end.packing.probes.clear()

    def _through(self, flow: int, packet: bytes) -> None:
        size = len(packet) + HEADERS_BYTES
        waits = max(0.0, self._free_at - self.now)
        if waits * self._rate + size > self._queue:
            return
        self.waited.append(waits)
        self._free_at = self.now + waits + size / self._rate
        heapq.heappush(
            self._flying,
            (self._free_at + self._rtt / 2, next(self._numbers), self.receivers[flow], packet, flow),
        )
