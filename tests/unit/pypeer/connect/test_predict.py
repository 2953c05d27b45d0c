"""Guessed ports: which, how many, how fast, whose, and until when."""

from dataclasses import replace
from functools import partial
from itertools import pairwise, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect.ice import predict
from pypeer.connect.ice.agent import HOLE_TTL, Agent
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import Credentials, IceRole, success
from pypeer.connect.ice.effects import Send, State
from pypeer.connect.ice.gather import Mapped
from pypeer.connect.ice.pairs import PATIENCE_S
from pypeer.connect.ice.predict import (
    AHEAD,
    CROSS_CHECKS,
    CROSS_RATE,
    CROSS_ROUNDS,
    FAN_RATE,
    PORTS,
    SPRAY_CHECKS,
    SPRAY_RATE,
    Plan,
)
from pypeer.connect.ice.probing import BURST, Probe
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import CandidateKind
from signaling.protocol import stun
from signaling.protocol.values import Address
from tests.support.virtual_net import Lets, Maps, Router, VirtualNet
from tests.support.virtual_peer import VirtualPeer, meet, settled

HERE, THERE = "192.31.196.10", "192.52.193.20"
RELAYS = (("192.175.48.1", 6000), ("192.175.48.2", 6000))
SERVERS = ("192.88.99.1", "192.88.99.2")
NOBODY = ("192.88.99.3", 9)
STEADY = (Mapping.NONE, Mapping.INDEPENDENT)


EXPECTED = {
    (Mapping.SEQUENTIAL, Mapping.SEQUENTIAL): Plan.CROSS,
    **{(Mapping.RANDOM, there): Plan.FAN for there in STEADY},
    **{(here, Mapping.RANDOM): Plan.SPRAY for here in STEADY},
    **{(here, there): Plan.AFRESH for here in STEADY for there in (*STEADY, Mapping.SEQUENTIAL)},
}
"""What a side does; nothing with all others."""


def named(host: str, kind: CandidateKind = CandidateKind.SRFLX, predicted: bool = False) -> Candidate:
    return Candidate(kind, host, 5000, 1, predicted=predicted)


def seen(*ports: int, base: int = 0, host: str = HERE) -> list[Mapped]:
    """What servers answered, one after the other."""
    return [Mapped(base, (f"192.88.99.{number}", 3478), (host, port), 0.05) for number, port in enumerate(ports)]


# Plans


def test_what_both_sides_plan() -> None:
    for here, there in product(Mapping, Mapping):
        plans = predict.plan(here, there), predict.plan(there, here)
        assert plans == (EXPECTED.get((here, there), Plan.NOTHING), EXPECTED.get((there, here), Plan.NOTHING))


@pytest.mark.parametrize("late", [True, False])
@pytest.mark.parametrize("predicts", [True, False])
def test_who_is_careful(late: bool, predicts: bool) -> None:
    careful = {here: predict.is_careful(late, here, predicts) for here in Mapping}
    assert careful == {
        **dict.fromkeys(Mapping, late),
        Mapping.RANDOM: False,
        Mapping.SEQUENTIAL: predicts,
    }


# Counting


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ((40_000, 40_001), list(range(40_002, 40_018))),
        ((40_000, 40_004), [40_008 + 4 * turn for turn in range(16)]),
        ((40_002, 40_000, 40_001), list(range(40_003, 40_019))),
        ((65_530, 65_532), [65_534]),
        ((65_534, 65_535), []),
        ((40_000, 40_017), []),
        ((40_000, 40_000), []),
        ((40_000,), []),
        ((), []),
    ],
)
def test_ports_ahead(ports: tuple[int, ...], expected: list[int]) -> None:
    guesses = predict.ahead(seen(*ports) + seen(1, 2, base=1), 0, ("10.0.0.2", 5000))
    assert [guess.port for guess in guesses] == expected
    assert all(guess.predicted and guess.kind is CandidateKind.SRFLX and guess.host == HERE for guess in guesses)
    assert all(before.priority > after.priority for before, after in pairwise(guesses))
    assert len(guesses) <= AHEAD


def test_two_outside_addresses_are_no_rule() -> None:
    assert predict.ahead(seen(40_000) + seen(40_001, host=THERE), 0, ("10.0.0.2", 5000)) == []


# Random ports


@pytest.mark.parametrize(
    ("remote", "counts"),
    [
        (named(THERE), True),
        (named(THERE, CandidateKind.HOST), True),
        (named(THERE, CandidateKind.RELAY), False),
        (named(THERE, CandidateKind.PRFLX), False),
        (named(THERE, predicted=True), False),
        (named("10.0.0.1", CandidateKind.HOST), False),
        (named("127.0.0.1", CandidateKind.HOST), False),
        (named("0.0.0.0", CandidateKind.HOST), False),
        (named("169.254.1.1", CandidateKind.HOST), False),
        (named("100.64.0.1", CandidateKind.HOST), False),
        (named("224.0.0.1", CandidateKind.HOST), False),
        (named("255.255.255.255", CandidateKind.HOST), False),
        (named("2620:4f:8000::1", CandidateKind.HOST), False),
        (named("peer.local", CandidateKind.HOST), False),
    ],
    ids=lambda value: f"{value.kind} {value.host}" if isinstance(value, Candidate) else None,
)
def test_only_outside_addresses_are_guessed_at(remote: Candidate, counts: bool) -> None:
    assert predict.outside([remote]) == ([remote] if counts else [])
    assert bool(list(predict.fan([0, 1], [remote]))) is counts
    assert bool(list(predict.spray(0, [remote], Random(1).random))) is counts


