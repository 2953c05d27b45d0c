"""The lines of a swarm in virtual time: a clock, uplinks that several links share, and links that break."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING

from pypeer.protocol import frames

if TYPE_CHECKING:
    from tests.support.swarm_member import Member
    from tests.support.swarm_serving import Served


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
        """From who serves."""
        data = frames.encode(frame)
        self.queue.append(data)
        self.buffered += len(data)
        self.served.uplink.offer(self)

    def reply(self, frame: frames.Frame) -> None:
        """From who asks."""
        data = frames.encode(frame)
        self.member.scene.clock.after(self.delay, partial(self._heard, data))

    def arrive(self, data: bytes) -> None:
        """A frame has come to who asks."""
        if self.open:
            self.member.do(self.member.receiver.receive(self.number, data, self.member.scene.clock.now))

    def feed(self) -> None:
        """There is room for more."""
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
