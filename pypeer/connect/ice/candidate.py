"""Candidates: addresses at which a peer may be reached (RFC 8445, section 5.1), as text too (RFC 8839)."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from pypeer.protocol.report import CandidateKind, ReportCandidate
from signaling.protocol.values import Address

TYPE_PREFERENCE: Final = {
    CandidateKind.HOST: 126,
    CandidateKind.PRFLX: 110,
    CandidateKind.SRFLX: 100,
    CandidateKind.RELAY: 0,
}
"""RFC 8445, section 5.1.2.2."""

LOCAL_PREFERENCE_MAX: Final = 65_535
COMPONENT: Final = 1
"""A data channel has one component."""

PREDICTED: Final = "predicted"
"""Extension attribute of a candidate that is a guess; others ignore it (RFC 8839, section 5.1)."""


MAPPED: Final = "mapped"
"""Likewise, of one that a router was asked for."""


class CandidateError(ValueError):
    """A text that is no candidate; the message says why."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate. `host` may be a name (mDNS) in what the other side sends; `related` is where it was learnt from."""

    kind: CandidateKind
    host: str
    port: int
    priority: int
    foundation: str = "1"
    related: Address | None = None
    ufrag: str = ""
    predicted: bool = False
    mapped: bool = False
    transport: str = "udp"
    tcptype: str = ""
    """Of a candidate of TCP: `passive`, or `so` for simultaneous open (RFC 6544, section 4.5)."""

    @property
    def address(self) -> Address:
        """Where to send."""
        return self.host, self.port

    @property
    def family(self) -> int:
        """4 or 6; 0 for a name."""
        return family_of(self.host)


def family_of(host: str) -> int:
    """4 or 6; 0 if the text is a name and no address."""
    try:
        return ipaddress.ip_address(host).version
    except ValueError:
        return 0


def priority(kind: CandidateKind, local_preference: int, type_bonus: int = 0) -> int:
    """RFC 8445, section 5.1.2.1; `type_bonus` tells relays apart: 2 for UDP, 1 for TCP, 0 for TLS."""
    return (TYPE_PREFERENCE[kind] + type_bonus << 24) + (local_preference << 8) + (256 - COMPONENT)


def interleaved(hosts: Iterable[str]) -> list[str]:
    """Addresses in the order of preference: IPv6 and IPv4 by turns, IPv6 first (RFC 8421, section 4)."""
    by_family: dict[int, list[str]] = {6: [], 4: []}
    for host in hosts:
        by_family[family_of(host)].append(host)
    longest = max(map(len, by_family.values()))
    return [same[turn] for turn in range(longest) for same in by_family.values() if turn < len(same)]


def to_line(candidate: Candidate) -> str:
    """The attribute's text, `candidate:...`."""
    words = [
        f"candidate:{candidate.foundation} {COMPONENT} {candidate.transport} {candidate.priority}",
        f"{candidate.host} {candidate.port} typ {candidate.kind}",
    ]
    if candidate.related is not None:
        words.append(f"raddr {candidate.related[0]} rport {candidate.related[1]}")
    if candidate.tcptype:
        words.append(f"tcptype {candidate.tcptype}")
    if candidate.ufrag:
        words.append(f"ufrag {candidate.ufrag}")
    if candidate.predicted:
        words.append(f"{PREDICTED} 1")
    if candidate.mapped:
        words.append(f"{MAPPED} 1")
    return " ".join(words)


def parse(line: str) -> Candidate:
    """Read the attribute's text, with or without `a=`; raises CandidateError."""
    words = line.removeprefix("a=").removeprefix("candidate:").split()
    if len(words) < 8 or words[6] != "typ":
        raise CandidateError(f"{line[:60]!r} is no candidate")
    extras = dict(zip(words[8::2], words[9::2], strict=False))
    try:
        return Candidate(
            kind=_kind(words[7]),
            host=words[4],
            port=_port(words[5]),
            priority=int(words[3]) & 0xFFFFFFFF,
            foundation=words[0],
            related=(extras["raddr"], _port(extras["rport"])) if {"raddr", "rport"} <= extras.keys() else None,
            ufrag=extras.get("ufrag", ""),
            predicted=PREDICTED in extras,
            mapped=MAPPED in extras,
            transport=words[2].lower(),
            tcptype=extras.get("tcptype", ""),
        )
    except ValueError as error:
        raise CandidateError(f"{line[:60]!r} is no candidate: {error}") from None


def told(candidate: Candidate) -> ReportCandidate:
    """As the connection report has it."""
    address = join(candidate.host, candidate.port)
    return ReportCandidate(kind=candidate.kind, address=address, transport=candidate.transport, family=candidate.family)


def join(host: str, port: int) -> str:
    """`address:port`, with brackets around IPv6."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _kind(text: str) -> CandidateKind:
    kind = CandidateKind(text)
    if kind not in TYPE_PREFERENCE:
        raise ValueError(f"{text} is no kind of candidate")
    return kind


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError(f"{port} is no port")
    return port
