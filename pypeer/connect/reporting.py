"""Connection reports out of what ICE did (pypeer.protocol.report)."""

from dataclasses import dataclass

import msgspec

from pypeer.connect.ice.agent import Agent
from pypeer.connect.ice.candidate import told
from pypeer.connect.ice.pairs import Pair
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.links.link import Path
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import (
    CHECKS_MAX,
    REPORT_VERSION,
    ConnectionReport,
    Networks,
    RelayTrouble,
    ReportCheck,
    reasons,
)
from signaling.protocol.rendezvous import Phases


@dataclass(slots=True)
class Stopwatch:
    """When each phase ended, on the clock of the loop; `began` is when both peers knew each other."""

    began: float
    gathered: float | None = None
    described: float | None = None
    checked: float | None = None
    secured: float | None = None
    opened: float | None = None

    def phases(self) -> Phases:
        """As the contract has them; what was over before the two knew each other took no time."""
        times = {name: getattr(self, name) for name in Phases.__struct_fields__}
        return Phases(**{name: max(0.0, at - self.began) for name, at in times.items() if at is not None})


def report(
    link: int,
    path: Path | None,
    agent: Agent,
    networks: tuple[Mapping, Mapping],
    phases: Phases,
    options: ConnectOptions,
    troubles: tuple[RelayTrouble, ...] = (),
) -> ConnectionReport:
    """One attempt, as it stands now; without a path it failed."""
    here, there = networks
    made = ConnectionReport(
        v=REPORT_VERSION,
        link=link,
        outcome=path.way if path is not None else "failed",
        scope=path.scope.value if path is not None else "",
        chosen=_check(agent.selected) if agent.selected is not None else None,
        local=tuple(told(candidate) for _, candidate in agent.locals),
        remote=tuple(told(candidate) for candidate in agent.remotes),
        checks=tuple(_check(pair) for pair in agent.pairs[:CHECKS_MAX]),
        networks=Networks(here=here, there=there),
        phases=phases,
        relays=troubles,
    )
    return msgspec.structs.replace(made, reasons=reasons(made, options.relaying is Relaying.ONLY))


def _check(pair: Pair) -> ReportCheck:
    return ReportCheck(local=told(pair.local), remote=told(pair.remote), state=pair.state, sent=pair.sent, rtt=pair.rtt)
