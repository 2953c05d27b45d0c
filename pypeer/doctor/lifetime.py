"""How long a hole that is not used stays open (RFC 4787, section 4.3; RFC 5780, section 4.6): a state machine. Pure.

One socket for each time, all at once, so the longest time bounds the whole. RFC 5780 lets a second socket ask for an
answer to the first one's port (RESPONSE-PORT); servers refuse that, since it would let anybody send to anybody. So:

- CALL_BACK, where only those are let in that were sent to: a hole to one endpoint of the server is left alone, then
  another endpoint is asked to answer from the first. The answer comes in only through the old hole.
- SAME_PORT, where the outside port is another for each destination: whether a request gets the old port again.

In use for two seconds before, a hole counts as a stream, to which many routers give more time; so is a transfer's.
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from pypeer.doctor.asking import ASK_S, CHANGE_ADDRESS, CHANGE_PORT, SILENCE_S, Question, Questions, Send
from pypeer.doctor.findings import Filtering, Lifetime, Mapping, Ports, Udp
from signaling.protocol.values import Address

WAITS_S: Final = (4.0, 8.0, 14.0, 19.0, 24.0, 29.0, 34.0, 44.0, 59.0, 74.0, 89.0, 99.0, 112.0)
"""Idle times: somewhat below the round numbers that routers use, and the longest ends within two minutes in all."""

USE_S: Final = 2.5
"""How long a hole is in use before: Linux calls a flow a stream after two seconds."""


class How(Enum):
    """How to tell whether a hole is still open."""

    CALL_BACK = "call-back"
    SAME_PORT = "same-port"


class State(Enum):
    """How far it is."""

    NEW = "new"
    OPENING = "opening"
    IDLE = "idle"
    DONE = "done"


TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.NEW: frozenset({State.OPENING}),
    State.OPENING: frozenset({State.IDLE}),
    State.IDLE: frozenset({State.DONE}),
    State.DONE: frozenset(),
}


def how(udp: Udp) -> How | None:
    """How it can be measured here; None if it cannot."""
    if udp.mapping in (Mapping.ADDRESS_DEPENDENT, Mapping.ADDRESS_AND_PORT_DEPENDENT):
        return How.SAME_PORT if udp.ports in (Ports.RANDOM, Ports.SEQUENTIAL) else None
    restricts = udp.filtering in (Filtering.ADDRESS_DEPENDENT, Filtering.ADDRESS_AND_PORT_DEPENDENT)
    return How.CALL_BACK if restricts and udp.filtering_sure else None


class LifetimeTest:
    """One test. `other` is another endpoint of the same server: of another host, unless ports are filtered as well."""

    def __init__(self, by: How, primary: Address, other: Address, entropy: Callable[[int], bytes]) -> None:
        self.state = State.NEW
        self._by = by
        self._primary = primary
        self._other = other
        self._change = CHANGE_PORT if primary[0] == other[0] else CHANGE_PORT | CHANGE_ADDRESS
        self._questions = Questions(entropy)
        self._began = 0.0
        self._probed = 0

    def start(self, now: float) -> list[Send]:
        """Open all holes."""
        self._become(State.OPENING)
        self._began = now
        return self._open_all(0, now)

    def receive(self, socket: int, source: Address, data: bytes, now: float) -> list[Send]:
        """A datagram came to a socket."""
        self._questions.receive(socket, source, data, now)
        return self._advance(now)

    def tick(self, now: float) -> list[Send]:
        """Time passes."""
        return self._questions.tick(now) + self._advance(now)

    def wake_at(self) -> float | None:
        """When `tick` has something to do."""
        times = [self._questions.wake_at(), self._next_at()]
        return min((at for at in times if at is not None), default=None)

    @property
    def is_done(self) -> bool:
        """Whether the answer is known."""
        return self.state is State.DONE

    def lifetime(self) -> Lifetime | None:
        """What was found; None if not even the first hole could be opened, or none was looked at."""
        ended = [wait for number, wait in enumerate(WAITS_S) if self._alive(number) is False]
        below = min(ended, default=None)
        open_ = [wait for number, wait in enumerate(WAITS_S) if self._alive(number) and (not below or wait < below)]
        return Lifetime(max(open_, default=0.0), below) if ended or open_ else None

    def _become(self, state: State) -> None:
        assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
        self.state = state

    def _open_all(self, turn: int, now: float) -> list[Send]:
        asked = [Question(socket, self._primary, turn=turn) for socket in range(len(WAITS_S))]
        return [send for question in asked for send in self._questions.ask(question, now, ASK_S)]

    def _next_at(self) -> float | None:
        """When holes are used again, or the next is looked at."""
        if self.state is State.OPENING:
            return self._began + USE_S
        left = self.state is State.IDLE and self._probed < len(WAITS_S)
        return self._began + USE_S + WAITS_S[self._probed] if left else None

    def _advance(self, now: float) -> list[Send]:
        sends: list[Send] = []
        while (at := self._next_at()) is not None and at <= now:
            if self.state is State.OPENING:
                self._become(State.IDLE)
                sends += self._open_all(1, now)
            else:
                sends += self._questions.ask(self._probe(self._probed), now, SILENCE_S)
                self._probed += 1
        if self.state is State.IDLE and self._is_over():
            self._become(State.DONE)
        return sends

    def _probe(self, socket: int) -> Question:
        if self._by is How.SAME_PORT:
            return Question(socket, self._primary, turn=2)
        return Question(socket, self._other, self._change)

    def _is_over(self) -> bool:
        """At the first hole that is closed, or after the last."""
        closed = any(self._alive(number) is False for number in range(self._probed))
        return closed or (self._probed == len(WAITS_S) and self._questions.is_quiet)

    def _alive(self, socket: int) -> bool | None:
        """Whether a hole was open after its time; None if that is not known: yet, or since its use failed."""
        before = self._questions.answers.get(Question(socket, self._primary, turn=1))
        probe = self._probe(socket)
        answer = self._questions.answers.get(probe)
        if before is None or before.mapped is None or (answer is None and probe not in self._questions.silent):
            return None
        if self._by is How.SAME_PORT:
            return None if answer is None else answer.mapped == before.mapped
        return answer is not None and answer.source == self._primary
