"""From answers to what a NAT or a firewall does (RFC 5780, sections 4.3 and 4.4). Pure.

Servers differ in what they can do. Where one address with two ports was all there was to ask, a conclusion is the
likeliest and not sure; and silence after CHANGE-REQUEST counts only if the endpoint that the answer should have come
from has answered when it was asked itself: it may be closed at the server's own firewall.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import Enum

from pypeer.connect.ice import gather
from pypeer.doctor.asking import CHANGE_ADDRESS, Question, Questions
from pypeer.doctor.findings import Filtering, Ports
from pypeer.doctor.findings import Mapping as Maps
from signaling.protocol.values import Address


class Reaction(Enum):
    """What became of a request to answer from elsewhere."""

    CAME = "came"
    SILENT = "silent"
    UNKNOWN = "unknown"
    """Not asked, refused, not understood, or silence that proves nothing."""


def mapping(local: Address, seen: Mapping[Address, Address]) -> tuple[Maps, bool]:
    """What the outside port depends on, and whether that is sure; `seen` is by destination."""
    if not seen:
        return Maps.UNKNOWN, False
    hosts = {host: {seen[to] for to in seen if to[0] == host} for host, _ in seen}
    outside = set(seen.values())
    if outside == {local}:
        return Maps.NONE, True
    if any(len(mapped) > 1 for mapped in hosts.values()):
        return Maps.ADDRESS_AND_PORT_DEPENDENT, True
    if len(outside) > 1:
        return _by_host(seen, len(hosts))
    if len(seen) == 1:
        return Maps.UNKNOWN, False
    return Maps.ENDPOINT_INDEPENDENT, len(hosts) > 1


def _by_host(seen: Mapping[Address, Address], hosts: int) -> tuple[Maps, bool]:
    """Another port for another host: whether also for another port there, only two ports of one host can tell."""
    if len(seen) > hosts:
        return Maps.ADDRESS_DEPENDENT, True
    return Maps.ADDRESS_AND_PORT_DEPENDENT, False


def reaction(question: Question, questions: Questions, reachable: Collection[Address]) -> Reaction:
    """What became of a CHANGE-REQUEST; `reachable` are endpoints of the server that have answered for themselves."""
    answer = questions.answers.get(question)
    if answer is not None:
        return Reaction.CAME if answer.mapped is not None and _is_elsewhere(question, answer.source) else _UNKNOWN
    proves = any(_is_elsewhere(question, endpoint) for endpoint in reachable)
    return Reaction.SILENT if question in questions.silent and proves else _UNKNOWN


_UNKNOWN = Reaction.UNKNOWN


def _is_elsewhere(question: Question, source: Address) -> bool:
    """Whether an answer from there would be what the question asked for."""
    other_host = source[0] != question.to[0]
    return source[1] != question.to[1] and other_host is bool(question.change & CHANGE_ADDRESS)


def filtering(both: Reaction, port: Reaction) -> tuple[Filtering, bool]:
    """Who is let in, and whether that is sure: after answers from another address and port, and from another port."""
    if both is Reaction.CAME:
        return Filtering.ENDPOINT_INDEPENDENT, True
    if port is Reaction.CAME:
        return Filtering.ADDRESS_DEPENDENT, both is Reaction.SILENT
    if port is Reaction.SILENT or both is Reaction.SILENT:
        return Filtering.ADDRESS_AND_PORT_DEPENDENT, port is Reaction.SILENT
    return Filtering.UNKNOWN, False


def ports(firsts: Sequence[tuple[Address, Address]], seen: Mapping[Address, Address]) -> tuple[Ports, int]:
    """How ports are chosen, and the step between them: of one socket's mappings, or of several sockets' first ones."""
    pairs = [(local[1], mapped[1]) for local, mapped in firsts]
    varies = len(set(seen.values())) > 1
    if pairs and not varies and all(own == outside for own, outside in pairs):
        return Ports.KEPT, 0
    found = list(seen.values()) if varies else [mapped for _, mapped in firsts]
    if len(set(found)) < 2:
        return Ports.UNKNOWN, 0
    step = gather.step(found)
    return (Ports.SEQUENTIAL, step) if step else (Ports.RANDOM, 0)