@given(st.integers(0, 2**32), st.lists(st.sampled_from([HERE, THERE, "10.0.0.1", "peer.local"])))
def test_spray(seed: int, hosts: list[str]) -> None:
    probes = list(predict.spray(3, [named(host) for host in hosts], Random(seed).random))
    named_hosts = set(hosts) & {HERE, THERE}
    assert {base for base, _ in probes} <= {3}
    assert {host for _, (host, _) in probes} == named_hosts
    assert all(PORTS[0] <= port < PORTS[1] for _, (_, port) in probes)
    assert len(set(probes)) == len(probes) == (SPRAY_CHECKS if named_hosts else 0)


def test_fan() -> None:
    remotes = [named(THERE), named("10.0.0.1", CandidateKind.HOST)]
    assert list(predict.fan([4, 5], remotes)) == [(4, (THERE, 5000)), (5, (THERE, 5000))] * predict.FAN_ROUNDS


def counted(first: int, stride: int, host: str = THERE) -> list[Candidate]:
    """What two servers saw of a socket behind a NAT that counts."""
    return [replace(named(host), port=first + stride * turn) for turn in range(2)]


@given(st.integers(0, 60), st.integers(0, 60), st.sampled_from([1, 2, 4]), st.sampled_from([1, 2]))
def test_whatever_ports_went_to_others_one_pair_of_holes_fits(here: int, there: int, mine: int, theirs: int) -> None:
    """`here` and `there` so many were given away since both were seen, by `mine` and `theirs`."""
    skipping = predict.cross(0, counted(40_000, theirs), skips=True)
    other = predict.cross(0, counted(50_000, mine, HERE), skips=False)
    left = {(50_000 + mine * (2 + here + turn), to[1]) for turn, (_, to) in enumerate(skipping)}
    right = {(to[1], 40_000 + theirs * (2 + there + turn)) for turn, (_, to) in enumerate(other)}
    assert len(left & right) == 1


def test_ports_beyond_the_last_and_of_no_rule_are_not_tried() -> None:
    beyond = list(predict.cross(3, counted(PORTS[1] - 4, 1), skips=False))
    assert beyond == [(3, (THERE, PORTS[1] - 2)), (3, (THERE, PORTS[1] - 1))]
    assert list(predict.cross(3, counted(40_000, 1000), skips=True)) == []
    assert list(predict.cross(3, [named(THERE)], skips=True)) == []
    assert list(predict.cross(3, [replace(each, mapped=True) for each in counted(40_000, 1)], skips=True)) == []
    hosts = [replace(each, kind=CandidateKind.HOST) for each in counted(40_000, 1)]
    assert list(predict.cross(3, hosts, skips=True)) == []


# As an agent sends them


def prober(net: VirtualNet) -> Agent:
    agent = Agent(IceRole.CONTROLLING, Credentials.make(net.entropy), net.entropy, net.random.random)
    agent.add_base(0, named(HERE, CandidateKind.HOST))
    agent.add_local(0, named(HERE, CandidateKind.HOST), net.now)
    agent.set_remote(Credentials.make(net.entropy), net.now)
    return agent


@pytest.mark.parametrize("lateness", [0.0, 0.0004, 0.2])
@pytest.mark.parametrize("rate", [SPRAY_RATE, FAN_RATE, CROSS_RATE])
def test_probes_are_sent_at_their_rate(rate: float, lateness: float) -> None:
    net = VirtualNet()
    agent = prober(net)
    probes: list[Probe] = list(predict.spray(0, [named(THERE)], net.random.random))
    sends = [(net.now, effect) for effect in agent.probe(iter(probes), rate, net.now, HOLE_TTL)]
    while (wakes := agent.wake_at()) is not None:
        net.now = max(net.now, wakes) + lateness
        sends += [(net.now, effect) for effect in agent.tick(net.now)]
    times = [at for at, effect in sends if isinstance(effect, Send)]
    told = [effect for _, effect in sends if isinstance(effect, Send)]
    assert [(effect.base, effect.to) for effect in told] == probes[: len(told)]
    assert {effect.ttl for effect in told} == {HOLE_TTL}
    assert (len(told) == SPRAY_CHECKS) is (lateness < 0.2)
    for first, last in zip(times, times[int(rate) :], strict=False):
        assert last - first >= 1 - (BURST + 1) / rate
    assert agent.state is State.FAILED
    assert net.now - 1_000 <= PATIENCE_S + 2 * lateness + 1 / rate


