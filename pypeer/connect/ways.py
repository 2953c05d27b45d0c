"""Which way of the ladder a pair is, in the words of the design (docs/architecture.md). Pure."""

import ipaddress
from typing import Final

from pypeer.connect.ice.candidate import Candidate, join
from pypeer.connect.ice.pairs import Pair, is_relayed
from pypeer.links.link import Path, Scope
from pypeer.protocol.report import CandidateKind

RELAY_WAYS: Final = {2: "turn-udp", 1: "turn-tcp", 0: "turn-tls"}
"""By the bonus in the priority of a relayed candidate (pypeer.connect.servers)."""


def path_of(pair: Pair, asked: bool, scope: Scope) -> Path:
    """The path over a pair; `asked` says whether this side asked for the meeting (role A), `scope` how far it goes."""
    ends = join(*pair.local.address), join(*pair.remote.address)
    if is_relayed(pair):
        return Path(_relay_way(pair), Scope.RELAY, *ends)
    return Path(_direct_way(pair, asked) if scope is Scope.INTERNET else "direct", scope, *ends)


def _relay_way(pair: Pair) -> str:
    local = pair.local.kind is CandidateKind.RELAY
    return RELAY_WAYS.get(pair.local.priority >> 24, "turn-udp") if local else "turn-udp"


def _direct_way(pair: Pair, asked: bool) -> str:
    """Whoever has no NAT in front was dialled: if that is who asked, it was dialled back."""
    if pair.local.predicted or pair.remote.predicted:
        return "predicted"
    open_here, open_there = not is_mapped(pair), _is_bare(pair.remote)
    if open_here and open_there:
        return "direct"
    if open_here or open_there:
        return "direct" if open_there is asked else "reversed"
    return "punched"


def is_mapped(pair: Pair) -> bool:
    """Whether there is a NAT in front of the socket: the other side sees another address, or must, if none is told."""
    if pair.mapped is None:
        return ipaddress.ip_address(pair.local.host).is_private
    return pair.mapped != pair.local.address


def _is_bare(remote: Candidate) -> bool:
    return remote.kind is CandidateKind.HOST
