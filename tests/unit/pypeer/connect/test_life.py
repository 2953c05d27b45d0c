"""One generation of ICE over time: late news, silence, consent, and what is given up."""

from dataclasses import replace

import pytest

from pypeer.connect.ice.agent import EXPIRED_S, GATHERING_S
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import IceRole
from pypeer.connect.ice.effects import Send, Side, State
from pypeer.connect.ice.pairs import CHECKS_REMEMBERED, PATIENCE_S
from pypeer.protocol.report import CandidateKind, CheckState
from signaling.protocol import stun
from tests.support.virtual_net import Lets, Maps, Router, VirtualNet
from tests.support.virtual_peer import VirtualPeer, meet, neighbours, request, settled

HERE, THERE = ("192.31.196.10", 5000), ("192.52.193.20", 5000)
RELAYS = (("192.175.48.1", 6000), ("192.175.48.2", 6000))
DOUBT_S, BACK_S = 4.1, 2.6


def connected(net: VirtualNet) -> tuple[VirtualPeer, VirtualPeer]:
    one, other = neighbours(net)
    assert net.run(3, lambda: settled(one, other))
    return one, other


def named(host: str, port: int = 5000, kind: CandidateKind = CandidateKind.HOST, priority: int = 99) -> Candidate:
    return Candidate(kind, host, port, priority)


# News


def test_candidates_long_after_the_descriptions() -> None:
    net = VirtualNet()
    one, other = VirtualPeer(net, IceRole.CONTROLLING), VirtualPeer(net, IceRole.CONTROLLED)
    meet(one, other)
    net.run(2.4)
    one.host(HERE)
    net.run(0.1)
    other.host(THERE)
    assert net.run(1, lambda: settled(one, other))
    assert one.state is State.CONNECTED


def failed_after(net: VirtualNet, one: VirtualPeer) -> float:
    began = net.now
    assert net.run(20, lambda: one.state is State.FAILED)
    return net.now - began


def test_while_a_side_gathers_nothing_is_hopeless_for_a_while() -> None:
    net = VirtualNet()
    one, other = VirtualPeer(net, IceRole.CONTROLLING), VirtualPeer(net, IceRole.CONTROLLED)
    one.agent.await_candidates()
    meet(one, other)
    assert failed_after(net, one) == pytest.approx(GATHERING_S, abs=0.2)


@pytest.mark.parametrize("last", Side)
def test_what_is_hopeless_counts_from_the_end_of_gathering_on_both_sides(last: Side) -> None:
    net = VirtualNet()
    one, other = VirtualPeer(net, IceRole.CONTROLLING), VirtualPeer(net, IceRole.CONTROLLED)
    one.agent.await_candidates()
    meet(one, other)
    for side in sorted(Side, key=lambda each: each is last):
        net.run(1.0)
        one.perform(one.agent.complete(side, net.now))
    assert one.state is State.CHECKING
    one.perform(one.agent.complete(last, net.now))
    assert failed_after(net, one) == pytest.approx(PATIENCE_S, abs=0.2)


def test_candidates_of_another_generation_change_nothing() -> None:
    net = VirtualNet()
    one, other = connected(net)
    pairs = list(one.agent.pairs)
    old = replace(named("192.52.193.21"), ufrag="older")
    assert one.agent.add_remote(old, net.now) == []
    assert one.agent.pairs == pairs
    assert old not in one.agent.remotes
    one.perform(one.agent.add_remote(replace(old, ufrag=other.agent.local.ufrag), net.now))
    assert len(one.agent.pairs) == len(pairs) + 1


def test_candidates_that_cannot_be_paired_or_are_known() -> None:
    net = VirtualNet()
    one, _ = connected(net)
    count = len(one.agent.remotes)
    tcp = replace(named(*THERE), transport="tcp")
    for useless in (named("2620:4f:8000::1"), tcp, named("x.local"), named("192.52.193.9", 0)):
        one.perform(one.agent.add_remote(useless, net.now))
        one.perform(one.agent.add_remote(useless, net.now))
    assert len(one.agent.remotes) == count + 4
    assert len(one.agent.pairs) == 1
    one.perform(one.agent.add_remote(named(*THERE), net.now))
    assert one.agent.pairs[0].remote.priority != 99


def test_an_address_that_a_check_revealed_is_named_later() -> None:
    """Behind a NAT without STUN servers: the first check tells the address."""
    net = VirtualNet()
    one, other = VirtualPeer(net, IceRole.CONTROLLING), VirtualPeer(net, IceRole.CONTROLLED)
    one.host(HERE)
    other.host(("10.0.0.2", 5000), net.add_router(Router(THERE[0], Maps.SAME, Lets.PORT)))
    meet(one, other)
    assert net.run(3, lambda: settled(one, other))
    pair = one.agent.selected
    assert pair is not None
    assert pair.remote.kind is CandidateKind.PRFLX
    second = one.host(("192.31.196.11", 5000))
    srflx = named(*pair.remote.address, CandidateKind.SRFLX, 7)
    one.perform(one.agent.add_remote(srflx, net.now))
    assert pair.remote is srflx
    assert srflx in one.agent.remotes
    assert {each.base for each in one.agent.pairs if each.remote is srflx} == {0, second}


