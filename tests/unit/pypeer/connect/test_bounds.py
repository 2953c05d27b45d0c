"""How much one generation of ICE sends, to whom and how far; and whose data it takes."""

from itertools import pairwise

import pytest

from pypeer.connect.ice.agent import HOLE_TTL, PACE_S, Agent
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.effects import Effect, Send, State
from pypeer.protocol.report import CHECKS_MAX, CandidateKind, CheckState
from signaling.protocol import stun
from signaling.protocol.values import Address
from tests.support.virtual_net import VirtualNet
from tests.support.virtual_peer import VirtualPeer, neighbours, request, settled

HERE, THERE = ("192.31.196.10", 5000), ("192.52.193.20", 5000)


def connected(net: VirtualNet) -> tuple[VirtualPeer, VirtualPeer]:
    one, other = neighbours(net)
    assert net.run(3, lambda: settled(one, other))
    return one, other


def named(host: str, port: int = 5000, kind: CandidateKind = CandidateKind.HOST, priority: int = 99) -> Candidate:
    return Candidate(kind, host, port, priority)


def lonely(net: VirtualNet, count: int, bases: int = 1) -> tuple[Agent, list[Effect]]:
    """An agent with so many candidates of a peer that does not answer."""
    agent = Agent(IceRole.CONTROLLING, Credentials.make(net.entropy), net.entropy, net.random.random)
    effects = agent.set_remote(Credentials.make(net.entropy), net.now)
    for base in range(bases):
        agent.add_base(base, named("192.31.196.10", 5000 + base))
        agent.add_local(base, named("192.31.196.10", 5000 + base), net.now)
    for each in range(count):
        effects += agent.add_remote(named("192.52.193.20", 1024 + each, priority=each), net.now)
    return agent, effects


@pytest.mark.parametrize(("candidates", "bases"), [(1, 1), (30, 4), (300, 2)])
def test_checks_are_paced_bounded_and_end(candidates: int, bases: int) -> None:
    net = VirtualNet()
    agent, effects = lonely(net, candidates, bases)
    sent = [(net.now, effect) for effect in effects if isinstance(effect, Send)]
    while (wakes := agent.wake_at()) is not None:
        net.now = max(wakes, net.now)
        sent += [(net.now, effect) for effect in agent.tick(net.now) if isinstance(effect, Send)]
    count = len(agent.pairs)
    assert agent.state is State.FAILED
    assert {pair.state for pair in agent.pairs} == {CheckState.FAILED}
    assert count == min(candidates * bases, CHECKS_MAX)
    assert all(later[0] - earlier[0] >= PACE_S - 1e-9 for earlier, later in pairwise(sent))
    assert len({(effect.base, effect.to) for _, effect in sent[:count]}) == count
    assert len(sent) <= 8 * count
    assert net.now - 1_000 <= 3 + PACE_S * CHECKS_MAX


def test_of_too_many_pairs_the_best_are_kept() -> None:
    agent, _ = lonely(VirtualNet(), 100, 2)
    assert len(agent.pairs) == CHECKS_MAX
    assert min(pair.remote.priority for pair in agent.pairs) == 50


def test_checks_from_everywhere_make_no_more_pairs_than_named_addresses_would() -> None:
    net = VirtualNet()
    one, other = connected(net)
    assert one.agent.selected is not None
    for port in range(10_000, 10_300):
        one.take(0, (THERE[0], port), stun.decode(request(one, other)))
        assert len(one.agent.pairs) <= CHECKS_MAX
        assert len(one.agent.remotes) <= CHECKS_MAX
        assert one.agent.selected in one.agent.pairs
    net.run(10)
    assert settled(one, other)


# Holes


@pytest.mark.parametrize(("careful", "expected"), [(True, [HOLE_TTL] * 3 + [None]), (False, [None] * 4)])
def test_the_answering_side_opens_its_own_hole_first(careful: bool, expected: list[int | None]) -> None:
    net = VirtualNet()
    agent, _ = lonely(net, 0)
    agent.careful = careful
    effects = agent.add_remote(named("192.52.193.20", 5000, CandidateKind.SRFLX), net.now)
    for _ in range(3):
        wakes = agent.wake_at()
        assert wakes is not None
        effects += agent.tick(wakes)
    assert [effect.ttl for effect in effects if isinstance(effect, Send)] == expected


def test_careful_only_towards_a_nat() -> None:
    for remote in (named(*THERE), named("2620:4f:8000::1", 5000, CandidateKind.SRFLX)):
        net = VirtualNet()
        agent, _ = lonely(net, 0)
        agent.add_base(9, named("2620:4f:8000::9"))
        agent.add_local(9, named("2620:4f:8000::9"), net.now)
        agent.careful = True
        effects = agent.add_remote(remote, net.now)
        assert [effect.ttl for effect in effects if isinstance(effect, Send)] == [None]


# Data


def test_data_of_strangers_is_not_carried() -> None:
    net = VirtualNet()
    one, _ = connected(net)
    strangers: list[tuple[int, Address]] = [(0, ("192.52.193.20", 5001)), (1, THERE)]
    assert [one.agent.carries(base, source, net.now) for base, source in strangers] == [False, False]
    one.perform(one.agent.add_remote(named("192.52.193.21"), net.now))
    assert not one.agent.carries(0, ("192.52.193.21", 5000), net.now)
    assert one.agent.carries(0, THERE, net.now)
