"""Peers in the network of tests.support.virtual_net: agents, gatherers and what their shell does, without sockets."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from pypeer.connect.ice import predict
from pypeer.connect.ice.agent import HOLE_TTL, Agent
from pypeer.connect.ice.candidate import LOCAL_PREFERENCE_MAX, Candidate, priority
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.effects import Became, Effect, Selected, Send, State
from pypeer.connect.ice.gather import Gatherer
from pypeer.connect.ice.pairs import Pair
from pypeer.connect.ice.predict import Plan
from pypeer.connect.ice.probing import Probe
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import CandidateKind
from signaling.protocol import stun
from signaling.protocol.stun import Attribute, Class, Message
from signaling.protocol.values import Address
from tests.support.virtual_net import Router, Sent, VirtualNet

ROLES: Final = (IceRole.CONTROLLING, IceRole.CONTROLLED)

SIGNAL_S: Final = 0.06
"""A message by way of the server, one way."""


@dataclass(frozen=True, slots=True)
class Base:
    """A socket, and the router that it is behind."""

    address: Address
    router: Router | None


class VirtualPeer:
    """One side; `meet` lets two of them know each other. `predicts` is the option; a page only sends checks."""

    def __init__(
        self,
        net: VirtualNet,
        role: IceRole,
        predicts: bool = True,
        tie_breaker: int | None = None,
        is_page: bool = False,
    ) -> None:
        self.net = net
        self.predicts = predicts and not is_page
        self.is_page = is_page
        first = iter(() if tie_breaker is None else (tie_breaker.to_bytes(8, "big"),))
        entropy = lambda size: next(first, None) or net.entropy(size)  # noqa: E731
        self.agent = Agent(role, Credentials.make(net.entropy), entropy, net.random.random)
        self.other: VirtualPeer
        self.states: list[tuple[float, State]] = []
        self.selected: list[Pair] = []
        self.data: list[bytes] = []
        self.news_at = net.now
        """When anything was last told, the first check came, or prediction began."""
        self.heard: list[tuple[int, Address, bytes]] = []
        """All STUN messages that arrived, to be replayed."""
        self._gatherer = Gatherer(net.entropy)
        self._servers: tuple[Address, ...] = ()
        self._bases: dict[int, Base] = {}
        self._hosts: dict[int, Candidate] = {}
        self._here, self._there = Mapping.UNKNOWN, Mapping.UNKNOWN
        self._predicting = False
        self._wakes: float | None = None

    @property
    def state(self) -> State:
        """Of the agent."""
        return self.agent.state

    @property
    def sent(self) -> list[Sent]:
        """All datagrams that left here."""
        own = {base.address for base in self._bases.values()}
        return [each for each in self.net.sent if each.source in own]

    # Sockets and candidates

    def open(self, address: Address, router: Router | None = None, predicted: bool = False) -> int:
        """A socket; nothing is told of it."""
        base = len(self._bases)
        self._bases[base] = Base(address, router)
        host = Candidate(CandidateKind.HOST, *address, priority(CandidateKind.HOST, 65_535 - base), predicted=predicted)
        self._hosts[base] = host
        self.agent.add_base(base, host)
        self.net.bind(address, router, lambda source, data: self._datagram(base, source, data))
        return base

    def host(self, address: Address, router: Router | None = None, servers: tuple[Address, ...] = ()) -> int:
        """A socket that is named to the other side, and asks these STUN servers."""
        base = self.open(address, router)
        self._name(base, self._hosts[base])
        self._servers = servers
        self._ask(self._gatherer.ask(base, address[0], servers, self.net.now))
        return base

    def relay(self, address: Address) -> int:
        """An allocation at a relay."""
        base = self.open(address)
        preference = priority(CandidateKind.RELAY, LOCAL_PREFERENCE_MAX, 2)
        self._hosts[base] = Candidate(CandidateKind.RELAY, *address, preference, f"r{base}", ("192.0.2.9", 9))
        self.agent.add_base(base, self._hosts[base])
        self._name(base, self._hosts[base])
        return base

    def _name(self, base: int, candidate: Candidate) -> None:
        self.perform(self.agent.add_local(base, candidate, self.net.now))
        self.net.at(self.net.now, lambda: self._tell(candidate))

    def _tell(self, candidate: Candidate) -> None:
        other, told = self.other, replace(candidate, ufrag=self.agent.local.ufrag)
        self._signal(lambda: other.perform(other.agent.add_remote(told, self.net.now)))

    # Signaling

    def describe(self, careful: bool = False) -> None:
        """Tell our credentials; the other side answers if it has not told its own."""
        credentials, other = self.agent.local, self.other
        self._signal(lambda: other.described(credentials, careful))

    def described(self, credentials: Credentials, careful: bool) -> None:
        """The other side's credentials are here."""
        late = careful or self.other.is_page
        self.agent.careful = not self.is_page and predict.is_careful(late, self._here, self.predicts)
        if careful:
            self.describe()
        self.perform(self.agent.set_remote(credentials, self.net.now))
        self._predict_later()

    def networked(self, mapping: Mapping) -> None:
        """The other side's NAT is known."""
        self._there = mapping
        self._predict_later()

    def _signal(self, action: Callable[[], None]) -> None:
        self.net.at(self.net.now + SIGNAL_S, lambda: self._signaled(action))

    def _signaled(self, action: Callable[[], None]) -> None:
        self.other.news_at = self.net.now
        action()

    # Datagrams and effects

    def send_data(self, data: bytes) -> None:
        """Over the pair in use."""
        pair = self.agent.selected
        assert pair is not None
        self._send(Send(pair.base, pair.remote.address, data))

    def perform(self, effects: list[Effect]) -> None:
        """What the shell does."""
        for effect in effects:
            match effect:
                case Send():
                    self._send(effect)
                case Selected():
                    self.selected.append(effect.pair)
                case Became():
                    self.states.append((self.net.now, effect.state))
        self._arm()

    def _send(self, send: Send) -> None:
        base = self._bases[send.base]
        self.net.send(base.address, base.router, send.to, send.data, send.ttl)

    def _datagram(self, base: int, source: Address, data: bytes) -> None:
        if not stun.is_stun(data):
            if self.agent.carries(base, source, self.net.now):
                self.data.append(data)
            return
        message = stun.decode(data)
        mapped = self._gatherer.receive(base, source, message, self.net.now)
        if mapped is None:
            self.news_at = self.news_at if self.heard else self.net.now
            self.heard.append((base, source, data))
            self.take(base, source, message)
            return
        found = Candidate(
            CandidateKind.SRFLX,
            *mapped.address,
            priority(CandidateKind.SRFLX, LOCAL_PREFERENCE_MAX - base),
            related=self._hosts[base].address,
        )
        self._name(base, found)
        self._learnt_mapping()
        if self.predicts and self._here is Mapping.SEQUENTIAL:
            for guess in predict.ahead(self._gatherer.found, base, self._hosts[base].address):
                self._name(base, guess)

    def take(self, base: int, source: Address, message: Message) -> None:
        """A STUN message for the agent."""
        self.perform(self.agent.receive(base, source, message, self.net.now))

    def _ask(self, sends: list[Send]) -> None:
        for send in sends:
            self._send(send)
        at = self._gatherer.wake_at()
        if at is not None:
            self.net.at(at, lambda: self._ask(self._gatherer.tick(self.net.now)))
        self._learnt_mapping()

    def _arm(self) -> None:
        wakes = self.agent.wake_at()
        if wakes is not None and wakes != self._wakes:
            self.net.at(wakes, lambda: self._tick(wakes))
        self._wakes = wakes

    def _tick(self, armed: float) -> None:
        if armed == self._wakes:
            self._wakes = None
            self.perform(self.agent.tick(self.net.now))

    # Prediction

    def _learnt_mapping(self) -> None:
        mapping = self._gatherer.mapping()
        if mapping is not self._here:
            self._here = mapping
            self._signal(lambda: self.other.networked(mapping))
            self._predict_later()

    def _predict_later(self) -> None:
        plan = Plan.NOTHING if self.is_page else predict.plan(self._here, self._there)
        allowed = plan is Plan.AFRESH or (self.predicts and plan is not Plan.NOTHING)
        if allowed and self.agent.remote is not None and not self._predicting:
            self._predicting = True
            self.net.at(self.net.now + predict.WAIT_S, self._predict)

    def _predict(self) -> None:
        if self.agent.is_direct or self.state is State.FAILED:
            return
        self.news_at = self.net.now
        match predict.plan(self._here, self._there):
            case Plan.FAN:
                host, router = self._hosts[0].host, self._bases[0].router
                bases = [self.open((host, 20_000 + each), router, True) for each in range(predict.FAN_SOCKETS)]
                probes = predict.fan(bases, self.agent.remotes)
                self.perform(self.agent.probe(probes, predict.FAN_RATE, self.net.now, HOLE_TTL))
            case Plan.SPRAY:
                probes = predict.spray(0, self.agent.remotes, self.net.random.random)
                self.perform(self.agent.probe(probes, predict.SPRAY_RATE, self.net.now))
            case Plan.CROSS:
                base = self.open((self._hosts[0].host, 20_000), self._bases[0].router, True)
                holes = list(predict.cross(base, self.agent.remotes, self.agent.role is IceRole.CONTROLLING))
                self.perform(self.agent.probe(iter(holes), predict.CROSS_RATE, self.net.now, HOLE_TTL))
                self.net.at(self.net.now + predict.CROSS_WAIT_S, lambda: self._through(holes * predict.CROSS_ROUNDS))
            case Plan.AFRESH:
                host, router = self._hosts[0].host, self._bases[0].router
                base = self.open((host, 20_000), router)
                self.perform(self.agent.add_fresh(base, self._hosts[base], self.net.now))
                self._ask(self._gatherer.ask(base, host, self._servers, self.net.now))
            case Plan.NOTHING:
                raise AssertionError("what is known of the NATs does not change")

    def _through(self, probes: list[Probe]) -> None:
        self.perform(self.agent.probe(iter(probes), predict.CROSS_RATE, self.net.now))


