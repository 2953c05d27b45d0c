"""What the receiver has asked for on one link; sans-I/O."""

from dataclasses import dataclass, field

from pypeer.protocol.frames import Data, End, Request
from pypeer.transfer.subflow import Subflow, ViolationError


@dataclass(slots=True)
class Flight:
    """A request on its way: the chunk and what came of it."""

    file: int
    chunk: int
    length: int
    data: bytearray = field(default_factory=bytearray)
    """What came so far; not a list of parts, for a part may be one byte and a list of those forty times the chunk."""


class Asking(Subflow):
    """Requests made on one link, numbered there, and answered there."""

    def __init__(self, link: int, rank: int, frame_bytes: int) -> None:
        super().__init__(link, rank, frame_bytes)
        self.flights: dict[int, Flight] = {}
        self.roots: set[int] = set()
        """Files whose roots are asked for."""
        self.listing = False
        """A page of the manifest is asked for."""
        self.idle = False
        """The shell was told that this link has nothing to do."""
        self._stopped: set[int] = set()
        self._next_request = 0

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come. What was taken back may never be answered, and nobody waits for it."""
        return bool(self.flights or self.roots or self.listing)

    def request(self, flight: Flight) -> Request:
        """The frame that asks for a chunk."""
        frame = Request(self._next_request, flight.file, flight.chunk)
        self.flights[self._next_request] = flight
        self._next_request += 1
        return frame

    def take_back(self, file: int) -> dict[int, Flight]:
        """Nothing of this file is wanted any more: what is to be stopped, by request."""
        found = {request: flight for request, flight in self.flights.items() if flight.file == file}
        for request in found:
            del self.flights[request]
            self._stopped.add(request)
        return found

    def data(self, frame: Data) -> None:
        """A part of a chunk; raises ViolationError."""
        flight = self._flight(frame.request)
        if flight is None:
            return
        flight.data += frame.payload
        if len(flight.data) > flight.length:
            raise ViolationError(f"chunk {flight.chunk} of file {flight.file} is longer than {flight.length} bytes")

    def end(self, frame: End) -> Flight | None:
        """A chunk is there; None if it was taken back. Raises ViolationError."""
        flight = self.close(frame.request)
        if flight is not None and len(flight.data) != flight.length:
            raise ViolationError(f"chunk {flight.chunk} of file {flight.file} ends after {len(flight.data)} bytes")
        return flight

    def close(self, request: int) -> Flight | None:
        """No more comes for a request; None if it was taken back. Raises ViolationError."""
        flight = self._flight(request)
        if flight is None:
            self._stopped.discard(request)
        else:
            del self.flights[request]
        return flight

    def root(self, file: int) -> None:
        """The root of this file came; raises ViolationError."""
        if file not in self.roots:
            raise ViolationError(f"the root of file {file} was not asked for")
        self.roots.remove(file)

    def _flight(self, request: int) -> Flight | None:
        """The request that a frame answers; None if it was taken back."""
        flight = self.flights.get(request)
        if flight is None and request not in self._stopped:
            raise ViolationError(f"an answer to request {request}, which is not open")
        return flight
