"""Candidate pairs and their states (RFC 8445, section 6.1.2)."""

from dataclasses import dataclass, field
from math import inf
from typing import Final

from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import IceRole
from pypeer.protocol.report import CandidateKind, CheckState
from signaling.protocol.values import Address

TRANSITIONS: Final[dict[CheckState, frozenset[CheckState]]] = {
    CheckState.WAITING: frozenset({CheckState.IN_PROGRESS, CheckState.SUCCEEDED}),
    CheckState.IN_PROGRESS: frozenset({CheckState.SUCCEEDED, CheckState.FAILED}),
    CheckState.SUCCEEDED: frozenset({CheckState.WAITING}),
    CheckState.FAILED: frozenset({CheckState.WAITING, CheckState.SUCCEEDED}),
}
"""Nothing is frozen: with one component there is nothing that a first success would tell about the rest."""

RETRANSMIT_S: Final = (0.1, 0.15, 0.25, 0.4, 0.5)
"""Pauses between the checks of a pair, the last one for ever. RFC 8445 starts at 0.5 s for the sake of slow paths; but
a check that came before the other side's hole was open is lost for certain, and 0.5 s is what people feel."""

PATIENCE_S: Final = 2.5
"""How long a pair may go unanswered: five round trips of a satellite, and a hopeless pair is told within 3 s."""

CHECKS_REMEMBERED: Final = 32
"""Checks whose late answers still count: half a minute of consent checks on a path with a deep queue."""


@dataclass(frozen=True, slots=True)
class Flight:
    """A check on its way: when it was sent, and what it said."""

    sent_at: float
    role: IceRole
    nominates: bool


@dataclass(slots=True, eq=False)
class Pair:
    """A local socket and a remote candidate, with what happened between them; times in seconds of the agent's clock."""

    base: int
    local: Candidate
    remote: Candidate
    state: CheckState = CheckState.WAITING
    due: float = 0.0
    began: float | None = None
    sent: int = 0
    heard: float | None = None
    """When anything authentic last came from there."""
    answered: float | None = None
    """When a check was last answered: consent to send (RFC 7675)."""
    rtt: float | None = None
    nominated: bool = False
    """Whether both sides know that it is to be used."""
    mapped: Address | None = None
    """The address under which the other side sees this one, as its answers say."""
    flights: dict[bytes, Flight] = field(default_factory=dict)
    """Checks on their way, by transaction."""

    def become(self, state: CheckState) -> None:
        """Change the state; what is not in the table is a defect of this program."""
        if state is not self.state:
            assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
            self.state = state

    def took_off(self, transaction: bytes, flight: Flight) -> None:
        """A check was sent, and another will be."""
        self.remember(transaction, flight)
        self.began = flight.sent_at if self.began is None else self.began
        self.due = flight.sent_at + RETRANSMIT_S[min(self.sent, len(RETRANSMIT_S) - 1)]
        self.sent += 1

    def remember(self, transaction: bytes, flight: Flight) -> None:
        """An answer to this check will count."""
        self.flights[transaction] = flight
        if len(self.flights) > CHECKS_REMEMBERED:
            del self.flights[next(iter(self.flights))]

    def again(self, now: float) -> None:
        """Check this pair anew."""
        if self.state is not CheckState.IN_PROGRESS:
            self.become(CheckState.WAITING)
        self.began, self.due, self.sent = None, now, 0

    @property
    def is_open(self) -> bool:
        """Whether it may still succeed without anything new."""
        return self.state in (CheckState.WAITING, CheckState.IN_PROGRESS)

    @property
    def hopeless_at(self) -> float:
        """When it is given up if nothing arrives."""
        return inf if self.began is None or self.state is not CheckState.IN_PROGRESS else self.began + PATIENCE_S


def pair_priority(controlling: Candidate, controlled: Candidate) -> int:
    """RFC 8445, section 6.1.2.3."""
    g, d = controlling.priority, controlled.priority
    return (min(g, d) << 32) + 2 * max(g, d) + (g > d)


def fits(local: Candidate, remote: Candidate) -> bool:
    """Whether one can send to the other at all."""
    return local.transport == remote.transport == "udp" and local.family == remote.family != 0 and remote.port != 0


def is_relayed(pair: Pair) -> bool:
    """Whether either end is a relay's."""
    return CandidateKind.RELAY in (pair.local.kind, pair.remote.kind)