def test_checks_that_come_before_the_description() -> None:
    """An answer by way of a slow server: data flows as soon as the other side's check is here."""
    net = VirtualNet()
    one, other = VirtualPeer(net, IceRole.CONTROLLING), VirtualPeer(net, IceRole.CONTROLLED)
    one.host(HERE)
    other.host(THERE)
    one.other, other.other = other, one
    other.described(one.agent.local, careful=False)
    net.run(1)
    assert one.state is State.CONNECTED
    assert not one.agent.works
    assert one.agent.wake_at() is None
    net.run(9)
    one.described(other.agent.local, careful=False)
    assert net.run(1, lambda: one.agent.works)


# Silence


@pytest.mark.parametrize("role", IceRole)
def test_a_path_that_goes_silent_and_comes_back(role: IceRole) -> None:
    net = VirtualNet()
    one, other = connected(net)
    net.run(7)
    peer = one if one.agent.role is role else other
    net.cuts = lambda source, to: True
    assert not net.run(1.5, lambda: peer.state is State.SILENT)
    assert net.run(DOUBT_S - 1.5, lambda: peer.state is State.SILENT)
    net.run(20 - DOUBT_S)
    net.cuts = lambda source, to: False
    assert net.run(BACK_S, lambda: peer.agent.works)
    assert net.run(BACK_S, lambda: settled(one, other))


def test_a_busy_path_that_goes_silent_is_noticed_sooner() -> None:
    net = VirtualNet()
    one, _ = connected(net)
    one.agent.carries(0, THERE, net.now)
    one.perform([])
    net.cuts = lambda source, to: True
    assert not net.run(2.5, lambda: one.state is State.SILENT)
    assert net.run(0.2, lambda: one.state is State.SILENT)


def test_a_busy_path_on_which_data_ends_is_asked_once_and_stays() -> None:
    net = VirtualNet()
    one, _ = connected(net)
    net.run(0.5)
    one.agent.carries(0, THERE, net.now)
    one.perform([])
    before = len([each for each in net.sent if each.source == HERE])
    net.run(1.1)
    assert len([each for each in net.sent if each.source == HERE]) > before
    net.run(60)
    assert [state for _, state in one.states] == [State.CONNECTED]


def test_consent_expires() -> None:
    net = VirtualNet()
    one, other = connected(net)
    net.run(7)
    net.cuts = lambda source, to: True
    cut_at = net.now
    assert net.run(40, lambda: one.state is other.state is State.FAILED)
    for peer in (one, other):
        assert [state for _, state in peer.states] == [State.CONNECTED, State.SILENT, State.FAILED]
        assert EXPIRED_S - BACK_S < peer.states[-1][0] - cut_at < EXPIRED_S + BACK_S
        assert peer.agent.selected is None
        assert peer.agent.wake_at() is None
    sent = len(net.sent)
    net.cuts = lambda source, to: False
    net.run(60)
    assert len(net.sent) == sent


def test_data_alone_is_no_consent() -> None:
    net = VirtualNet()
    one, _ = connected(net)
    net.cuts = lambda source, to: source == THERE
    while net.now < 1_060 and one.state is not State.FAILED:
        assert one.agent.carries(0, THERE, net.now)
        assert one.state is State.CONNECTED
        net.run(0.5)
    assert [state for _, state in one.states] == [State.CONNECTED, State.SILENT, State.FAILED]


def test_answers_out_of_a_deep_queue_are_consent() -> None:
    net = VirtualNet()
    one, other = connected(net)
    net.delay = 2.5
    net.run(120)
    assert one.agent.works
    assert other.agent.works
    assert one.agent.selected is not None
    assert one.agent.selected.rtt is not None
    assert one.agent.selected.rtt > 4


def test_a_machine_that_slept() -> None:
    net = VirtualNet()
    one, _ = connected(net)
    effects = one.agent.tick(net.now + 3600)
    one.perform(effects)
    assert [state for _, state in one.states] == [State.CONNECTED, State.SILENT, State.FAILED]


def test_a_lower_pair_takes_over_when_the_best_is_silent() -> None:
    net = VirtualNet()
    one, other = neighbours(net)
    one.relay(RELAYS[0])
    other.relay(RELAYS[1])
    net.run(10)
    net.cuts = lambda source, to: {source, to} == {HERE, THERE}
    assert net.run(DOUBT_S + 1, lambda: all(len(peer.selected) > 1 and peer.agent.works for peer in (one, other)))
    net.run(60)
    assert settled(one, other)
    for peer in (one, other):
        assert peer.agent.selected is not None
        assert CandidateKind.RELAY in (peer.agent.selected.local.kind, peer.agent.selected.remote.kind)


