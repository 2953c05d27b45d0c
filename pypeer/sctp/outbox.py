"""What is to leave: messages, cut into pieces that fit a packet, as fast as path and receiver allow (RFC 9260, 6.1)."""

from collections import deque
from math import inf
from typing import Final, NamedTuple

from pypeer.octets import Lasting
from pypeer.sctp import chunks
from pypeer.sctp.chunks import BEGIN, DATA_HEADER_BYTES, END, IMMEDIATE, Sack
from pypeer.sctp.control import FOREGROUND, MakeController
from pypeer.sctp.flight import Flight, Piece
from pypeer.sctp.inbox import WRAP
from pypeer.sctp.timing import Pace, RoundTrip

STREAM: Final = 0
"""The one stream of a link."""

SMALL_SEGMENTS: Final = 4
"""In such a window each packet counts; in larger ones others follow soon, and most acknowledgements can wait."""

STUCK_TIME_OUTS: Final = 16
"""Time-outs in a row after which larger packets are given up, a minute and a half: where a fifth of all is lost each
way, a third of the attempts fail by chance, and eight in a row were seen to."""


class Message(NamedTuple):
    """A message that waits: its beginning, which is short, the rest, and how long they are together."""

    protocol: int
    head: bytes
    body: memoryview
    size: int

    def part(self, start: int, size: int) -> Lasting:
        """So many bytes of it; only where the two meet they are copied."""
        at = start - len(self.head)
        if at >= 0:
            return self.body[at : at + size]
        return self.head[start : start + size] + self.body[: max(0, at + size)]


