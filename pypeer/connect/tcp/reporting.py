"""What became of each pair of addresses over TCP, for the connection report. Pure."""

import errno
from dataclasses import dataclass
from typing import Final

import msgspec

from pypeer.connect.ice.candidate import Candidate, family_of, told
from pypeer.connect.tcp.plan import Dial
from pypeer.connect.ways import PROXIED
from pypeer.links.link import Path
from pypeer.protocol.report import (
    CHECKS_MAX,
    REPORT_VERSION,
    CandidateKind,
    CheckState,
    ConnectionReport,
    Reason,
    Refusal,
    RelayTrouble,
    ReportCandidate,
    ReportCheck,
    reasons,
)
from pypeer.secure.knock import How
from signaling.protocol.rendezvous import Phases

REFUSALS: Final = {
    errno.ECONNREFUSED: Refusal.REFUSED,
    errno.EHOSTUNREACH: Refusal.UNREACHABLE,
    errno.ENETUNREACH: Refusal.UNREACHABLE,
}
"""What systems make of RST and of ICMP's kinds of "unreachable" (RFC 1122, section 4.2.3.9)."""


@dataclass(slots=True)
class _Check:
    state: CheckState = CheckState.IN_PROGRESS
    sent: int = 0
    refused: Refusal | None = None


class Checks:
    """Of one link."""

    def __init__(self) -> None:
        self.local: list[Candidate] = []
        self.remote: list[Candidate] = []
        self.troubles: dict[str, RelayTrouble] = {}
        """Of proxies, by their text: each is told once, however many addresses it was asked for."""
        self._checks: dict[Dial, _Check] = {}

    def add(self, dial: Dial) -> bool:
        """It is to be dialled, unless it is already."""
        is_new = dial not in self._checks and len(self._checks) < CHECKS_MAX
        if is_new:
            self._checks[dial] = _Check()
        return is_new

    def sent(self, dial: Dial) -> None:
        """It is dialled once more."""
        self._checks[dial].sent += 1

    def refused(self, dial: Dial, error: OSError) -> None:
        """A connection did not come about: what the other side's network answered, if it did."""
        self._checks[dial].refused = REFUSALS.get(error.errno or 0, self._checks[dial].refused)

    def failed(self, dial: Dial) -> None:
        """Somebody else has answered."""
        self._checks[dial].state = CheckState.FAILED

    def succeeded(self, dial: Dial) -> None:
        """The expected peer has."""
        self._checks[dial].state = CheckState.SUCCEEDED

    def report(self, link: int, path: Path | None, phases: Phases) -> ConnectionReport:
        """As it stands; without a path it failed."""
        checks = [_check(dial, check) for dial, check in self._checks.items()]
        made = ConnectionReport(
            v=REPORT_VERSION,
            link=link,
            outcome=path.way if path is not None else "failed",
            scope=path.scope.value if path is not None else "",
            chosen=_chosen(checks, path),
            local=tuple(told(each) for each in self.local),
            remote=tuple(told(each) for each in self.remote),
            checks=tuple(checks),
            phases=phases,
            relays=tuple(self.troubles.values()),
        )
        return msgspec.structs.replace(made, reasons=_reasons(made))


def _chosen(checks: list[ReportCheck], path: Path | None) -> ReportCheck | None:
    """The pair of the path; one address may have been dialled directly, in vain, and through a proxy."""
    of_path = [each for each in checks if path is not None and each.remote.address == path.remote]
    return next((each for each in of_path if each.state is CheckState.SUCCEEDED), of_path[0] if of_path else None)


def _reasons(made: ConnectionReport) -> tuple[Reason, ...]:
    """Why nothing better came about. Relays are not this road's; who gets out by a proxy alone has nothing better."""
    if made.outcome == PROXIED:
        return ()
    found = tuple(each for each in reasons(made) if each is not Reason.NO_RELAY)
    return (Reason.PROXY_REFUSES, *found) if made.relays and made.outcome == "failed" else found


def _check(dial: Dial, check: _Check) -> ReportCheck:
    kind = CandidateKind.PROXY if dial.how is How.PROXIED else CandidateKind.HOST
    here = ReportCandidate(kind=kind, address=_join(dial), transport="tcp", family=family_of(dial.base[0]))
    return ReportCheck(local=here, remote=told(dial.remote), state=check.state, sent=check.sent, refused=check.refused)


def _join(dial: Dial) -> str:
    host, port = dial.base
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