@pytest.mark.parametrize("before_s", [0, 20])
@pytest.mark.parametrize("blocked_s", [8, 20, 600])
def test_a_relay_is_left_when_the_direct_path_opens(before_s: float, blocked_s: float) -> None:
    net = VirtualNet(delay=0.05)
    one, other = neighbours(net)
    one.host(("10.0.0.2", 5000), net.add_router(Router("192.31.196.9", Maps.SAME, Lets.PORT)))
    one.relay(RELAYS[0])
    other.relay(RELAYS[1])
    net.run(before_s)
    net.cuts = lambda source, to: not {source, to} & set(RELAYS)
    net.run(blocked_s)
    before = len(net.sent)
    assert one.agent.works
    assert not one.agent.is_direct
    net.run(60)
    assert len(net.sent) - before < 500
    net.cuts = lambda source, to: False
    assert net.run(61, lambda: one.agent.is_direct and other.agent.is_direct)
    assert all(peer.states[-1][1] is State.CONNECTED for peer in (one, other))
    chosen = len(one.selected)
    net.run(200)
    assert len(one.selected) == chosen


def test_data_on_another_pair_is_the_peers_and_no_sign_of_life_of_the_one_in_use() -> None:
    net = VirtualNet()
    one, _ = neighbours(net)
    relay = one.relay(RELAYS[0])
    net.run(10)
    direct = one.agent.selected
    net.cuts = lambda source, to: {source, to} == {HERE, THERE}
    for _ in range(10):
        assert one.agent.carries(relay, THERE, net.now)
        net.run(0.5)
    assert one.agent.selected is not direct


def test_others_are_tried_again_for_as_long_as_the_silence_lasts() -> None:
    net = VirtualNet()
    one, other = neighbours(net)
    one.relay(RELAYS[0])
    other.relay(RELAYS[1])
    net.run(10)
    net.cuts = lambda source, to: True
    net.run(15)
    assert one.state is other.state is State.SILENT
    net.cuts = lambda source, to: {source, to} != set(RELAYS)
    assert net.run(DOUBT_S, lambda: one.agent.works and other.agent.works)


def test_checks_that_got_lost_are_forgotten_in_the_end() -> None:
    net = VirtualNet()
    one, other = connected(net)
    net.loss = 0.3
    net.run(600)
    for peer in (one, other):
        assert peer.agent.selected is not None
        remembered = len(peer.agent.selected.flights)
        assert CHECKS_REMEMBERED - 2 < remembered <= CHECKS_REMEMBERED  # the last may just have been answered


# What is given up


def test_a_pair_on_which_only_checks_arrive_is_given_up() -> None:
    net = VirtualNet()
    net.cuts = lambda source, to: source == THERE
    one, other = neighbours(net)
    assert net.run(3, lambda: other.state is State.FAILED)
    assert [state for _, state in other.states] == [State.CONNECTED, State.SILENT, State.FAILED]
    net.run(3)
    assert [state for _, state in one.states] == [State.FAILED]


def test_a_pair_on_which_only_checks_arrive_does_not_hide_one_that_works() -> None:
    net = VirtualNet()
    net.cuts = lambda source, to: source == THERE and to == HERE
    one, other = neighbours(net)
    one.relay(RELAYS[0])
    other.relay(RELAYS[1])
    assert net.run(3, lambda: settled(one, other))
    net.run(60)
    assert settled(one, other)
    assert one.state is other.state is State.CONNECTED


def test_a_relay_that_comes_while_the_pair_is_given_up() -> None:
    net = VirtualNet(delay=0.15)
    net.cuts = lambda source, to: source == THERE and to == HERE
    one, other = neighbours(net)
    net.run(2.5)
    other.relay(RELAYS[1])
    assert net.run(0.29, lambda: other.state is State.SILENT)
    assert other.agent.selected is None
    other.take(0, HERE, stun.decode(request(other, one)))
    assert other.agent.selected is None
    assert net.run(1, lambda: settled(one, other))
    assert one.state is other.state is State.CONNECTED


def test_a_check_on_a_pair_that_failed_brings_it_back() -> None:
    net = VirtualNet()
    net.cuts = lambda source, to: True
    one, other = neighbours(net)
    net.run(2)
    one.host(("192.31.196.11", 5000))  # keeps both waiting
    net.run(1.5)
    assert CheckState.FAILED in {pair.state for pair in one.agent.pairs}
    net.cuts = lambda source, to: "192.31.196.11" in (source[0], to[0])
    other.perform([Send(0, HERE, request(one, other))])
    net.cuts = lambda source, to: False
    one.take(0, THERE, stun.decode(request(one, other)))
    assert net.run(1, lambda: one.agent.works)
