"""Which pairs there are, in which order they are checked, and which are let go."""

from pypeer.connect.ice import checks
from pypeer.connect.ice.agent import PACE_S, Agent
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checklist import CheckList
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.effects import Effect, Send
from pypeer.protocol.report import CHECKS_MAX, CandidateKind
from signaling.protocol import stun
from signaling.protocol.stun import Message
from signaling.protocol.values import Address
from tests.support.virtual_net import VirtualNet

OURS, THEIRS = Credentials("ours", "o" * 22), Credentials("them", "t" * 22)


def named(host: str, port: int, priority: int, kind: CandidateKind = CandidateKind.HOST) -> Candidate:
    return Candidate(kind, host, port, priority)


def listed(role: IceRole, locals_: list[int], remotes: list[int]) -> CheckList:
    """Candidates of these priorities, which are their ports too."""
    made = CheckList(role)
    for base, priority in enumerate(locals_):
        made.bases[base] = named("192.31.196.10", priority, priority)
        made.add_local(base, made.bases[base], 1.0)
    for priority in remotes:
        made.add_remote(named("192.52.193.20", priority, priority), 1.0)
    return made


def agent(net: VirtualNet, remotes: int, bases: int = 1) -> Agent:
    made = Agent(IceRole.CONTROLLED, OURS, net.entropy, net.random.random)
    made.set_remote(THEIRS, net.now)
    for base in range(bases):
        widen(made, net, base)
    for port in range(remotes):
        made.add_remote(named("192.52.193.20", 1024 + port, 100 + port), net.now)
    return made


def widen(made: Agent, net: VirtualNet, base: int) -> None:
    candidate = named("192.31.196.10", 5000 + base, 1000)
    made.add_base(base, candidate)
    made.add_local(base, candidate, net.now)


def check(net: VirtualNet, priority: int = 1) -> Message:
    data = checks.request(net.entropy(12), THEIRS, OURS, IceRole.CONTROLLING, 1, priority, nominate=False)
    return stun.decode(data)


def asked(effects: list[Effect]) -> list[Address]:
    """Where checks went, and not answers."""
    sends = [effect for effect in effects if isinstance(effect, Send)]
    return [send.to for send in sends if stun.decode(send.data).kind is stun.Class.REQUEST]


def test_both_sides_have_the_same_order() -> None:
    one, other = listed(IceRole.CONTROLLING, [3, 7, 9], [7, 3, 5]), listed(IceRole.CONTROLLED, [7, 3, 5], [3, 7, 9])
    here = [(pair.local.priority, pair.remote.priority) for pair in one.pairs]
    there = [(pair.remote.priority, pair.local.priority) for pair in other.pairs]
    assert here == there
    assert here == [(9, 7), (7, 7), (9, 5), (7, 5), (9, 3), (7, 3), (3, 7), (3, 5), (3, 3)]


def test_a_candidate_that_gets_its_name_gets_its_place() -> None:
    made = listed(IceRole.CONTROLLING, [9], [3, 5])
    made.learn(0, named("192.52.193.21", 1, 1, CandidateKind.PRFLX), 2.0)
    assert [pair.remote.priority for pair in made.pairs] == [5, 3, 1]
    made.add_remote(named("192.52.193.21", 1, 4), 3.0)
    assert [pair.remote.priority for pair in made.pairs] == [5, 4, 3]


def test_where_the_other_side_was_heard_is_checked_first() -> None:
    net = VirtualNet()
    made = agent(net, 60)
    first = [asked(made.tick(net.now + PACE_S * turn)) for turn in range(1, 4)]
    assert first == [[("192.52.193.20", 1083 - turn)] for turn in range(3)]
    net.now += PACE_S * 3
    made.receive(0, ("192.52.193.20", 1024), check(net), net.now)
    assert asked(made.tick(net.now + PACE_S)) == [("192.52.193.20", 1024)]


def test_where_the_other_side_was_heard_is_not_let_go() -> None:
    net = VirtualNet()
    made = agent(net, 60)
    for port in (1, 2):
        made.receive(0, ("192.52.193.99", port), check(net), net.now)
    for base in (1, 2):
        widen(made, net, base)
    assert len(made.pairs) == CHECKS_MAX
    assert {1, 2} <= {pair.remote.port for pair in made.pairs}


def test_the_pair_in_use_is_never_let_go() -> None:
    net = VirtualNet()
    made = agent(net, 1)
    made.receive(0, ("192.52.193.20", 1024), check(net), net.now)
    used = made.selected
    for port in range(1, 300):
        made.receive(0, ("192.52.193.99", port), check(net, 2**32 - 1), net.now)
    assert len(made.pairs) == CHECKS_MAX
    assert used is not None
    assert made.selected is used
    assert used in made.pairs
