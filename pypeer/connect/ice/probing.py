"""Checks outside the check list, to ports that may be guesses, at a bounded rate."""

from collections.abc import Iterator
from math import inf
from typing import Final

from pypeer.connect.ice.pairs import Flight
from signaling.protocol.values import Address

BURST: Final = 16
"""Probes sent at one go at most: timers are late on a busy machine, and nothing is caught up beyond this."""

Probe = tuple[int, Address]
"""From this socket to this address."""


class Probing:
    """What is still to be sent, and what may be answered."""

    def __init__(self) -> None:
        self._probes: Iterator[Probe] | None = None
        self._due = inf
        self._pause = inf
        self._flights: dict[bytes, tuple[Probe, Flight]] = {}
        self.ttl: int | None = None
        """Hops that probes live, where they shall open holes and not arrive."""

    @property
    def wake_at(self) -> float:
        """When the next one is due."""
        return self._due

    @property
    def has_sent(self) -> bool:
        """Whether any is on its way or was lost."""
        return bool(self._flights)

    def start(self, probes: Iterator[Probe], rate: float, now: float, ttl: int | None = None) -> None:
        """Begin, so many a second."""
        self._probes, self._due, self._pause, self.ttl = probes, now, 1 / rate, ttl

    def stop(self) -> None:
        """Send no more; answers count."""
        self._probes, self._due = None, inf

    def due(self, now: float) -> Iterator[Probe]:
        """What is to be sent now."""
        for _ in range(BURST):
            if self._probes is None or self._due > now:
                return
            self._due += self._pause
            probe = next(self._probes, None)
            if probe is None:
                self.stop()
                return
            yield probe
        self._due = max(self._due, now)

    def took_off(self, probe: Probe, transaction: bytes, flight: Flight) -> None:
        """One was sent."""
        self._flights[transaction] = probe, flight

    def answered(self, transaction: bytes, probe: Probe) -> Flight | None:
        """The answer to one, once; None if it is not, or came from somewhere else."""
        asked, flight = self._flights.get(transaction, (None, None))
        if asked != probe:
            return None
        del self._flights[transaction]
        return flight
