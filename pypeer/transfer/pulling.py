"""On which link each chunk is asked for, and when it is asked for again on another; sans-I/O.

Every chunk goes to the link that will have it soonest of those that have room for it (earliest completion first, as ECF
of Multipath TCP). Links of one peer are used together if they are of the same rank, worse ones only while no better one
works; links of different peers are used together always.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from pypeer.protocol.frames import Probe, Request, Stop
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks
from pypeer.transfer.asking import Asking, Flight
from pypeer.transfer.budget import Budget
from pypeer.transfer.schedule import Missing, Schedule, Window

HASTE_S: Final = 0.1
"""A chunk is asked for twice at the end if that gains so much: what a person notices, and worth a chunk of traffic."""

Ask = Callable[[Asking, Request | Probe | Stop], None]


class Pulling:
    """Requests for what is missing.

    `links` are those that there are, always; `send` says a frame on one; `may` tells whether a file may be asked of a
    source.
    """

    def __init__(
        self,
        entries: Sequence[Entry],
        links: Mapping[int, Asking],
        send: Ask,
        may: Callable[[int, int, int], bool],
        budget: Budget | None = None,
    ) -> None:
        self._ordered = Schedule()
        self.schedule: Missing = self._ordered
        """What is still to be asked for."""
        self.window = Window()
        self._is_wide = False
        """Whether some link takes whole chunks."""
        self._may_be_here: dict[int, set[int]] = {}
        self._entries = entries
        self._links = links
        self._send = send
        self._may = may
        self._budget = budget

    def pump(self, links: Sequence[Asking], now: float) -> None:
        """Ask on these links for as much as they, the window, and the budget have room for."""
        self._is_wide = any(link.takes_chunks for link in self._links.values())
        self._share_out(self._fit(links, now), now)

    def may_be_here(self, file: int, stop: int) -> None:
        """Of what is missing of a file, chunks up to before this one are asked for by their hash first."""
        self._may_be_here[file] = set(range(stop))

    def nothing_here(self, file: int) -> None:
        """All of it is to be fetched."""
        self._may_be_here.pop(file, None)

    def differs(self, file: int, chunk: int) -> None:
        """What is here of a chunk is not what is missing: fetch it next."""
        self._may_be_here.get(file, set()).discard(chunk)
        self.schedule.give_back(file, chunk)

    def excuse(self, links: Iterable[Asking], now: float) -> None:
        """Nobody was to send up to now: silence on these links means nothing."""
        for link in links:
            link.pace.excuse(now)

    def landed(self, flight: Flight) -> None:
        """A chunk is here: its twin is not awaited any more, but it goes on to take room until it is stored."""
        if flight.twin is not None:
            self._stop(*flight.twin)

    def refused(self, flight: Flight) -> None:
        """A chunk will not come."""
        self._make_room(flight)
        self.landed(flight)

    def give_back(self, flights: Iterable[Flight]) -> None:
        """These are lost with their links: they are missing again, but for those that are on their way elsewhere."""
        for flight in reversed(list(flights)):
            self._make_room(flight)
            if flight.twin is None:
                self.schedule.give_back(flight.file, flight.chunk)
            else:
                flight.twin[1].twin = None

    def drop(self, file: int) -> None:
        """Nothing of this file is wanted any more."""
        self.schedule.drop(file)
        self.nothing_here(file)
        for link in self._links.values():
            for flight in [flight for flight in link.flights.values() if flight.file == file]:
                self._stop(link, flight)

    def recall(self, link: Asking) -> None:
        """Have what is awaited on this link fetched elsewhere."""
        self._recall(link, list(link.flights.values()))

    def _recall(self, link: Asking, flights: Sequence[Flight]) -> None:
        for flight in flights:
            link.take_back(flight)
            self._send(link, Stop(flight.request))
        self.give_back(flights)

    def length(self, file: int, chunk: int) -> int:
        """Bytes of a chunk."""
        return chunks.chunk_length(self._entries[file].size, chunk)

    def _fit(self, links: Sequence[Asking], now: float) -> Sequence[Asking]:
        """Those on which to ask; what is awaited on one that has stalled is taken back if there is another."""
        if len(links) == 1:
            return links
        lively = [link for link in links if not link.is_stalled(now) and not link.pace.is_resting(now)]
        if not lively:
            return links
        for link in [link for link in links if link.is_stalled(now)]:
            if flights := self._movable(link, lively):
                link.pace.rest(now)
                self._recall(link, flights)
        best: dict[int, int] = {}
        for link in lively:
            best[link.source] = min(link.rank, best.get(link.source, link.rank))
        return [link for link in lively if link.rank == best[link.source]]

    def _share_out(self, links: Sequence[Asking], now: float) -> None:
        while (want := self._ordered.peek()) and self._may_ask(*want, now):
            link = self._soonest(links, *want, now)
            if link is None:
                return
            self._ordered.take()
            self._ask(link, self._flight(link, *want), now)
        if not want:
            self._hasten(links, now)

    def _movable(self, link: Asking, lively: Sequence[Asking]) -> list[Flight]:
        """What is awaited on this link and may be asked for on the others."""
        return list(link.flights.values())

    def _needs(self, link: Asking, count: int) -> float:
        """Seconds until so many bytes are here; links are chosen by it."""
        return link.pace.needs(count)

    def _may_ask(self, file: int, chunk: int, now: float) -> bool:
        has_room = self.window.has_room(self._entries[file].size, chunk, len(self._links), self._is_wide)
        return has_room and (self._budget is None or self._budget.is_open(now))

    def _soonest(self, links: Iterable[Asking], file: int, chunk: int, now: float) -> Asking | None:
        """Of those that have room, the link that will have this chunk first."""
        free = [link for link in links if self._has_room(link, file, chunk, now)]
        if len(free) < 2:
            return free[0] if free else None
        length = self.length(file, chunk)
        return min(free, key=lambda link: (self._needs(link, link.awaited + length), *link.order))

    def _has_room(self, link: Asking, file: int, chunk: int, now: float) -> bool:
        length, full = self.length(file, chunk), chunks.chunk_bytes(self._entries[file].size)
        return link.has_room(length, full, now) and self._may(link.source, file, chunk)

    def _flight(self, link: Asking, file: int, chunk: int) -> Flight:
        bare = link.can_probe and chunk in self._may_be_here.get(file, ())
        return Flight(file, chunk, 0 if bare else self.length(file, chunk), bare=bare)

    def _ask(self, link: Asking, flight: Flight, now: float) -> None:
        if self._budget is not None:
            self._budget.spend(flight.length, now)
        self.window.add(self.length(flight.file, flight.chunk))
        self._send(link, link.request(flight, now))

    def _hasten(self, links: Sequence[Asking], now: float) -> None:
        """Nothing is missing any more: ask once more for what comes last, where it comes sooner."""
        while late := self._latest(now):
            due, held, flight = late
            others = [link for link in links if link is not held]
            link = self._soonest(others, flight.file, flight.chunk, now)
            if link is None or self._needs(link, link.awaited + flight.length) + HASTE_S > due:
                return
            if not self._may_ask(flight.file, flight.chunk, now):
                return
            again = Flight(flight.file, flight.chunk, flight.length, twin=(held, flight))
            flight.twin = (link, again)
            self._ask(link, again, now)

    def _latest(self, now: float) -> tuple[float, Asking, Flight] | None:
        """Of what is on its way once, what comes last: in how many seconds, on which link."""
        found = [late for link in self._links.values() if (late := _last_of(link, now))]
        return max(found, key=lambda late: late[0], default=None)

    def _stop(self, link: Asking, flight: Flight) -> None:
        self._make_room(flight)
        link.take_back(flight)
        self._send(link, Stop(flight.request))

    def _make_room(self, flight: Flight) -> None:
        self.window.remove(self.length(flight.file, flight.chunk))


def _last_of(link: Asking, now: float) -> tuple[float, Asking, Flight] | None:
    """The last chunk on this link that is on its way on no other, and when it will be here."""
    count = link.awaited
    for flight in reversed(link.flights.values()):
        if flight.twin is None and not flight.bare:
            return link.pace.due(count, now), link, flight
        count -= flight.length - len(flight.data)
    return None
