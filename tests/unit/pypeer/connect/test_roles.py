"""Who decides, and what is decided: role conflicts, nominations, and who follows."""

import pytest

from pypeer.connect.ice.agent import PACE_S, Agent
from pypeer.connect.ice.checks import Credentials, IceRole
from pypeer.connect.ice.pairs import Pair, pair_priority
from pypeer.protocol.report import CandidateKind
from signaling.protocol import stun, values
from signaling.protocol.stun import Attribute, Class, Message
from tests.support.virtual_net import VirtualNet
from tests.support.virtual_peer import VirtualPeer, meet, neighbours, settled

CONTROLLING, CONTROLLED = IceRole.CONTROLLING, IceRole.CONTROLLED
HERE, THERE = ("192.31.196.10", 5000), ("192.52.193.20", 5000)
RELAYS = (("192.175.48.1", 6000), ("192.175.48.2", 6000))


def use(peer: VirtualPeer) -> Pair:
    """The pair in use."""
    assert peer.agent.selected is not None
    return peer.agent.selected


def kinds(peer: VirtualPeer) -> set[CandidateKind]:
    return {use(peer).local.kind, use(peer).remote.kind}


@pytest.mark.parametrize("delay", [0.0, 0.025, 0.3])
@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("role", IceRole)
def test_both_take_the_same_role(role: IceRole, seed: int, delay: float) -> None:
    net = VirtualNet(delay, seed=seed)
    peers = neighbours(net, (role, role))
    for number, peer in enumerate(peers):
        peer.relay(RELAYS[number])
    assert net.run(3, lambda: settled(*peers))
    net.run(10)
    assert {peer.agent.role for peer in peers} == set(IceRole)
    assert settled(*peers)
    assert use(peers[0]).remote.address == use(peers[1]).local.address == THERE
    assert use(peers[0]).local.address == use(peers[1]).remote.address == HERE


def test_the_same_role_and_the_same_tie_breaker() -> None:
    net = VirtualNet()
    peers = neighbours(net, (CONTROLLING, CONTROLLING), tie_breaker=7)
    net.run(2)
    assert {peer.agent.role for peer in peers} == set(IceRole)
    assert settled(*peers)


def test_relays_come_first_and_leave_early() -> None:
    net = VirtualNet()
    one, other = VirtualPeer(net, CONTROLLING), VirtualPeer(net, CONTROLLED)
    one.relay(RELAYS[0])
    other.relay(RELAYS[1])
    meet(one, other)
    assert net.run(3, lambda: settled(one, other))
    assert kinds(one) == kinds(other) == {CandidateKind.RELAY}
    net.run(10)
    one.host(HERE)
    other.host(THERE)
    assert net.run(1, lambda: settled(one, other) and kinds(one) == {CandidateKind.HOST})
    net.run(60)
    assert kinds(one) == kinds(other) == {CandidateKind.HOST}
    assert len(one.selected) <= 4


@pytest.mark.parametrize("seed", range(20))
def test_answers_and_nominations_of_a_slow_relay_come_late(seed: int) -> None:
    """The direct path is proven while checks of the relays are on their way: both stay on it."""
    net = VirtualNet(delay=0.01, jitter=0.3, seed=seed)
    peers = VirtualPeer(net, CONTROLLING), VirtualPeer(net, CONTROLLED)
    for peer, relay in zip(peers, RELAYS, strict=True):
        peer.relay(relay)
    meet(*peers)
    net.run(0.6)
    for peer, host in zip(peers, (HERE, THERE), strict=True):
        peer.host(host)
    net.run(5)
    assert [kinds(peer) for peer in peers] == [{CandidateKind.HOST}] * 2
    used = [pair_priority(pair.local, pair.remote) for pair in peers[0].selected]
    assert used == sorted(used)


def test_a_controlled_side_follows_to_a_worse_pair_and_back() -> None:
    net = VirtualNet()
    one, other = neighbours(net)
    one.relay(RELAYS[0])
    other.relay(RELAYS[1])
    net.run(60)
    assert kinds(one) == kinds(other) == {CandidateKind.HOST}
    direct = use(other)
    worse = next(pair for pair in other.agent.pairs if pair.local.kind is pair.remote.kind is CandidateKind.RELAY)
    for nominated in (worse, direct):
        told = check(other, one, nominate=True)
        other.take(nominated.base, nominated.remote.address, told)
        assert net.run(1, lambda: use(other) is nominated)  # noqa: B023
    net.run(40)
    assert settled(one, other)


