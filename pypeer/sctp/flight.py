"""What has left and is not acknowledged: in flight, or lost and to be sent again (RFC 9260, sections 6.2 and 7.2).

Losses are noticed by time and by order of sending (RACK, RFC 8985), so what was sent again and lost again is noticed
too, and a path that reorders is not taken for one that loses. A piece goes in flight -> lost -> in flight ...
until it is acknowledged.

What a gap report names is taken for arrived for good. RFC 9260 (section 6.2.1) would let a receiver take that back when
it runs out of memory; no stack of a browser does, aiortc does not, and ours does not.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf
from typing import Final

from pypeer.sctp.chunks import Sack
from pypeer.sctp.inbox import unwrap
from pypeer.sctp.timing import GRAIN_S, RoundTrip

LATER: Final = 3
"""A piece is lost when as many that were sent after it have arrived (RFC 9260, section 7.2.4), unless the path was seen
to reorder."""

REORDER_PART: Final = 4
"""On a path that reorders, this part of a round trip is waited before (RFC 8985, section 6.2)."""


@dataclass(slots=True, eq=False)
class Piece:
    """A DATA chunk with a number; `size` counts its payload."""

    tsn: int
    chunk: bytes
    size: int
    sent_at: float = 0.0
    order: int = 0
    """Counts all that leaves."""
    times: int = 0
    """How often it has left."""


class Flight:
    """All pieces that are not acknowledged."""

    def __init__(self, first: int) -> None:
        self.bytes = 0
        """In flight, without what is lost."""
        self.round_trip = RoundTrip()
        self.reorders_at = inf
        """When a piece that is missing becomes a lost one."""
        self.is_mistaken = False
        """What was taken for lost by a time-out had arrived."""
        self._next = first
        self._cumulative = first - 1
        self._flying: OrderedDict[int, Piece] = OrderedDict()
        self._lost: dict[int, Piece] = {}
        self._blocks: dict[int, int] = {}
        self._order = 0
        self._last_order = 0
        self._last_sent_at = -inf
        self._reorders = False

    def __len__(self) -> int:
        return len(self._flying) + len(self._lost)

    @property
    def lost(self) -> Piece | None:
        """The first piece that is to be sent again."""
        return next(iter(self._lost.values())) if self._lost else None

    @property
    def newest(self) -> Piece | None:
        """What was sent last, of what is in flight."""
        return next(reversed(self._flying.values()), None)

    @property
    def next(self) -> int:
        """The number that comes next."""
        return self._next

    @property
    def cumulative(self) -> int:
        """All up to this number is acknowledged."""
        return self._cumulative

    def take_number(self) -> int:
        """A number for a new piece."""
        self._next += 1
        return self._next - 1

    def sent(self, piece: Piece, now: float) -> None:
        """This leaves, for the first time or again."""
        if piece.times and self._lost.pop(piece.tsn, None) is None:
            del self._flying[piece.tsn]
            self.bytes -= piece.size
        self._order += 1
        piece.order, piece.sent_at = self._order, now
        piece.times += 1
        self._flying[piece.tsn] = piece
        self.bytes += piece.size

    def acknowledge(self, sack: Sack, now: float) -> int:
        """Bytes that are newly acknowledged; an old acknowledgement, or one of what never left, says nothing."""
        cumulative = unwrap(sack.cumulative, self._cumulative)
        if not self._cumulative <= cumulative < self._next:
            return 0
        arrived = 0
        latest: Piece | None = None
        for number in self._named(cumulative, sack.gaps):
            piece = self._flying.pop(number, None)
            if piece is not None:
                self.bytes -= piece.size
            elif (piece := self._lost.pop(number, None)) is None:
                continue
            elif piece.times == 1:
                self.is_mistaken = self._reorders = True
            arrived += piece.size
            if latest is None or piece.order > latest.order:
                latest = piece
            if piece.times == 1 and piece.order < self._last_order:
                self._reorders = True
        self._cumulative = cumulative
        if latest is not None:
            self._measure(latest, now)
        return arrived

    def find_lost(self, now: float) -> int:
        """Take for lost what must have arrived by now if it ever did: the highest number among it, 0 if there is none.

        Pieces are in flight in the order of sending, so those that are missing come first.
        """
        self.reorders_at = inf
        patience = min(self.round_trip.least / REORDER_PART, self.round_trip.smoothed) if self._reorders else 0.0
        found = []
        for piece in self._flying.values():
            if piece.order >= self._last_order:
                break
            late = self._last_sent_at - piece.sent_at > patience if self._reorders else False
            if late or (not self._reorders and self._last_order - piece.order >= LATER):
                found.append(piece)
            else:
                due = piece.sent_at + self.round_trip.latest + max(patience, GRAIN_S)
                if due > now:
                    self.reorders_at = due
                    break
                found.append(piece)
        self._lose(found)
        return max((piece.tsn for piece in found), default=0)

    def lose_all(self) -> None:
        """A time-out: nothing that is in flight is believed in any more."""
        self._lose(tuple(self._flying.values()))

    def _lose(self, pieces: Iterable[Piece]) -> None:
        for piece in pieces:
            del self._flying[piece.tsn]
            self.bytes -= piece.size
            self._lost[piece.tsn] = piece

    def _named(self, cumulative: int, gaps: tuple[tuple[int, int], ...]) -> Iterator[int]:
        """Numbers that an acknowledgement names, without most of those that one before it named."""
        yield from range(self._cumulative + 1, cumulative + 1)
        before, self._blocks = self._blocks, {}
        for first, last in gaps:
            start, end = cumulative + first, min(cumulative + last, self._next - 1)
            yield from range(max(start, before.get(start, 0) + 1), end + 1)
            self._blocks[start] = end

    def _measure(self, latest: Piece, now: float) -> None:
        rtt = now - latest.sent_at
        if latest.times == 1:
            self.round_trip.measured(rtt)
        elif rtt < self.round_trip.least:
            return  # what is acknowledged is an earlier sending of it (RFC 8985, section 6.2, step 2)
        if latest.order > self._last_order:
            self._last_order, self._last_sent_at = latest.order, latest.sent_at
