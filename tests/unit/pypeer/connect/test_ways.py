"""What a pair is called, and what the report says of an attempt."""

import json

import pytest

from pypeer.connect.ice.agent import Agent
from pypeer.connect.ice.candidate import Candidate, priority
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.pairs import Pair
from pypeer.connect.lanes import Grade
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.connect.reporting import Stopwatch, report
from pypeer.connect.ways import grade_of, is_mapped, path_of
from pypeer.links.link import Path, Scope
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import CHECKS_MAX, CandidateKind, CheckState, Networks, Reason
from signaling.protocol.rendezvous import Phases
from signaling.protocol.values import Address
from tests.support.virtual_net import VirtualNet
from tests.support.virtual_peer import neighbours, settled
from tests.vectors import make_ways

OUTSIDE: Address = ("192.31.196.10", 41_000)


def candidate(
    kind: CandidateKind, host: str = "192.31.196.10", port: int = 5000, bonus: int = 0, predicted: bool = False
) -> Candidate:
    return Candidate(kind, host, port, priority(kind, 65_535, bonus), predicted=predicted)


KINDS = (CandidateKind.HOST, CandidateKind.SRFLX, CandidateKind.PRFLX, CandidateKind.RELAY)
HOST, SRFLX, PRFLX, RELAY = map(candidate, KINDS)
PRIVATE = candidate(CandidateKind.HOST, "10.0.0.2")
GUESS = candidate(CandidateKind.PRFLX, predicted=True)


@pytest.mark.parametrize(
    ("local", "mapped", "remote", "asked", "way"),
    [
        (HOST, HOST.address, HOST, True, "direct"),
        (HOST, None, HOST, False, "direct"),
        (PRIVATE, OUTSIDE, HOST, True, "direct"),
        (PRIVATE, OUTSIDE, HOST, False, "reversed"),
        (HOST, HOST.address, SRFLX, True, "reversed"),
        (HOST, HOST.address, PRFLX, False, "direct"),
        (PRIVATE, OUTSIDE, SRFLX, True, "punched"),
        (PRIVATE, None, PRFLX, False, "punched"),
        (PRIVATE, OUTSIDE, GUESS, True, "predicted"),
        (GUESS, OUTSIDE, SRFLX, False, "predicted"),
    ],
)
def test_direct_ways(local: Candidate, mapped: Address | None, remote: Candidate, asked: bool, way: str) -> None:
    pair = Pair(0, local, remote, mapped=mapped)
    assert path_of(pair, asked, Scope.INTERNET).way == way
    assert path_of(pair, asked, Scope.NETWORK) == Path(
        "direct", Scope.NETWORK, f"{local.host}:{local.port}", f"{remote.host}:{remote.port}"
    )


@pytest.mark.parametrize(
    ("local", "remote", "way"),
    [
        (candidate(CandidateKind.RELAY, bonus=2), HOST, "turn-udp"),
        (candidate(CandidateKind.RELAY, bonus=1), HOST, "turn-tcp"),
        (candidate(CandidateKind.RELAY, bonus=0), RELAY, "turn-tls"),
        (candidate(CandidateKind.RELAY, bonus=9), RELAY, "turn-udp"),
        (HOST, RELAY, "turn-udp"),
    ],
)
def test_relayed_ways(local: Candidate, remote: Candidate, way: str) -> None:
    path = path_of(Pair(0, local, remote), True, Scope.INTERNET)
    assert (path.way, path.scope) == (way, Scope.RELAY)


def test_the_shared_vectors_are_what_the_code_makes() -> None:
    assert make_ways.build() == json.loads(make_ways.FILE.read_text("utf-8"))


def test_a_nat_in_front() -> None:
    assert is_mapped(Pair(0, PRIVATE, HOST, mapped=OUTSIDE))
    assert not is_mapped(Pair(0, HOST, HOST, mapped=HOST.address))
    assert is_mapped(Pair(0, PRIVATE, HOST))
    assert not is_mapped(Pair(0, HOST, HOST))


# Reports

NETWORKS = Mapping.INDEPENDENT, Mapping.RANDOM


def test_a_success() -> None:
    net = VirtualNet()
    one, other = neighbours(net)
    assert net.run(3, lambda: settled(one, other))
    assert one.agent.selected is not None
    path = path_of(one.agent.selected, True, Scope.INTERNET)
    made = report(3, path, one.agent, NETWORKS, Phases(checked=0.1), ConnectOptions())
    assert (made.link, made.outcome, made.scope, made.reasons) == (3, "direct", "internet", ())
    assert made.chosen == made.checks[0]
    assert made.chosen.state is CheckState.SUCCEEDED
    assert made.chosen.rtt == pytest.approx(0.05)
    assert [each.address for each in (*made.local, *made.remote)] == ["192.31.196.10:5000", "192.52.193.20:5000"]
    assert (made.networks, made.phases) == (Networks(here=NETWORKS[0], there=NETWORKS[1]), Phases(checked=0.1))


@pytest.mark.parametrize(
    ("relaying", "reasons"),
    [
        (Relaying.ALLOWED, (Reason.VARIES_THERE, Reason.NO_RELAY)),
        (Relaying.ONLY, (Reason.RELAY_ONLY,)),
    ],
)
def test_a_failure(relaying: Relaying, reasons: tuple[Reason, ...]) -> None:
    net = VirtualNet()
    agent = Agent(IceRole.CONTROLLED, Credentials.make(net.entropy), net.entropy, net.random.random)
    for port in range(CHECKS_MAX + 5):
        agent.add_remote(candidate(CandidateKind.HOST, port=1 + port), net.now)
    made = report(0, None, agent, NETWORKS, Phases(), ConnectOptions(relaying))
    assert (made.outcome, made.scope, made.chosen, made.reasons) == ("failed", "", None, reasons)
    assert len(made.remote) == CHECKS_MAX


def test_phases() -> None:
    watch = Stopwatch(10.0, gathered=9.0, checked=10.5)
    assert watch.phases() == Phases(gathered=0.0, checked=0.5)


@pytest.mark.parametrize(
    ("way", "scope", "grade"),
    [
        ("punched", Scope.INTERNET, Grade.DIRECT),
        ("direct", Scope.NETWORK, Grade.DIRECT),
        ("proxied", Scope.INTERNET, Grade.PROXIED),
        ("turn-udp", Scope.RELAY, Grade.RELAYED),
    ],
)
def test_what_leads_there_is_direct_or_through_a_proxy_or_a_relay(way: str, scope: Scope, grade: Grade) -> None:
    assert grade_of(Path(way, scope, "", "")) is grade
