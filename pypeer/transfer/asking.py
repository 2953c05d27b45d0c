"""What the receiver has asked for on one link; sans-I/O."""

from dataclasses import dataclass, field

from pypeer.protocol.frames import Data, End, Probe, Request
from pypeer.transfer.pace import Pace
from pypeer.transfer.subflow import Subflow, ViolationError


@dataclass(slots=True, eq=False)
class Flight:
    """A request on its way: the chunk and what came of it."""

    file: int
    chunk: int
    length: int
    data: bytearray | memoryview = field(default_factory=bytearray)
    """What came so far; not a list of parts, for a part may be one byte and a list of those forty times the chunk. What
    came as a whole is not copied."""
    request: int = 0
    asked_at: float = 0.0
    delivered: int = 0
    """What had come on its link when it was asked for."""
    alone: bool = False
    """Nothing else was on its way then."""
    bare: bool = False
    """Only its hash is asked for."""
    twin: "tuple[Asking, Flight] | None" = None
    """The same chunk, on its way on another link."""


class Asking(Subflow):
    """Requests made on one link, numbered there, and answered there."""

    def __init__(self, link: int, rank: int, frame_bytes: int, source: int = 0) -> None:
        super().__init__(link, rank, frame_bytes, source)
        self.pace = Pace()
        self.flights: dict[int, Flight] = {}
        self.awaited = 0
        """Bytes of all flights that have not come."""
        self.roots: set[int] = set()
        """Files whose roots are asked for."""
        self.vouches: dict[int, tuple[int, int]] = {}
        """Files and chunks that another sends, of which the hash is asked for here, by request."""
        self.listing = False
        """A page of the manifest is asked for."""
        self.idle = False
        """The shell was told that this link has nothing to do."""
        self._stopped: set[int] = set()
        self._next_request = 0

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come. What was taken back may never be answered, and nobody waits for it."""
        return bool(self.flights or self.roots or self.vouches or self.listing)

    def has_room(self, length: int, chunk: int, now: float) -> bool:
        """Whether one more request of this length may be on its way; `chunk` is the size of chunks of its file."""
        return not self.flights or self.awaited + length <= self.pace.window(chunk, now)

    def is_stalled(self, now: float) -> bool:
        """Whether something is awaited that should have come by now."""
        return bool(self.flights) and self.pace.is_stalled(self.frame_bytes, now)

    def request(self, flight: Flight, now: float) -> Request | Probe:
        """The frame that asks for a chunk, or for its hash."""
        flight.request = self._next_request
        flight.asked_at, flight.delivered, flight.alone = now, self.pace.delivered, not self.flights
        self.pace.asked(flight.alone, now)
        self._next_request += 1
        self.flights[flight.request] = flight
        self.awaited += flight.length
        return (Probe if flight.bare else Request)(flight.request, flight.file, flight.chunk)

    def ask_hash(self, file: int, chunk: int) -> Probe:
        """The frame that asks for the hash of what another sends."""
        request, self._next_request = self._next_request, self._next_request + 1
        self.vouches[request] = (file, chunk)
        return Probe(request, file, chunk)

    def asked_by(self, request: int) -> tuple[int, int] | None:
        """File and chunk that this request asks for, or for whose hash."""
        flight = self.flights.get(request)
        return self.vouches.get(request) if flight is None else (flight.file, flight.chunk)

    def take_back(self, flight: Flight) -> None:
        """Nobody waits for this any more; whatever still comes of it is ignored."""
        self._remove(flight)
        self._stopped.add(flight.request)

    def data(self, frame: Data, now: float) -> bool:
        """A part of a chunk: whether it tells how long an answer takes. Raises ViolationError."""
        self.pace.heard(len(frame.payload), now)
        flight = self._flight(frame.request)
        if flight is None:
            return False
        first = flight.alone and not flight.data
        if len(flight.data) + len(frame.payload) > flight.length:
            raise ViolationError(f"chunk {flight.chunk} of file {flight.file} is longer than {flight.length} bytes")
        self.awaited -= len(frame.payload)
        if isinstance(flight.data, bytearray) and len(frame.payload) < flight.length:
            flight.data += frame.payload
        else:
            flight.data = frame.payload
        if first:
            self.pace.answered(flight.asked_at, now)
        return first

    def end(self, frame: End, now: float) -> Flight | None:
        """A chunk is there; None if it was taken back. Raises ViolationError."""
        flight = self.close(frame.request)
        if flight is None:
            return None
        if len(flight.data) != flight.length:
            raise ViolationError(f"chunk {flight.chunk} of file {flight.file} ends after {len(flight.data)} bytes")
        if flight.bare:
            self.pace.heard(0, now)
        self.pace.landed(flight.delivered, flight.asked_at, now)
        return flight

    def close(self, request: int) -> Flight | None:
        """No more comes for a request; None if it was taken back. Raises ViolationError."""
        flight = self._flight(request)
        if flight is None:
            self._stopped.discard(request)
        else:
            self._remove(flight)
        return flight

    def root(self, file: int) -> None:
        """The root of this file came; raises ViolationError."""
        if file not in self.roots:
            raise ViolationError(f"the root of file {file} was not asked for")
        self.roots.remove(file)

    def _remove(self, flight: Flight) -> None:
        del self.flights[flight.request]
        self.awaited -= flight.length - len(flight.data)

    def _flight(self, request: int) -> Flight | None:
        """The request that a frame answers; None if it was taken back."""
        flight = self.flights.get(request)
        if flight is None and request not in self._stopped:
            raise ViolationError(f"an answer to request {request}, which is not open")
        return flight
