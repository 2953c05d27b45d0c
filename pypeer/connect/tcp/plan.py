"""What is told of TCP, what is dialled, and how a connection is called. Pure (RFC 6544)."""

import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final, NamedTuple

from pypeer.connect.ice.candidate import Candidate, CandidateError, parse, priority
from pypeer.connect.ice.gather import step
from pypeer.connect.ice.predict import following
from pypeer.connect.ways import PROXIED
from pypeer.links.link import Scope
from pypeer.protocol.report import CandidateKind
from pypeer.secure.keys import Role
from pypeer.secure.knock import How
from signaling.protocol.values import Address

DIALS_MAX: Final = 64
"""Pairs of addresses dialled for one link at most: four addresses with eight, twice."""

PROXIED_MAX: Final = 4
"""Addresses dialled through a proxy for one link at most: two of each family, its own and a mapped one. A proxy is
somebody else's, and counts what it is asked for."""

BEHIND: Final = 4
"""Ports before those that were seen that are guessed, too: dials may have been quicker than the question."""

PREFERENCE_MAX: Final = 8191
"""RFC 6544, section 4.2: 13 bits tell candidates of a kind apart."""


class TcpType(StrEnum):
    """RFC 6544, section 4.5. Active candidates are not told: every side dials whatever it is told."""

    PASSIVE = "passive"
    SO = "so"


DIRECTION: Final = {
    (CandidateKind.HOST, TcpType.PASSIVE): 4,
    (CandidateKind.SRFLX, TcpType.SO): 6,
    (CandidateKind.SRFLX, TcpType.PASSIVE): 2,
}
"""The direction's part of the preference (RFC 6544, section 4.2)."""


HOWS: Final[dict[tuple[CandidateKind, str], How]] = {
    (CandidateKind.HOST, TcpType.PASSIVE): How.HOST,
    (CandidateKind.SRFLX, TcpType.PASSIVE): How.MAPPED,
    (CandidateKind.SRFLX, TcpType.SO): How.REFLEXIVE,
}


class Dial(NamedTuple):
    """Dial this from there: one of our addresses, or that of a proxy."""

    base: Address
    remote: Candidate
    how: How


def candidate(
    kind: CandidateKind, tcptype: TcpType, address: Address, rank: int, base: Address | None = None
) -> Candidate:
    """A candidate to be told; the lower the rank, the better."""
    preference = (DIRECTION[kind, tcptype] << 13) + max(0, PREFERENCE_MAX - rank)
    return Candidate(
        kind, *address, priority(kind, preference), f"t{kind[0]}{rank}", base, transport="tcp", tcptype=tcptype
    )


def guesses(base: Address, seen: Sequence[Address], rank: int) -> list[Candidate]:
    """Ports that a NAT which counts may give, or have given, to our dials, from what it was seen to give just before.

    None where it keeps our port, as most do, or follows no rule.
    """
    if base[1] in [port for _, port in seen]:
        return []
    found = following(list(seen), step(list(seen)), BEHIND)
    made = [
        candidate(CandidateKind.SRFLX, TcpType.SO, address, rank + number, base) for number, address in enumerate(found)
    ]
    return [replace(each, predicted=True) for each in made]


def read(lines: Iterable[str]) -> list[Candidate]:
    """What of the other side's candidates can be dialled; the rest costs nothing but itself."""
    found = []
    for line in lines:
        try:
            each = parse(line)
        except CandidateError:
            continue
        if each.transport == "tcp" and each.port and _is_host(each.host) and _how(each) is not None:
            found.append(each)
    return found


def dials(bases: Sequence[Address], remotes: Iterable[Candidate]) -> list[Dial]:
    """What to dial, the best first: from each own address whatever is of its family, but never one's own."""
    found = []
    for remote in sorted(remotes, key=lambda each: -each.priority):
        how = _how(remote)
        if how is None or remote.address in bases:
            continue
        found += [Dial(base, remote, how) for base in bases if may_reach(base[0], remote.host)]
    return found[:DIALS_MAX]


def proxied(proxy: Address, remotes: Iterable[Candidate]) -> list[Dial]:
    """What to dial through a proxy, the best first: what can be reached from anywhere, if no firewall forbids it."""
    return [
        Dial(proxy, remote, How.PROXIED)
        for remote in sorted(remotes, key=lambda each: -each.priority)
        if _how(remote) in (How.HOST, How.MAPPED) and ipaddress.ip_address(remote.host).is_global
    ]


def way_of(scope: Scope, asked: Role, here: How, there: How) -> str:
    """The way of the ladder, the same at both ends: `asked` is the role of this end.

    Who was reached by a mapped port was so, whoever else dialled. Two who both dialled have spliced two connections.
    """
    if How.PROXIED in (here, there):
        return PROXIED
    if scope is not Scope.INTERNET:
        return "direct"
    if How.MAPPED in (here, there):
        return "mapped"
    if How.REFLEXIVE in (here, there) or How.LISTENED not in (here, there):
        return "spliced"
    dialler = asked if there is How.LISTENED else asked.other
    return "direct" if dialler is Role.A else "reversed"


def _how(remote: Candidate) -> How | None:
    """How one comes by a connection to it; None for what is no candidate of ours."""
    return HOWS.get((remote.kind, remote.tcptype))


def _is_host(host: str) -> bool:
    """Whether it is the address of one machine, which needs no zone."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified or address.is_link_local) and host != "255.255.255.255"


def may_reach(base: str, host: str) -> bool:
    """Of one family; and this machine's loopback is reached from itself only."""
    one, other = ipaddress.ip_address(base), ipaddress.ip_address(host)
    return one.version == other.version and one.is_loopback == other.is_loopback
