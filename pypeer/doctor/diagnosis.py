"""The events of the doctor, and the last of them with everything. Pure.

`{"event": "finding", "udp": {...}}` comes as soon as something is known, with one of the fields; `{"event":
"diagnosis", "v": 1, ...}` at the end has all findings and what follows from them.
"""

from pypeer.doctor import advice, networks
from pypeer.doctor.advice import Advice, Rung
from pypeer.doctor.findings import VERSION, Findings, Machine, RelayFound, Route, Signaling, Tcp, Udp
from pypeer.doctor.networks import Kind, Prospect
from pypeer.events import Event


class Finding(Event, frozen=True, tag="finding"):
    """One thing that was found; exactly one field is set."""

    machine: Machine | None = None
    signaling: Signaling | None = None
    udp: Udp | None = None
    tcp: Tcp | None = None
    route: Route | None = None
    relay: RelayFound | None = None


class Diagnosis(Event, frozen=True, tag="diagnosis"):
    """Everything."""

    v: int
    kind: Kind
    findings: Findings
    rungs: tuple[Rung, ...]
    prospects: tuple[Prospect, ...]
    advice: tuple[Advice, ...]


def diagnose(findings: Findings) -> Diagnosis:
    """What follows from the findings."""
    return Diagnosis(
        v=VERSION,
        kind=networks.kind_of(findings),
        findings=findings,
        rungs=advice.rungs(findings),
        prospects=networks.prospects(findings),
        advice=advice.advice(findings),
    )
