"""The connection report: how two peers got connected, or why they did not. Version 1.

Each side makes its own, for its own person, script and log; it is never sent to the other side nor to the server, which
gets the outcome and the phases only (`report` of the signaling contract). The page and pypeer make the same form.
"""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pypeer.protocol.codes import Mapping
from signaling.protocol.rendezvous import Phases

REPORT_VERSION: Final = 1
"""Goes up only when a reader of the old form would misread the new one; fields may be added."""

CHECKS_MAX: Final = 100
"""Pairs listed at most, best first: as many as a check list holds (RFC 8445, section 6.1.2.5)."""


class CandidateKind(StrEnum):
    """RFC 8445, section 5.1.1, and a proxy, which is nobody's candidate: only reports have it."""

    HOST = "host"
    SRFLX = "srflx"
    PRFLX = "prflx"
    RELAY = "relay"
    PROXY = "proxy"
    """The proxy of this network, through which the other side is dialled."""


class CheckState(StrEnum):
    """RFC 8445, section 6.1.2.6."""

    FROZEN = "frozen"
    WAITING = "waiting"
    IN_PROGRESS = "in-progress"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Refusal(StrEnum):
    """What came back for a SYN that nobody expected, from the NAT or firewall before the other side.

    RFC 5382, REQ-4, has it keep silent for six seconds, so that its own side's SYN can make the two one (RFC 5128,
    section 3.4). Where it answers, only SYNs that cross on their way get through, so they are sent again at once.
    """

    REFUSED = "refused"
    """RST, or ICMP's "port unreachable", of which a system tells the same."""
    UNREACHABLE = "unreachable"
    """Another kind of ICMP's "unreachable"."""


class Reason(StrEnum):
    """Why nothing better than the outcome came about."""

    DIFFERENT_NETWORKS = "different-networks"
    """Each is behind a NAT of its own, so the path leads through both."""
    RELAY_ONLY = "relay-only"
    """A policy here forbids direct paths."""
    NO_CANDIDATES_THERE = "no-candidates-there"
    """The other side named no address."""
    NO_COMMON_FAMILY = "no-common-family"
    """One side has only IPv4, the other only IPv6."""
    UDP_BLOCKED_HERE = "udp-blocked-here"
    UDP_BLOCKED_THERE = "udp-blocked-there"
    """No STUN server could be reached over UDP."""
    VARIES_HERE = "varies-here"
    VARIES_THERE = "varies-there"
    """The NAT takes another port for each destination (RFC 4787: address-and-port-dependent mapping)."""
    NO_HAIRPIN = "no-hairpin"
    """Both are behind the same NAT, which does not lead its own clients to each other (RFC 4787, section 6)."""
    FILTERED = "filtered"
    """Checks were sent, and nothing came back: a firewall drops them."""
    NO_RELAY = "no-relay"
    """There is no relay to fall back to."""
    PROXY_REFUSES = "proxy-refuses"
    """The proxy of this network lets no connection to the other side out, or cannot be used."""


class ReportCandidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address that was offered; `address` is `host:port`, empty where a browser hides it."""

    kind: CandidateKind
    address: Annotated[str, Meta(max_length=300)] = ""
    transport: Annotated[str, Meta(max_length=8)] = "udp"
    family: Annotated[int, Meta(description="4 or 6; 0 where the address is a name")] = 0


class ReportCheck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A pair that was, or was to be, checked; times in seconds."""

    local: ReportCandidate
    remote: ReportCandidate
    state: CheckState
    sent: int = 0
    rtt: float | None = None
    refused: Annotated[
        Refusal | None, Meta(description="of a SYN over TCP; nothing where it was dropped or accepted")
    ] = None


class Networks(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of the NAT on each side."""

    here: Mapping = Mapping.UNKNOWN
    there: Mapping = Mapping.UNKNOWN


class RelayTrouble(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a relay, in the page a STUN server, or the proxy of this network could not be used.

    `code` is TURN's (RFC 8656, section 19), that of the close of a WebSocket, of HTTP or of SOCKS (RFC 1928, section
    6), or 701 where it could not be reached; `text` is one sentence for a person, empty where only the code is known.
    """

    relay: Annotated[str, Meta(max_length=300, description="its URL")]
    code: int
    text: Annotated[str, Meta(max_length=512)] = ""


class Delivery(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a road delivered, of two that were open: TCP, or a data channel."""

    road: Annotated[str, Meta(max_length=8, description="tcp or ice")]
    rate: Annotated[float, Meta(description="bytes a second, as the receiver measured")]


class ConnectionReport(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One attempt to connect. `outcome` is a way of the ladder or `failed`."""

    v: int
    link: int = 0
    outcome: str
    scope: str = ""
    chosen: ReportCheck | None = None
    local: tuple[ReportCandidate, ...] = ()
    remote: tuple[ReportCandidate, ...] = ()
    checks: tuple[ReportCheck, ...] = ()
    networks: Networks = Networks()
    reasons: tuple[Reason, ...] = ()
    relays: tuple[RelayTrouble, ...] = ()
    race: Annotated[
        tuple[Delivery, ...], Meta(description="once both roads have been measured: the one that carries, the other")
    ] = ()
    phases: Phases = Phases()


VARYING: Final = frozenset({Mapping.SEQUENTIAL, Mapping.RANDOM})


def reasons(report: ConnectionReport, relay_only: bool = False) -> tuple[Reason, ...]:
    """Why nothing better came about, the most telling first; empty if nothing better exists."""
    if report.outcome in ("direct", "reversed", "mapped"):
        return ()
    if report.outcome == "punched":
        return (Reason.DIFFERENT_NETWORKS,)
    if relay_only:
        return (Reason.RELAY_ONLY,)
    found = _obstacles(report)
    if report.outcome == "failed" and not _knows_relay(report):
        found.append(Reason.NO_RELAY)
    return tuple(found)


def _obstacles(report: ConnectionReport) -> list[Reason]:
    if not report.remote:
        return [Reason.NO_CANDIDATES_THERE]
    here, there = _families(report.local), _families(report.remote)
    if here and there and not here & there:
        return [Reason.NO_COMMON_FAMILY]
    found = _of_networks(report.networks)
    if not found and _shared_public(report):
        found.append(Reason.NO_HAIRPIN)
    return found or [Reason.FILTERED]


def _of_networks(networks: Networks) -> list[Reason]:
    rules = (
        (networks.here is Mapping.BLOCKED, Reason.UDP_BLOCKED_HERE),
        (networks.there is Mapping.BLOCKED, Reason.UDP_BLOCKED_THERE),
        (networks.here in VARYING, Reason.VARIES_HERE),
        (networks.there in VARYING, Reason.VARIES_THERE),
    )
    return [reason for applies, reason in rules if applies]


def _is_relay(candidate: ReportCandidate) -> bool:
    return candidate.kind is CandidateKind.RELAY


def _knows_relay(report: ConnectionReport) -> bool:
    """One that works, or one that does not, which the person should know of."""
    works = any(_is_relay(each) for each in (*report.local, *report.remote))
    return works or any(not each.relay.startswith("stun") for each in report.relays)


def _families(candidates: tuple[ReportCandidate, ...]) -> set[int]:
    return {each.family for each in candidates if each.family and not _is_relay(each)}


def _shared_public(report: ConnectionReport) -> bool:
    return bool(_public_hosts(report.local) & _public_hosts(report.remote))


def _public_hosts(candidates: tuple[ReportCandidate, ...]) -> set[str]:
    return {each.address.rpartition(":")[0] for each in candidates if each.kind is CandidateKind.SRFLX and each.address}
