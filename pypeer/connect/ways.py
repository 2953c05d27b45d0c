"""Which way of the ladder a pair is, in the words of the design (docs/architecture.md). Pure."""

import ipaddress
from dataclasses import dataclass
from typing import Final

from pypeer.connect.ice.candidate import Candidate, join
from pypeer.connect.ice.pairs import Pair, is_relayed
from pypeer.connect.lanes import Grade
from pypeer.links.link import Path, Scope
from pypeer.protocol.report import CandidateKind
from signaling.protocol.values import Address

PROXIED: Final = "proxied"
"""The way through a proxy of one side's network, over TCP."""

RELAYS: Final = {2: "udp", 1: "tcp", 0: "tls"}
"""By the bonus in the priority of a relayed candidate (pypeer.connect.servers)."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What decides how a path is called, in both languages (tests/vectors/ways.json)."""

    scope: Scope
    asked: bool
    """Whether this side asked for the meeting (role A)."""
    mapped: bool
    """Whether there is a NAT in front of this end."""
    bare: bool
    """Whether the other end is at an address of its own: a host candidate."""
    predicted: bool
    """Whether one end is at a port that was guessed."""
    relay: str = ""
    """How this side reaches its relay (`udp`, `tcp`, `tls`); empty if it has none on this path."""


def way_of(facts: Facts) -> str:
    """The way of the ladder. Whoever has no NAT in front was dialled: if that is who asked, it was dialled back."""
    if facts.scope is Scope.RELAY:
        return f"turn-{facts.relay or 'udp'}"
    if facts.scope is not Scope.INTERNET:
        return "direct"
    if facts.predicted:
        return "predicted"
    if facts.mapped and not facts.bare:
        return "punched"
    both_open = facts.bare and not facts.mapped
    return "direct" if both_open or facts.bare is facts.asked else "reversed"


def grade_of(path: Path) -> Grade:
    """How good it is, for the choice between roads."""
    if path.scope is Scope.RELAY:
        return Grade.RELAYED
    return Grade.PROXIED if path.way == PROXIED else Grade.DIRECT


def path_of(pair: Pair, asked: bool, scope: Scope, leased: frozenset[Address] = frozenset()) -> Path:
    """The path over a pair; `asked` says whether this side asked for the meeting (role A), `scope` how far it goes.

    `leased` are the public addresses that routers here were asked for.
    """
    facts = Facts(
        scope=Scope.RELAY if is_relayed(pair) else scope,
        asked=asked,
        mapped=is_mapped(pair),
        bare=pair.remote.kind is CandidateKind.HOST,
        predicted=pair.local.predicted or pair.remote.predicted,
        relay=_relay(pair.local),
    )
    is_leased = facts.scope is Scope.INTERNET and (pair.remote.mapped or pair.mapped in leased)
    way = "mapped" if is_leased else way_of(facts)
    return Path(way, facts.scope, join(*pair.local.address), join(*pair.remote.address))


def _relay(local: Candidate) -> str:
    return RELAYS.get(local.priority >> 24, "") if local.kind is CandidateKind.RELAY else ""


def is_mapped(pair: Pair) -> bool:
    """Whether there is a NAT in front of the socket: the other side sees another address, or must, if none is told."""
    if pair.mapped is None:
        return ipaddress.ip_address(pair.local.host).is_private
    return pair.mapped != pair.local.address
