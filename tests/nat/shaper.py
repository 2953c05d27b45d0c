"""What a line does to packets: when each leaves at the other end, or that it is lost. Pure; time in seconds."""

import heapq
import random
from dataclasses import dataclass, field
from typing import Final

HELD_BACK_S: Final = 0.005
"""By how much a packet that is to be overtaken is late: several packets' time at any rate that matters."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Of each direction of a line: delay and jitter in milliseconds, loss and reordering as fractions of packets.

    Jitter alone keeps the order of packets, as a queue does.
    """

    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    loss: float = 0.0
    reorder: float = 0.0


@dataclass(slots=True)
class Direction:
    """One direction of a line: where packets leave, and when the last one does."""

    exit: int
    shape: Shape = field(default_factory=Shape)
    last: float = 0.0


class Shaper:
    """All packets under way, on all lines."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._under_way: list[tuple[float, int, int, bytes]] = []
        self._count = 0

    def enter(self, now: float, direction: Direction, packet: bytes) -> None:
        """A packet comes in."""
        shape = direction.shape
        if shape.loss and self._chance.random() < shape.loss:
            return
        due = now + shape.delay_ms / 1000
        if shape.jitter_ms:
            due += self._chance.random() * shape.jitter_ms / 1000
        if shape.reorder and self._chance.random() < shape.reorder:
            due += HELD_BACK_S
        else:
            direction.last = due = max(due, direction.last)
        self._count += 1
        heapq.heappush(self._under_way, (due, self._count, direction.exit, packet))

    def leave(self, now: float) -> list[tuple[int, bytes]]:
        """Packets that are due, each with its exit."""
        leaving = []
        while self._under_way and self._under_way[0][0] <= now:
            _, _, exit, packet = heapq.heappop(self._under_way)
            leaving.append((exit, packet))
        return leaving

    def wait(self, now: float) -> float | None:
        """Seconds until the next packet is due; None if there is none."""
        return max(0.0, self._under_way[0][0] - now) if self._under_way else None
