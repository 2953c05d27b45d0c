"""TCP beside ICE, and roads of several grades: direct, by a proxy, by a relay."""

from pypeer.connect.lanes import Action, GiveUp, Grade, Leave, Try, Use
from pypeer.connect.roads import ATTEMPTS, BETTER_S, STABLE_S
from pypeer.secure.keys import Role
from tests.unit.pypeer.connect.journey import BACK, DELAY_S, FAILED, ICE, LOST, OPENED, RELAY, SILENT, TCP, Journey


def test_tcp_carries_and_ice_stands_by() -> None:
    journey = Journey(can_tcp=True)
    assert journey.first == [Try(TCP), Try(ICE)]
    assert journey.happens(ICE, OPENED) == [Use(ICE)]
    assert journey.happens(TCP, OPENED) == [Use(TCP)]
    assert journey.roads.deadline is None
    journey.now += STABLE_S
    assert journey.happens(TCP, LOST) == [Use(ICE)]
    assert journey.next() == (DELAY_S, [Try(TCP)])


def test_tcp_that_is_silent_is_left_for_ice() -> None:
    journey = Journey(Role.B, can_tcp=True)
    journey.open(TCP)
    assert journey.happens(ICE, OPENED) == []
    assert journey.happens(TCP, SILENT) == [Use(ICE), Leave(TCP)]


def test_tcp_alone_that_is_silent_brings_the_relay() -> None:
    journey = Journey(can_tcp=True)
    journey.open(TCP)
    assert journey.happens(ICE, FAILED) == []
    assert journey.happens(TCP, SILENT) == [Try(RELAY)]
    assert journey.happens(TCP, BACK) == []
    assert journey.happens(RELAY, OPENED) == []
    assert journey.happens(TCP, SILENT) == [Use(RELAY), Leave(TCP)]
    assert journey.next() == (BETTER_S[0], [Try(TCP), Try(ICE)])


def test_tcp_is_not_tried_again_beside_ice() -> None:
    journey = Journey(can_tcp=True)
    journey.open(ICE)
    assert journey.happens(TCP, FAILED) == []
    assert journey.roads.deadline is None


def test_ice_is_not_tried_again_beside_tcp() -> None:
    journey = Journey(can_tcp=True)
    journey.open(TCP)
    assert journey.happens(ICE, FAILED) == []
    assert journey.roads.deadline is None


def test_without_anything_tcp_is_tried_as_often_as_ice() -> None:
    journey = Journey(can_relay=False, can_tcp=True)
    journey.happens(ICE, FAILED)
    over: list[Action] = []
    for _ in range(ATTEMPTS):
        journey.happens(TCP, FAILED)
        while journey.roads.deadline is not None:
            journey.next()
        over = journey.happens(ICE, FAILED)
    assert over == [GiveUp()]


def proxied() -> Journey:
    """The session uses TCP through a proxy."""
    journey = Journey(can_tcp=True)
    assert journey.roads.graded(TCP, Grade.PROXIED, journey.now) == []
    journey.open(TCP)
    return journey


def test_a_proxy_is_left_for_a_direct_way_of_ice_and_stands_by() -> None:
    journey = proxied()
    assert not journey.roads.is_direct(ICE)
    assert journey.happens(ICE, OPENED) == [Use(ICE)]
    assert journey.roads.is_direct(ICE)
    assert journey.happens(ICE, SILENT) == [Use(TCP), Leave(ICE)]


def test_a_proxy_is_better_than_a_relay_of_ice_until_that_becomes_direct() -> None:
    journey = proxied()
    assert journey.roads.graded(ICE, Grade.RELAYED, journey.now) == []
    assert journey.happens(ICE, OPENED) == []
    assert not journey.roads.is_direct(ICE)
    assert journey.roads.graded(ICE, Grade.DIRECT, journey.now) == [Use(ICE)]


def test_a_proxy_is_better_than_the_relay_inside_the_websocket() -> None:
    journey = Journey(can_tcp=True)
    journey.open(RELAY)
    journey.roads.graded(TCP, Grade.PROXIED, journey.now)
    assert journey.happens(TCP, OPENED) == [Use(TCP)]


def test_a_relay_of_ice_is_better_than_that_inside_the_websocket() -> None:
    journey = Journey()
    journey.open(RELAY)
    journey.roads.graded(ICE, Grade.RELAYED, journey.now)
    assert journey.happens(ICE, OPENED) == [Use(ICE)]
