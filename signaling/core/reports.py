"""What a pair tells the operator of how it was connected, as counters take it; pure."""

from collections.abc import Iterator
from typing import Final

from signaling.core.effects import Count, Observe, Tally
from signaling.protocol.rendezvous import Phases, Report

OUTCOMES: Final = frozenset(
    {"direct", "reversed", "mapped", "punched", "predicted", "spliced", "proxied", "websocket", "failed"}
    | {"turn-udp", "turn-tcp", "turn-tls"}
)
"""What `report` may say; anything else is counted as `other`, so that nobody can fill the operator's counters."""

PHASES: Final = Phases.__struct_fields__
"""The phases that `report` may time."""

SLOWEST_S: Final = 60.0
"""What a phase counts at most: ICE has given up long before, so more is a clock that was set or a number that was made
up, and must not spoil the sum of all others."""


def counted(report: Report) -> Iterator[Count | Observe]:
    """What is counted of a report, which may say anything."""
    yield Count(Tally.REPORTS, report.outcome if report.outcome in OUTCOMES else "other")
    for phase in PHASES:
        seconds = getattr(report.phases, phase, None)
        if seconds is not None:
            yield Observe(phase, min(seconds, SLOWEST_S))