def check(of: VirtualPeer, by: VirtualPeer, nominate: bool = False, role: IceRole = CONTROLLING) -> Message:
    """A check as the other side could have sent it."""
    username = f"{of.agent.local.ufrag}:{by.agent.local.ufrag}".encode()
    attribute = Attribute.ICE_CONTROLLING if role is CONTROLLING else Attribute.ICE_CONTROLLED
    attributes = [(Attribute.USERNAME, username), (Attribute.PRIORITY, bytes(4)), (attribute, bytes(8))]
    attributes += [(Attribute.USE_CANDIDATE, b"")] if nominate else []
    transaction = by.net.entropy(12)
    return stun.decode(stun.encode(1, Class.REQUEST, transaction, attributes, of.agent.local.key))


def test_the_nominated_pair_is_used_once_it_works() -> None:
    net = VirtualNet()
    one, other = neighbours(net)
    assert net.run(3, lambda: settled(one, other))
    late = ("192.31.196.11", 7000)
    one.open(late)
    other.take(0, late, check(other, one, nominate=True))
    assert use(other).remote.address == HERE
    assert net.run(1, lambda: use(other).remote.address == late)


def test_of_two_nominations_the_last_counts() -> None:
    net = VirtualNet(jitter=0.2)
    one, other = neighbours(net)
    assert net.run(3, lambda: settled(one, other))
    late = [("192.31.196.11", 7000), ("192.31.196.12", 7000), ("192.31.196.13", 7000)]
    for address in late:
        one.open(address)
        other.take(0, address, check(other, one, nominate=True))
    assert net.run(2, lambda: use(other).remote.address == late[-1])
    assert [pair.remote.address for pair in other.selected if pair.nominated] == late[-1:]


def test_before_a_nomination_the_controlled_side_uses_the_best_that_works() -> None:
    net = VirtualNet()
    one, other = VirtualPeer(net, CONTROLLED, tie_breaker=2), VirtualPeer(net, CONTROLLED, tie_breaker=1)
    one.relay(RELAYS[0])
    other.host(THERE)
    meet(one, other)
    assert net.run(3, lambda: other.agent.works)
    assert use(other).remote.kind is CandidateKind.RELAY
    assert one.agent.role is CONTROLLING


def test_the_deciding_side_nominates_even_where_the_first_check_came_from_the_other() -> None:
    net = VirtualNet()
    one, other = neighbours(net)
    assert net.run(3, lambda: one.agent.works)
    worked_at = net.now
    net.run(3)
    nominations = [each for each in one.sent if stun.decode(each.data).has(Attribute.USE_CANDIDATE)]
    assert nominations[0].at <= worked_at + PACE_S
    assert not any(stun.decode(each.data).has(Attribute.USE_CANDIDATE) for each in other.sent)


@pytest.mark.parametrize(
    ("error", "role"),
    [
        (values.error_code(487), CONTROLLED),
        (values.error_code(400), CONTROLLING),
        (b"", CONTROLLING),
        (None, CONTROLLING),
    ],
)
def test_several_refusals_turn_the_role_once(error: bytes | None, role: IceRole) -> None:
    net = VirtualNet(delay=0.3)
    one, other = neighbours(net)
    net.run(0.3)
    checks = [stun.decode(each.data) for each in one.sent]
    assert len(checks) == 2
    for message in checks * 2:
        refusal = [] if error is None else [(Attribute.ERROR_CODE, error)]
        told = stun.encode(1, Class.ERROR, message.transaction, refusal, other.agent.local.key)
        one.take(0, THERE, stun.decode(told))
        assert one.agent.role is role
    assert repr(one.agent) == f"<Agent {role.value} checking 1 pairs>"
    net.run(0.2)
    later = [message for each in one.sent if (message := stun.decode(each.data)).kind is Class.REQUEST]
    assert len(later) > 2
    said = later[-1], checks[0]
    new, old = (each.number(Attribute.ICE_CONTROLLING) or each.number(Attribute.ICE_CONTROLLED) for each in said)
    assert (new == old) is (role is CONTROLLING)


def test_an_agent_that_knows_nothing_waits() -> None:
    net = VirtualNet()
    agent = Agent(CONTROLLING, Credentials.make(net.entropy), net.entropy, net.random.random)
    assert agent.wake_at() is None
    assert agent.tick(net.now) == []