def test_what_was_overslept_is_not_caught_up() -> None:
    net = VirtualNet()
    agent = prober(net)
    agent.probe(predict.spray(0, [named(THERE)], net.random.random), SPRAY_RATE, net.now)
    net.now += 1
    sends = agent.tick(net.now)
    while (wakes := agent.wake_at()) is not None and wakes <= net.now:
        sends += agent.tick(net.now)
    assert BURST <= len(sends) <= BURST + 1


def test_an_answer_to_a_probe_ends_the_rest() -> None:
    net = VirtualNet()
    agent = prober(net)
    assert agent.remote is not None
    to: Address = (THERE, 7)
    effects = agent.probe(iter([(0, to), (0, (THERE, 8)), (0, (THERE, 9))]), 1.0, net.now)
    probe = next(effect for effect in effects if isinstance(effect, Send))
    transaction = stun.decode(probe.data).transaction
    answer = stun.decode(success(transaction, (HERE, 5000), agent.remote))
    assert agent.receive(0, (THERE, 8), answer, net.now) == []
    agent.receive(0, to, answer, net.now + 0.1)
    assert agent.works
    assert agent.selected is not None
    assert agent.selected.remote.predicted
    assert agent.selected.remote.address == to
    assert agent.selected.rtt == pytest.approx(0.1)
    sends = [effect for turn in range(50) for effect in agent.tick(net.now + turn / 10) if isinstance(effect, Send)]
    assert {effect.to for effect in sends} == {to}
    assert agent.receive(0, to, answer, net.now + 5) == []


def test_nothing_is_guessed_once_a_pair_works() -> None:
    net = VirtualNet()
    agent = prober(net)
    assert agent.remote is not None
    check = next(effect for effect in agent.add_remote(named(THERE), net.now) if isinstance(effect, Send))
    answer = success(stun.decode(check.data).transaction, (HERE, 5000), agent.remote)
    agent.receive(0, (THERE, 5000), stun.decode(answer), net.now)
    effects = agent.probe(iter([(0, (THERE, 7))]), 1.0, net.now)
    assert all(effect.to != (THERE, 7) for effect in effects if isinstance(effect, Send))


def test_a_socket_that_takes_no_part_sends_no_guesses() -> None:
    net = VirtualNet()
    agent = prober(net)
    effects = agent.probe(iter([(9, (THERE, 7)), (0, (THERE, 8))]), 1.0, net.now)
    assert [(effect.base, effect.to) for effect in effects if isinstance(effect, Send)] == [(0, (THERE, 8))]


# End to end


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("busy", [0, 20])
def test_two_that_count_find_each_other(seed: int, busy: int) -> None:
    """Though others behind the two NATs get so many ports in between."""
    net = VirtualNet(seed=seed)
    servers = tuple(net.add_stun(host) for host in SERVERS)
    peers = VirtualPeer(net, IceRole.CONTROLLING), VirtualPeer(net, IceRole.CONTROLLED)
    for peer, inside, outside in zip(peers, ("10.0.0.2", "10.0.0.3"), (HERE, THERE), strict=True):
        router = net.add_router(Router(outside, Maps.COUNTING, Lets.PORT, Random(seed)))
        peer.host((inside, 5000), router, servers)
        for turn in range(busy):
            net.at(net.now + 0.1 + turn / 100, partial(net.send, (inside, 6000 + turn), router, NOBODY, b"other"))
    meet(*peers)
    assert net.run(5, lambda: settled(*peers) and all(peer.agent.is_direct for peer in peers))
    for peer in peers:
        assert len(peer.sent) <= CROSS_CHECKS * (1 + CROSS_ROUNDS) + 200


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("asking_is_random", [True, False])
@pytest.mark.parametrize("relayed", [False, True])
def test_random_ports_are_found(seed: int, asking_is_random: bool, relayed: bool) -> None:
    """Also while a relay carries the data, which is left then."""
    net = VirtualNet(seed=seed)
    servers = tuple(net.add_stun(host) for host in SERVERS)
    one, other = VirtualPeer(net, IceRole.CONTROLLING), VirtualPeer(net, IceRole.CONTROLLED)
    hard, easy = (one, other) if asking_is_random else (other, one)
    hard.host(("10.0.0.2", 5000), net.add_router(Router(HERE, Maps.RANDOM, Lets.PORT, Random(seed))), servers)
    easy.host(("10.0.0.3", 5000), net.add_router(Router(THERE, Maps.SAME, Lets.PORT)), servers)
    for peer, relay in zip((one, other), RELAYS if relayed else (), strict=False):
        peer.relay(relay)
    meet(one, other)
    assert net.run(5, lambda: settled(one, other) and one.agent.is_direct and other.agent.is_direct)
    guessed = [each for each in easy.sent if each.to[0] == HERE]
    assert len(guessed) <= SPRAY_CHECKS + 100
    named = {host for host, _ in RELAYS} | {*SERVERS, "10.0.0.2", "10.0.0.3", HERE, THERE}
    assert {each.to[0] for each in net.sent} <= named
    assert {each.to[1] for each in hard.sent if each.to[0] == THERE} <= {each.port for each in hard.agent.remotes}
    net.run(60)
    assert settled(one, other)
