"""Links with a rate and a delay, and a fetch over them, in simulated time: no task, no socket, no waiting."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count

from pypeer.protocol import frames
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks
from pypeer.transfer.asking import Asking
from pypeer.transfer.effects import Send
from pypeer.transfer.fetch import Fetch
from pypeer.transfer.storing import Corrupt, Store, Stored
from pypeer.transfer.subflow import Stage

MBIT = 1_000_000 / 8
FRAME = 65_536
TICK_S = 0.25


@dataclass(eq=False)
class Road:
    """A link: bytes a second, seconds there and back, and whether anything gets through."""

    rate: float
    delay: float
    flow: Asking
    free_at: float = 0.0
    mute: bool = False
    stopped: set[int] = field(default_factory=set)
    lies: bool = False


class Roads:
    """A fetch of one file over several links; `now` is simulated."""

    def __init__(self, size: int, count_missing: int | None = None) -> None:
        """Only so many chunks of the file are missing."""
        missing = {} if count_missing is None else {0: ((0, count_missing),)}
        self.now = 0.0
        self.flows: dict[int, Asking] = {}
        self.roads: dict[int, Road] = {}
        self.fetch = Fetch([Entry(path="f", size=size)], missing, self.flows)
        self.size = size
        self.received = 0
        """Bytes that came, of whatever."""
        self.pauses: list[float] = []
        """Seconds between chunks that were stored, as long as a tenth."""
        self.peak = 0
        self._stored_at = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        self.after(TICK_S, self._tick)

    @property
    def goodput(self) -> float:
        """Bytes a second so far."""
        return self.fetch.tally.stored_bytes / self.now

    def open(self, mbit: float, delay: float, rank: int = 0, source: int = 0, frame: int = FRAME) -> int:
        """A link opens, and is asked on at once."""
        number = len(self.roads)
        flow = Asking(number, rank, frame, source)
        flow.stage = Stage.SERVING
        self.roads[number] = Road(mbit * MBIT, delay, flow)
        self.flows[number] = flow
        self.after(0, self._pump)
        return number

    def close(self, number: int) -> None:
        """A link closes; what is on it is lost."""
        flow = self.flows.pop(number)
        self.fetch.link_lost(flow)
        self._pump()

    def after(self, seconds: float, what: Callable[[], None]) -> None:
        """Do this later."""
        heapq.heappush(self._events, (self.now + seconds, next(self._order), what))

    def run(self, until: float = 1000.0) -> None:
        """Let time pass until then, or until all is there."""
        while not self._done and self._events and self._events[0][0] <= until:
            self.now, _, what = heapq.heappop(self._events)
            what()
        self.now = self.now if self._done else until

    @property
    def _done(self) -> bool:
        return self.fetch.tally.stored_bytes == self.size

    def _tick(self) -> None:
        self._pump()
        self.after(TICK_S, self._tick)

    def _pump(self) -> None:
        self.fetch.pump(list(self.flows.values()), self.now)
        window = self.fetch._pulling.window
        self.peak = max(self.peak, window.bytes)
        effects = self.fetch.take(self.now)
        for effect in effects:
            if isinstance(effect, Send):
                self._said(self.roads[effect.link], effect.frame)
            elif isinstance(effect, Store):
                self.after(0.002, partial(self._store, effect))

    def _said(self, road: Road, frame: frames.Frame) -> None:
        if isinstance(frame, frames.Stop):
            road.stopped.add(frame.request)
        elif isinstance(frame, frames.Request):
            self.after(road.delay / 2, partial(self._serve, road, frame))

    def _serve(self, road: Road, frame: frames.Request) -> None:
        """The sender has it in its queue now."""
        length = chunks.chunk_length(self.size, frame.chunk)
        at = max(self.now, road.free_at)
        for start in range(0, length, FRAME):
            part = min(FRAME, length - start)
            at += part / road.rate
            data = frames.Data(frame.request, memoryview(bytes(part)))
            self.after(at - self.now + road.delay / 2, partial(self._arrive, road, data))
        road.free_at = at
        end = frames.End(frame.request, bytes([road.lies] * 32))
        self.after(at - self.now + road.delay / 2, partial(self._arrive, road, end))

    def _arrive(self, road: Road, frame: frames.Data | frames.End) -> None:
        """What was stopped comes all the same: it was on its way already."""
        flow = self.flows.get(road.flow.link)
        if flow is None or road.mute or (isinstance(frame, frames.End) and frame.request in road.stopped):
            return
        if isinstance(frame, frames.Data):
            self.received += len(frame.payload)
            if flow.data(frame, self.now):
                self._pump()
        else:
            self.fetch.end(flow, frame, self.now)
            self._pump()

    def _store(self, effect: Store) -> None:
        """A hash that is not zero is wrong."""
        if any(effect.hash):
            self.fetch.corrupt(Corrupt(effect.file, effect.chunk))
        else:
            self.fetch.stored(Stored(effect.file, effect.chunk))
            if self.now - self._stored_at > 0.1:
                self.pauses.append(self.now - self._stored_at)
            self._stored_at = self.now
        self._pump()
