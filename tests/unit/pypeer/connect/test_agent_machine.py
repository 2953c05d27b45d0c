"""Whatever happens in whatever order, at whatever time, to an agent: it breaks no rule, and never spins."""

from dataclasses import replace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from pypeer.connect.ice import checks
from pypeer.connect.ice.agent import Agent
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.effects import TRANSITIONS, Became, Effect, Selected, Send, State
from pypeer.connect.ice.pairs import CHECKS_REMEMBERED
from pypeer.protocol.report import CHECKS_MAX, CandidateKind
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class
from signaling.protocol.values import Address
from tests.support.virtual_net import VirtualNet

OURS, THEIRS = Credentials("ours", "o" * 22), Credentials("them", "t" * 22)
HOSTS = ("192.31.196.1", "192.31.196.2", "2620:4f:8000::1", "10.0.0.1")
SPINS_MAX = 60
"""Ticks at one moment: a burst of probes, and a check."""

sources = st.tuples(st.sampled_from(HOSTS), st.integers(1, 4))
bases = st.integers(0, 3)
jumps = st.sampled_from([0.0, 0.001, 0.02, 0.4, 2.0, 6.0, 40.0])


class AgentMachine(RuleBasedStateMachine):
    """One agent, and a peer that does anything."""

    def __init__(self) -> None:
        super().__init__()
        self.net = VirtualNet()
        self.agent = Agent(IceRole.CONTROLLING, OURS, self.net.entropy, self.net.random.random)
        self.now = 5.0
        self.state = State.CHECKING
        self.selected: object = None
        self.flights: list[tuple[int, Address, bytes]] = []
        self.sockets: set[int] = set()

    def check(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send():
                    self.flights.append((effect.base, effect.to, effect.data))
                    assert effect.base in self.sockets
                case Selected():
                    self.selected = effect.pair
                case Became():
                    assert effect.state in TRANSITIONS[self.state]
                    self.state = effect.state
        assert self.state is self.agent.state

    # What the shell does

    @rule(base=bases, relayed=st.booleans(), host=st.sampled_from(HOSTS))
    def add_local(self, base: int, relayed: bool, host: str) -> None:
        kind = CandidateKind.RELAY if relayed else CandidateKind.HOST
        candidate = Candidate(kind, host, 9000 + base, 10 + base)
        self.sockets.add(base)
        self.agent.add_base(base, candidate)
        self.check(self.agent.add_local(base, candidate, self.now))
        self.check(self.agent.add_local(base, replace(candidate, kind=CandidateKind.SRFLX), self.now))

    @rule(
        source=sources,
        kind=st.sampled_from(CandidateKind),
        priority=st.integers(0, 3),
        ufrag=st.sampled_from(["", "them", "old"]),
        transport=st.sampled_from(["udp", "tcp"]),
    )
    def add_remote(self, source: Address, kind: CandidateKind, priority: int, ufrag: str, transport: str) -> None:
        candidate = Candidate(kind, *source, priority, ufrag=ufrag, transport=transport)
        self.check(self.agent.add_remote(candidate, self.now))

    @rule()
    def add_many(self) -> None:
        for port in range(10):
            candidate = Candidate(CandidateKind.SRFLX, HOSTS[1], 100 + port, port)
            self.check(self.agent.add_remote(candidate, self.now))

    @rule(careful=st.booleans())
    def set_remote(self, careful: bool) -> None:
        self.agent.careful = careful
        self.check(self.agent.set_remote(THEIRS, self.now))

    @precondition(lambda self: self.sockets)
    @rule(count=st.integers(0, 200), rate=st.sampled_from([10.0, 1000.0]), base=bases)
    def probe(self, count: int, rate: float, base: int) -> None:
        base = base if base in self.sockets else min(self.sockets)
        probes = ((base, (HOSTS[0], 1000 + each)) for each in range(count))
        self.check(self.agent.probe(probes, rate, self.now))

    # What the peer does

    @rule(
        base=bases,
        source=sources,
        role=st.sampled_from(IceRole),
        tie_breaker=st.sampled_from([0, 2**64 - 1]),
        nominate=st.booleans(),
    )
    def request(self, base: int, source: Address, role: IceRole, tie_breaker: int, nominate: bool) -> None:
        data = checks.request(self.net.entropy(12), THEIRS, OURS, role, tie_breaker, 7, nominate)
        self.check(self.agent.receive(base, source, stun.decode(data), self.now))

    @rule(base=bases, source=sources)
    def nominate(self, base: int, source: Address) -> None:
        self.request(base, source, IceRole.CONTROLLING, 2**64 - 1, True)

    @precondition(lambda self: self.flights)
    @rule(which=st.integers(0, 500), kind=st.sampled_from(Class), conflict=st.booleans(), last=st.booleans())
    def answer(self, which: int, kind: Class, conflict: bool, last: bool) -> None:
        base, to, data = self.flights[-1 if last else which % len(self.flights)]
        transaction = stun.decode(data).transaction
        attributes = [(Attribute.XOR_MAPPED_ADDRESS, values.xor_address((HOSTS[0], 77), transaction))]
        attributes += [(Attribute.ERROR_CODE, values.error_code(487))] if conflict else []
        told = stun.decode(stun.encode(1, kind, transaction, attributes, THEIRS.key))
        self.check(self.agent.receive(base, to, told, self.now))

    @rule(base=bases, source=sources)
    def data(self, base: int, source: Address) -> None:
        self.agent.carries(base, source, self.now)

    # Time

    @rule(jump=jumps)
    def oversleep(self, jump: float) -> None:
        self.now += jump
        self.check(self.agent.tick(self.now))

    @rule(jump=jumps)
    def pass_time(self, jump: float) -> None:
        """As the shell does: each tick when it is due. At one moment only so much can be due."""
        end, spins = self.now + jump, 0
        while (at := self.agent.wake_at()) is not None and at <= end:
            spins = spins + 1 if at <= self.now else 0
            assert spins <= SPINS_MAX, f"{self.agent} wakes up at {at} again and again"
            self.now = max(at, self.now)
            self.check(self.agent.tick(self.now))
        self.now = end

    # What holds

    @invariant()
    def the_pair_in_use_is_in_the_list(self) -> None:
        agent = self.agent
        assert agent.selected is None or (agent.selected in agent.pairs and agent.selected is self.selected)
        assert (agent.selected is not None) >= (agent.state is State.CONNECTED)
        assert not (agent.selected is not None and agent.state in (State.CHECKING, State.FAILED))

    @invariant()
    def the_list_is_bounded_ordered_and_without_repetition(self) -> None:
        pairs = self.agent.pairs
        assert len(pairs) <= CHECKS_MAX
        assert len(self.agent.remotes) <= CHECKS_MAX
        assert len({(pair.base, pair.remote.address) for pair in pairs}) == len(pairs)
        assert all(len(pair.flights) <= CHECKS_REMEMBERED for pair in pairs)

    @invariant()
    def one_nomination_at_most_counts(self) -> None:
        assert sum(pair.nominated for pair in self.agent.pairs) <= 1

    @invariant()
    def whoever_checks_is_awake(self) -> None:
        if self.agent.remote is not None and self.agent.state is not State.FAILED:
            assert self.agent.wake_at() is not None
        else:
            assert self.agent.wake_at() is None


AgentMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30)
test_agent = AgentMachine.TestCase