class Outbox:
    """`first` is the number to begin with, `room` what a packet has for chunks, `window` what the receiver takes."""

    def __init__(self, first: int, room: int, window: int) -> None:
        self.queued = 0
        """Bytes of messages that have not left."""
        self._base = self._piece = room - DATA_HEADER_BYTES
        self._queue: deque[Message] = deque()
        self._offset = 0
        self._sequence = 0
        self._flight = Flight(first)
        self._make_control: MakeController = FOREGROUND
        self._control = self._make_control(self._piece)
        self._pace = Pace(self._piece)
        self._window = window
        self._limited = False
        self._recover = self._round = first - 1
        self._restarts_at = 0.0
        """The time-out counts from here: the last sending into an empty flight, or the last progress."""
        self._probed = False
        self._time_outs = 0
        """Since something was acknowledged."""

    @property
    def is_empty(self) -> bool:
        """Whether all that was put in has arrived."""
        return not self._queue and not len(self._flight)

    def put(self, protocol: int, message: bytes, rest: Lasting = b"") -> None:
        """Queue a message, which must not be empty and may be in two parts, so that a long one need not be copied."""
        head, body = (message, rest) if len(rest) else (b"", message)
        size = len(head) + len(body)
        self._queue.append(Message(protocol, head, memoryview(body), size))
        self.queued += size

    def acknowledged(self, sack: Sack, now: float) -> None:
        """An acknowledgement came."""
        flight = self._flight
        arrived = flight.acknowledge(sack, now)
        self._window = sack.window
        if arrived:
            self._progressed(arrived, now)
        lost = flight.find_lost(now)
        if lost > self._recover:
            self._recover = flight.next - 1
            self._control.lost(now)

    def begin(self, now: float) -> None:
        """Packets are about to be filled."""
        rtt = self._flight.round_trip.smoothed
        self._pace.update(self._control.window, rtt, self._control.slow_start, now)

    def next(self, room: int, now: float) -> bytes | None:
        """The next chunk, of `room` bytes at most; None if there is none, or it has to wait, or does not fit."""
        flight = self._flight
        piece = flight.lost
        if piece is None and not self._queue:
            self._limited = False
            return None
        if flight.bytes >= self._control.window:
            self._limited = True
            return None
        if not self._pace.may_send:
            return None
        if piece is None:
            piece = self._cut(room)
        elif len(piece.chunk) > room:
            return None
        return None if piece is None else self._send(piece, now)

    def wake_at(self) -> float:
        """When to call `tick`; infinity if there is nothing to wait for."""
        flight = self._flight
        if not len(flight):
            return inf
        return min(flight.reorders_at, self._restarts_at + self._patience())

    def pace_wait(self) -> float:
        """Seconds after which more may leave; infinity if it is not the pace that keeps it."""
        held = self._queue or self._flight.lost is not None
        return self._pace.wait if held and not self._pace.may_send else inf

    def tick(self, now: float) -> bytes | None:
        """Time passed: notice losses. Returns a chunk that has to leave whatever the window says."""
        flight = self._flight
        lost = flight.find_lost(now) if now >= flight.reorders_at else 0
        if lost > self._recover:
            self._recover = flight.next - 1
            self._control.lost(now)
        if not len(flight) or now < self._restarts_at + self._patience():
            return None
        return self._time_out(now) if self._probed else self._probe(now)

    @property
    def is_stuck(self) -> bool:
        """Whether pieces that were cut for a path that took larger packets do not arrive; they cannot be cut again."""
        piece = self._flight.newest
        return self._time_outs >= STUCK_TIME_OUTS and piece is not None and piece.size > self._base

    def use(self, make: MakeController) -> None:
        """Let another controller say how much may be in flight, from its beginning."""
        self._make_control = make
        self._control = make(self._piece)

    def resize(self, room: int) -> None:
        """Packets have another size from now on."""
        self._piece = room - DATA_HEADER_BYTES
        self._control.segment = self._piece
        self._pace.resize(self._piece)

    def path_changed(self, room: int, now: float) -> None:
        """Another path is in use: what is known of the one before does not hold, and what was on it may be lost."""
        self._piece = room - DATA_HEADER_BYTES
        self._control = self._make_control(self._piece)
        self._pace = Pace(self._piece)
        self._flight.lose_all()
        self._flight.round_trip = RoundTrip()
        self._recover = self._flight.next - 1
        self._restarts_at, self._probed = now, False

    def _progressed(self, arrived: int, now: float) -> None:
        flight, control = self._flight, self._control
        trip = flight.round_trip
        trip.progressed()
        self._restarts_at, self._probed, self._time_outs = now, False, 0
        if flight.is_mistaken:
            flight.is_mistaken = False
            control.undo()
        control.sample(trip.latest, now)
        if flight.cumulative > self._round:
            self._round = flight.next - 1
            control.round_over()
        recovers = flight.cumulative < self._recover and not control.slow_start
        if self._limited and not recovers:  # what was lost is sent again first (RFC 9438, section 4.6)
            control.acknowledged(arrived, trip.smoothed, now)

    def _patience(self) -> float:
        """Seconds without progress until something is done."""
        trip = self._flight.round_trip
        return trip.timeout if self._probed else min(trip.probe, trip.timeout)

    def _probe(self, now: float) -> bytes | None:
        """Send the newest again: what its acknowledgement does not name is lost (RFC 8985, section 7.3)."""
        self._restarts_at, self._probed = now, True
        piece = self._flight.newest
        return None if piece is None else self._send(piece, now)

    def _time_out(self, now: float) -> bytes | None:
        flight = self._flight
        self._time_outs += 1
        flight.round_trip.timed_out()
        flight.lose_all()
        self._recover = flight.next - 1
        self._control.timed_out(now)
        self._restarts_at, self._probed = now, True
        piece = flight.lost
        return None if piece is None else self._send(piece, now)

    def _cut(self, room: int) -> Piece | None:
        """The next piece of the first message, if the receiver has room for it; short ones are not cut up."""
        message = self._queue[0]
        left = message.size - self._offset
        size = min(left, self._piece)
        if size + DATA_HEADER_BYTES > room:
            return None
        if self._flight.bytes + size > self._window and len(self._flight):
            self._limited = False  # by the receiver: that tells nothing of what the path takes (RFC 9260, 7.2.1)
            return None
        flags = (0 if self._offset else BEGIN) | (END if size == left else 0)
        if (size == left and len(self._queue) == 1) or self._fills(size):
            flags |= IMMEDIATE  # nothing follows that could make the other side acknowledge it
        number = self._flight.take_number()
        part = message.part(self._offset, size)
        chunk = chunks.write_data(flags, number % WRAP, STREAM, self._sequence % 2**16, message.protocol, part)
        self.queued -= size
        self._offset += size
        if size == left:
            self._queue.popleft()
            self._offset = 0
            self._sequence += 1
        return Piece(number, chunk, size)

    def _fills(self, size: int) -> bool:
        """Whether a small window has no room for more: a delayed acknowledgement would look like a queue (RFC 7053)."""
        window = self._control.window
        return window <= SMALL_SEGMENTS * self._piece and self._flight.bytes + size >= window

    def _send(self, piece: Piece, now: float) -> bytes:
        if not self._flight.bytes:
            self._restarts_at = now
        self._flight.sent(piece, now)
        self._pace.sent(piece.size)
        return piece.chunk