def meet(asking: VirtualPeer, answering: VirtualPeer) -> None:
    """The asking side offers, the other answers."""
    asking.other, answering.other = answering, asking
    asking.describe(careful=True)


def neighbours(
    net: VirtualNet, roles: tuple[IceRole, IceRole] = ROLES, tie_breaker: int | None = None
) -> tuple[VirtualPeer, VirtualPeer]:
    """Two peers with public addresses and nothing in between, who meet."""
    one, other = (VirtualPeer(net, role, tie_breaker=tie_breaker) for role in roles)
    one.host(("192.31.196.10", 5000))
    other.host(("192.52.193.20", 5000))
    meet(one, other)
    return one, other


def settled(*peers: VirtualPeer) -> bool:
    """Whether both are done: each has a pair that is proven and nominated, or has failed."""
    return all(peer.state is State.FAILED or (peer.agent.works and _is_nominated(peer)) for peer in peers)


def _is_nominated(peer: VirtualPeer) -> bool:
    return peer.agent.selected is not None and peer.agent.selected.nominated


def request(of: VirtualPeer, by: VirtualPeer) -> bytes:
    """A check as the other side could have sent it."""
    username = f"{of.agent.local.ufrag}:{by.agent.local.ufrag}".encode()
    attributes = [(Attribute.USERNAME, username)]
    return stun.encode(1, Class.REQUEST, by.net.entropy(12), attributes, of.agent.local.key)
