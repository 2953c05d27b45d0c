"""Who can connect to whom, judged by what the two networks do (RFC 5128, section 3.3). Pure.

The same judgement is made for pairs of sites of the laboratory (tests/nat/expect.py), where it is measured.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import msgspec

from pypeer.doctor import addresses
from pypeer.doctor.findings import Filtering, Findings, Mapping, Ports, Status, Udp
from pypeer.protocol import codes


class Kind(StrEnum):
    """The usual kinds of networks."""

    PUBLIC = "public"
    """On the Internet, without NAT and firewall."""
    FIREWALL = "firewall"
    """No NAT, but only answers come in."""
    HOME = "home"
    """A NAT that keeps one port for everybody, and lets in all, or all ports of whom was sent to."""
    STRICT = "strict"
    """Likewise, but it lets in only the very address and port that was sent to."""
    COUNTING = "counting"
    """A NAT that takes another port for each destination, each a small step from the last."""
    SYMMETRIC = "symmetric"
    """A NAT that takes another port for each destination, at random: offices, some mobile networks."""
    CGNAT = "cgnat"
    """A NAT of the provider (carrier-grade NAT), shared with other customers: mobile networks, some home lines."""
    BLOCKED = "blocked"
    """UDP does not get out."""
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """How two networks connect, at best."""

    DIRECT = "direct"
    """One dials the other."""
    PUNCHED = "punched"
    """Both send at once, and so open their NATs to each other."""
    PREDICTED = "predicted"
    """Likewise, and one side's port has to be guessed, which nearly always succeeds."""
    RELAYED = "relayed"
    NONE = "none"
    """Not at all: it would take a relay, and there is none that works from here."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Stack:
    """UDP over one version of IP."""

    mapping: codes.Mapping
    filtering: Filtering = Filtering.ADDRESS_AND_PORT_DEPENDENT

    @property
    def is_open(self) -> bool:
        """Everybody may dial."""
        return self.mapping is codes.Mapping.NONE and self.filtering is Filtering.ENDPOINT_INDEPENDENT

    @property
    def varies(self) -> bool:
        """The outside port is another for each destination."""
        return self.mapping in (codes.Mapping.SEQUENTIAL, codes.Mapping.RANDOM)

    @property
    def is_strict(self) -> bool:
        """Only the very address and port that was sent to may answer, as far as is known."""
        return self.filtering in (Filtering.ADDRESS_AND_PORT_DEPENDENT, Filtering.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Network:
    """A network; None where UDP does not work over that version of IP."""

    v4: Stack | None = None
    v6: Stack | None = None


_M = codes.Mapping
_OPEN: Final = Stack(_M.NONE, Filtering.ENDPOINT_INDEPENDENT)
_FIREWALL: Final = Stack(_M.NONE)
_STRICT: Final = Stack(_M.INDEPENDENT)

USUAL: Final[dict[Kind, Network]] = {
    Kind.PUBLIC: Network(_OPEN),
    Kind.FIREWALL: Network(_FIREWALL),
    Kind.HOME: Network(replace(_STRICT, filtering=Filtering.ADDRESS_DEPENDENT)),
    Kind.STRICT: Network(_STRICT),
    Kind.CGNAT: Network(_STRICT),
    Kind.COUNTING: Network(Stack(_M.SEQUENTIAL)),
    Kind.SYMMETRIC: Network(Stack(_M.RANDOM)),
    Kind.BLOCKED: Network(),
}
"""Without IPv6, which each of them may have as well."""

PARTNERS: Final = (Kind.PUBLIC, Kind.HOME, Kind.STRICT, Kind.CGNAT, Kind.SYMMETRIC, Kind.BLOCKED)
"""Those of the table, the easiest first."""

_BEST_FIRST: Final = (Verdict.DIRECT, Verdict.PUNCHED, Verdict.PREDICTED, Verdict.UNKNOWN, Verdict.RELAYED)


class Prospect(msgspec.Struct, frozen=True):
    """What to expect of somebody in such a network; `ipv6` if they have IPv6 as well as we."""

    partner: Kind
    verdict: Verdict
    ipv6: Verdict


def verdict(mine: Network, theirs: Network) -> Verdict:
    """How the two connect: the best of both versions of IP."""
    both = [(mine.v4, theirs.v4), (mine.v6, theirs.v6)]
    found = [_of_stacks(here, there) for here, there in both if here is not None and there is not None]
    return min(found, key=_BEST_FIRST.index, default=Verdict.RELAYED)


def _of_stacks(here: Stack, there: Stack) -> Verdict:
    if here.is_open or there.is_open:
        return Verdict.DIRECT
    if codes.Mapping.UNKNOWN in (here.mapping, there.mapping):
        return Verdict.UNKNOWN
    if here.varies and there.varies:
        both_count = here.mapping is there.mapping is codes.Mapping.SEQUENTIAL
        return Verdict.PREDICTED if both_count else Verdict.RELAYED
    if here.varies or there.varies:
        rest = there if here.varies else here
        return Verdict.PREDICTED if rest.is_strict else Verdict.PUNCHED
    return Verdict.PUNCHED


def mapping_of(udp: Udp) -> codes.Mapping:
    """In the words in which peers tell each other."""
    varying = codes.Mapping.SEQUENTIAL if udp.ports is Ports.SEQUENTIAL else codes.Mapping.RANDOM
    return {
        Mapping.NONE: codes.Mapping.NONE,
        Mapping.ENDPOINT_INDEPENDENT: codes.Mapping.INDEPENDENT,
        Mapping.ADDRESS_DEPENDENT: varying,
        Mapping.ADDRESS_AND_PORT_DEPENDENT: varying,
        Mapping.UNKNOWN: codes.Mapping.UNKNOWN,
    }[udp.mapping]


def stack_of(udp: Udp) -> Stack | None:
    """As it counts for connections over the Internet; None if it does not work there."""
    if udp.status is Status.UNTESTED or (udp.status is Status.WORKS and udp.inside):
        return Stack(codes.Mapping.UNKNOWN, Filtering.UNKNOWN)
    return Stack(mapping_of(udp), udp.filtering) if udp.status is Status.WORKS else None


def network_of(findings: Findings) -> Network:
    """Mine. IPv6 that was not tested is not counted on."""
    v6 = findings.of(6)
    return Network(stack_of(findings.of(4)), stack_of(v6) if v6.status is Status.WORKS else None)


def kind_of(findings: Findings) -> Kind:
    """The kind of network this machine is in: over IPv4, or over IPv6 where there is nothing else."""
    v4, v6 = findings.of(4), findings.of(6)
    udp = v6 if v4.status is not Status.WORKS and v6.status is Status.WORKS else v4
    stack = stack_of(udp)
    if stack is None:
        return Kind.BLOCKED if udp.status is Status.BLOCKED else Kind.UNKNOWN
    kind = _kind_of_stack(stack)
    is_shared = kind in (Kind.HOME, Kind.STRICT) and addresses.is_shared(udp.local, findings.route.hops)
    return Kind.CGNAT if is_shared else kind


def _kind_of_stack(stack: Stack) -> Kind:
    if stack.is_open:
        return Kind.PUBLIC
    match stack.mapping:
        case codes.Mapping.NONE:
            return Kind.FIREWALL
        case codes.Mapping.INDEPENDENT:
            return Kind.STRICT if stack.is_strict else Kind.HOME
        case codes.Mapping.SEQUENTIAL:
            return Kind.COUNTING
        case codes.Mapping.RANDOM:
            return Kind.SYMMETRIC
        case _:
            return Kind.UNKNOWN


def prospects(findings: Findings) -> tuple[Prospect, ...]:
    """What to expect of the usual kinds of networks."""
    mine = network_of(findings)
    has_relay = findings.signaling.inside is True or any(relay.works for relay in findings.relays)
    return tuple(_prospect(kind, mine, has_relay) for kind in PARTNERS)


def _prospect(kind: Kind, mine: Network, has_relay: bool) -> Prospect:
    theirs = USUAL[kind]
    six = None if kind is Kind.BLOCKED else _FIREWALL
    found = [verdict(mine, theirs), verdict(mine, replace(theirs, v6=six))]
    return Prospect(kind, *_without_relay(found, has_relay))


def _without_relay(verdicts: Iterable[Verdict], has_relay: bool) -> list[Verdict]:
    return [Verdict.NONE if each is Verdict.RELAYED and not has_relay else each for each in verdicts]
