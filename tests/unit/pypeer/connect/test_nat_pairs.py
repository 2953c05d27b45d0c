"""Which NATs can be got through, and how fast the rest is told."""

from enum import Enum

import pytest

from pypeer.connect.ice.checks import IceRole
from pypeer.connect.ice.effects import State
from signaling.protocol.values import Address
from tests.support.virtual_net import STUN_PORT, Lets, Maps, Router, VirtualNet
from tests.support.virtual_peer import VirtualPeer, meet, settled

SERVERS = ("192.88.99.1", "192.88.99.2")
OUTSIDE = ("192.31.196.10", "192.52.193.20")
INSIDE = ("10.0.0.2", "192.168.1.2")

GIVE_UP_S = 3.0
"""After the last news from the other side."""

CHECKS_OF_PAIR = 8
"""Within the patience of 2.5 s."""

QUESTIONS = 8
"""To two STUN servers, four times each."""


class Kind(Enum):
    """Networks that people have."""

    OPEN = (None, Lets.ANY)
    WALL = (Maps.NOT, Lets.PORT)
    FULL = (Maps.SAME, Lets.ANY)
    HOST = (Maps.SAME, Lets.HOST)
    PORT = (Maps.SAME, Lets.PORT)
    COUNT = (Maps.COUNTING, Lets.PORT)
    RANDOM = (Maps.RANDOM, Lets.PORT)
    RANDOM_FULL = (Maps.RANDOM, Lets.ANY)
    SHUT = (Maps.SAME, Lets.NOBODY)


class Result(Enum):
    """How an attempt ends."""

    PLAIN = "connected"
    PREDICTED = "connected if ports may be guessed"
    FAILED = "told to be hopeless"


STEADY = (Kind.OPEN, Kind.WALL, Kind.FULL, Kind.HOST, Kind.PORT)
EXPECTED: dict[frozenset[Kind], Result] = {
    **{frozenset({one, other}): Result.PLAIN for one in STEADY for other in STEADY},
    **{frozenset({Kind.SHUT, other}): Result.FAILED for other in Kind},
    frozenset({Kind.COUNT, Kind.OPEN}): Result.PLAIN,
    frozenset({Kind.COUNT, Kind.FULL}): Result.PLAIN,
    frozenset({Kind.COUNT, Kind.HOST}): Result.PLAIN,
    frozenset({Kind.COUNT, Kind.PORT}): Result.PREDICTED,
    frozenset({Kind.COUNT, Kind.WALL}): Result.PREDICTED,
    frozenset({Kind.RANDOM, Kind.OPEN}): Result.PLAIN,
    frozenset({Kind.RANDOM, Kind.FULL}): Result.PLAIN,
    frozenset({Kind.RANDOM, Kind.HOST}): Result.PLAIN,
    frozenset({Kind.RANDOM, Kind.PORT}): Result.PREDICTED,
    frozenset({Kind.RANDOM, Kind.WALL}): Result.PREDICTED,
    frozenset({Kind.COUNT}): Result.PREDICTED,
    frozenset({Kind.RANDOM}): Result.FAILED,
    frozenset({Kind.RANDOM, Kind.COUNT}): Result.FAILED,
    frozenset({Kind.RANDOM_FULL, Kind.OPEN}): Result.PLAIN,
    frozenset({Kind.RANDOM_FULL, Kind.PORT}): Result.PREDICTED,
}

PAIRS = [
    pytest.param(one, other, result, id=f"{one.name}-{other.name}")
    for kinds, result in EXPECTED.items()
    for one, other in {(min(kinds, key=str), max(kinds, key=str)), (max(kinds, key=str), min(kinds, key=str))}
]
LINES = {"50 ms": (0.025, 0.0, 0.0), "no delay": (0.0, 0.0, 0.0), "a tenth lost": (0.025, 0.1, 0.01)}


def place(net: VirtualNet, number: int, kind: Kind) -> tuple[Address, Router | None]:
    """A host in such a network."""
    maps, lets = kind.value
    if maps is None:
        return (OUTSIDE[number], 5000), None
    if maps is Maps.NOT:
        return (OUTSIDE[number], 5000), Router(OUTSIDE[number], maps, lets)
    return (INSIDE[number], 5000), net.add_router(Router(OUTSIDE[number], maps, lets))


def begin(net: VirtualNet, kinds: tuple[Kind, Kind], predicts: bool = True) -> tuple[VirtualPeer, VirtualPeer]:
    servers = tuple(net.add_stun(host) for host in SERVERS)
    asking = VirtualPeer(net, IceRole.CONTROLLING, predicts)
    answering = VirtualPeer(net, IceRole.CONTROLLED, predicts)
    for number, peer in enumerate((asking, answering)):
        peer.host(*place(net, number, kinds[number]), servers)
    meet(asking, answering)
    return asking, answering


def connected(net: VirtualNet, *peers: VirtualPeer) -> bool:
    """Whether they are in the end, with data in both directions and on one pair."""
    assert net.run(8, lambda: settled(*peers)), peers
    if {peer.state for peer in peers} != {State.CONNECTED}:
        return False
    one, other = (peer.agent.selected for peer in peers)
    assert one is not None
    assert other is not None
    assert one.mapped == other.remote.address
    assert other.mapped == one.remote.address
    net.loss = 0.0
    for peer, partner in (peers, peers[::-1]):
        peer.send_data(b"data")
        net.run(0.1)
        assert partner.data == [b"data"]
    return True


@pytest.mark.parametrize("predicts", [True, False], ids=["guessing", "plain"])
@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(("one", "other", "expected"), PAIRS)
def test_pair(one: Kind, other: Kind, expected: Result, line: str, predicts: bool) -> None:
    net = VirtualNet(*LINES[line])
    peers = begin(net, (one, other), predicts)
    assert connected(net, *peers) is (expected is Result.PLAIN or (expected is Result.PREDICTED and predicts))
    for peer in peers:
        if peer.state is State.FAILED:
            assert peer.states[-1][0] - peer.news_at <= GIVE_UP_S
        if not predicts:
            named = {each.address for each in peer.agent.remotes} | {(host, STUN_PORT) for host in SERVERS}
            assert {each.to for each in peer.sent} <= named


@pytest.mark.parametrize("predicts", [True, False], ids=["guessing", "plain"])
@pytest.mark.parametrize(("one", "other", "expected"), [each for each in PAIRS if each.values[2] is Result.FAILED])
def test_a_hopeless_attempt_costs_little(one: Kind, other: Kind, expected: Result, predicts: bool) -> None:
    net = VirtualNet()
    peers = begin(net, (one, other), predicts)
    assert connected(net, *peers) is (expected is not Result.FAILED)
    sent = len(net.sent)
    assert sent <= sum(QUESTIONS + CHECKS_OF_PAIR * len(peer.agent.pairs) for peer in peers) + 2 * len(SERVERS)
    net.run(60)
    assert len(net.sent) == sent
