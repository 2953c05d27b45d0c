"""A page that answers is early at a router that takes such a port for itself: who asked tries once more."""

from itertools import product

import pytest

from pypeer.connect.ice.agent import FRESH_HOLE_CHECKS, HOLE_TTL
from pypeer.connect.ice.candidate import Candidate
from pypeer.connect.ice.checks import IceRole
from pypeer.protocol.report import CandidateKind
from tests.support.virtual_net import Lets, Maps, Router, Sent, VirtualNet
from tests.support.virtual_peer import SIGNAL_S, VirtualPeer, meet, settled

SERVERS = ("192.88.99.1", "192.88.99.2")
OUTSIDE = ("192.31.196.10", "192.52.193.20")
INSIDE = (("10.0.0.2", 5000), ("192.168.1.2", 5000))
FRESH = 1
"""Number of the second socket."""

SOON_S = 1.2
"""Until both use a direct pair, over a line of 50 ms."""


def begin(
    net: VirtualNet, takes: tuple[bool, bool], maps: Maps = Maps.SAME, more: int = 0
) -> tuple[VirtualPeer, VirtualPeer]:
    """Who asked, and a page that answers, at routers of which some take what is early; `maps` is the page's.

    The page is told of so many `more` addresses, which lead nowhere, and tries them first.
    """
    servers = tuple(net.add_stun(host) for host in SERVERS)
    one = net.add_router(Router(OUTSIDE[0], Maps.SAME, Lets.PORT, takes=takes[0]))
    other = net.add_router(Router(OUTSIDE[1], maps, Lets.PORT, takes=takes[1]))
    asking = VirtualPeer(net, IceRole.CONTROLLING)
    page = VirtualPeer(net, IceRole.CONTROLLED, is_page=True)
    asking.other, page.other = page, asking
    asking.host(INSIDE[0], one, servers)
    net.run(0.1)
    meet(asking, page)
    net.run(SIGNAL_S)
    page.host(INSIDE[1], other, servers)  # a browser gathers once it has an offer to answer
    for number in range(more):
        nowhere = Candidate(CandidateKind.HOST, f"10.1.0.{number}", 5000, 2**31 - 1, str(number))
        page.perform(page.agent.add_remote(nowhere, net.now))
    return asking, page


def direct(net: VirtualNet, *peers: VirtualPeer) -> bool:
    """Whether both soon use one pair without a relay."""
    return net.run(SOON_S, lambda: settled(*peers)) and all(peer.agent.is_direct for peer in peers)


def from_fresh(peer: VirtualPeer) -> list[Sent]:
    """What the second socket sent to the other side's router."""
    return [each for each in peer.sent if each.source[1] != INSIDE[0][1] and each.to[0] == OUTSIDE[1]]


@pytest.mark.parametrize("takes", list(product((False, True), repeat=2)), ids=str)
def test_a_page_that_answers_is_reached(takes: tuple[bool, bool]) -> None:
    net = VirtualNet()
    peers = begin(net, takes)
    assert direct(net, *peers)
    pair = peers[0].agent.selected
    assert pair is not None
    assert pair.base == (FRESH if takes[0] else 0)
    assert not pair.local.predicted


def test_nothing_of_the_fresh_socket_arrives_before_the_other_side_has_sent_to_it() -> None:
    net = VirtualNet()
    asking, _ = begin(net, (True, True))
    assert net.run(SOON_S, lambda: any(source[0] == OUTSIDE[1] for base, source, _ in asking.heard if base == FRESH))
    assert {each.ttl for each in from_fresh(asking) if each.at < net.now} == {HOLE_TTL}


def test_who_asked_does_not_come_before_a_page_that_tries_others_first() -> None:
    net = VirtualNet()
    asking, page = begin(net, (False, True), more=30)
    assert direct(net, asking, page)
    first = min(each.at for each in page.sent if each.to[0] == OUTSIDE[0])
    early = [each.ttl for each in asking.sent if each.to[0] == OUTSIDE[1] and each.at < first]
    assert set(early) == {HOLE_TTL}


def test_no_second_socket_where_plain_checks_lead_through() -> None:
    net = VirtualNet()
    asking, page = begin(net, (False, True))
    assert direct(net, asking, page)
    net.run(5)
    assert {pair.base for pair in asking.agent.pairs} == {0}


def test_ports_that_the_page_names_are_opened_from_the_fresh_socket_too() -> None:
    net = VirtualNet()
    asking, page = begin(net, (True, False), Maps.COUNTING)
    page.predicts = True  # a page names the next ports of its NAT
    assert direct(net, asking, page)
    pair = asking.agent.selected
    assert pair is not None
    assert pair.base == FRESH
    assert pair.remote.predicted


def test_a_fresh_socket_opens_holes_for_longer() -> None:
    net = VirtualNet()
    net.cuts = lambda source, to: {source[0], to[0]} == set(OUTSIDE)
    asking, _ = begin(net, (False, False))
    net.run(4)
    ttls = [each.ttl for each in from_fresh(asking)]
    assert ttls[: FRESH_HOLE_CHECKS + 1] == [HOLE_TTL] * FRESH_HOLE_CHECKS + [None]
