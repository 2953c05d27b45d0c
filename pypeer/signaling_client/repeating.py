"""Requests that the server refused for now, until they are made again; sans-I/O.

Those that nobody waits for go in order: sealed bodies are numbered, and one that overtook another would end its pair.
So while one of them has to be made again, later ones wait behind it, and each is made when the one before was answered.
"""

from dataclasses import dataclass
from math import inf
from typing import Final

from signaling.protocol.codes import ErrorCode
from signaling.protocol.messages import Error, Request

WAITING_MAX: Final = 256
"""Requests that wait at most: ten pairs that connect say as much, and a server that refuses more is of no use."""

OVERLOADED: Final = Error(
    code=ErrorCode.RATE_LIMITED, message="The server does not take what this program has to say.", retry=True
)
"""Given as the answer to what there was no room for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, the ticket under which the shell waits, and until when it is made again if it is refused."""

    ticket: int
    request: Request
    until: float
    ordered: bool


class Repeating:
    """What waits. Times are of a monotonic clock."""

    def __init__(self) -> None:
        self._alone: list[tuple[float, Ask]] = []
        self._queue: list[Ask] = []
        self._queue_due = 0.0
        self._trying: int | None = None
        """Ticket of the one in order that was made again, and is not answered yet."""

    @property
    def is_queueing(self) -> bool:
        """Whether a request in order has to wait behind others."""
        return bool(self._queue) or self._trying is not None

    def hold(self, ask: Ask) -> bool:
        """Let one wait behind the others, if there is room."""
        if len(self._queue) >= WAITING_MAX:
            return False
        self._queue.append(ask)
        return True

    def refused(self, ask: Ask, wait: float, now: float) -> bool:
        """The server wants to be asked again after `wait` seconds: whether it will be."""
        due = now + wait
        if due > ask.until or len(self._alone) + len(self._queue) >= WAITING_MAX:
            return False
        if not ask.ordered:
            self._alone.append((due, ask))
            return True
        if self._trying == ask.ticket:
            self._trying = None
        self._queue.append(ask)
        self._queue.sort(key=lambda each: each.ticket)
        self._queue_due = max(self._queue_due, due)
        return True

    def settled(self, ask: Ask) -> None:
        """One was answered for good: the next in order need not wait."""
        if self._trying == ask.ticket:
            self._trying = None

    def due(self, now: float) -> list[Ask]:
        """What is to be made again now."""
        found = [ask for at, ask in self._alone if at <= now]
        self._alone = [(at, ask) for at, ask in self._alone if at > now]
        if self._queue and self._trying is None and self._queue_due <= now:
            first = self._queue.pop(0)
            self._trying = first.ticket
            found.append(first)
        return found

    def wake_at(self) -> float:
        """When `due` has something; infinite if never."""
        head = self._queue_due if self._queue and self._trying is None else inf
        return min([head, *(at for at, _ in self._alone)])

    def drop(self) -> list[Ask]:
        """The session is gone, and with it what all this was about."""
        dropped = [ask for _, ask in self._alone] + self._queue
        self._alone, self._queue, self._trying = [], [], None
        return dropped
