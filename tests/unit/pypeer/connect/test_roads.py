"""Which way a session takes, when ICE or the relay is tried and left: stories, and what holds in all of them."""

import json
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect.lanes import TRANSITIONS, Event, Leave, Lost, Road, State, Try, Use
from pypeer.connect.roads import BETTER_S, LINGER_S, RELAY_AFTER_S, STABLE_S, UNUSED_S, Roads
from pypeer.secure.keys import Role
from tests.unit.pypeer.connect.journey import (
    BACK,
    DELAY_S,
    FAILED,
    ICE,
    LOST,
    OPENED,
    RELAY,
    SILENT,
    TCP,
    USED,
    Journey,
)
from tests.vectors import make_roads


def test_where_ice_works_no_relay_is_tried() -> None:
    journey = Journey()
    assert journey.first == [Try(ICE)]
    assert journey.happens(ICE, OPENED) == [Use(ICE)]
    assert journey.roads.deadline is None


def test_a_relay_is_tried_when_ice_takes_longer_and_left_when_it_opens() -> None:
    journey = Journey()
    assert journey.next() == (RELAY_AFTER_S, [Try(RELAY)])
    assert journey.happens(RELAY, OPENED) == [Use(RELAY)]
    assert journey.roads.deadline is None, "ICE is still at it"
    assert journey.happens(ICE, OPENED) == [Use(ICE)]
    assert journey.next() == (LINGER_S, [Leave(RELAY)])
    assert journey.roads.deadline is None
    assert journey.roads.state(RELAY) is State.CLOSED


def test_a_relay_is_left_as_soon_as_nothing_is_on_its_way_there() -> None:
    journey = Journey()
    journey.next()
    journey.open(RELAY)
    assert journey.roads.idle(RELAY) == [], "it carries"
    journey.happens(ICE, OPENED)
    assert journey.roads.idle(RELAY) == [Leave(RELAY)]
    assert journey.roads.idle(RELAY) == []


def test_a_relay_is_tried_at_once_when_ice_is_hopeless() -> None:
    journey = Journey()
    assert journey.happens(ICE, FAILED) == [Try(RELAY)]


def test_a_relay_is_tried_at_once_when_no_datagram_gets_through() -> None:
    journey = Journey()
    assert journey.roads.barred(journey.now) == [Try(RELAY)]
    assert journey.roads.barred(journey.now) == [], "it is being tried"
    assert journey.happens(ICE, OPENED) == [Use(ICE)], "it was a slow line"
    assert journey.roads.barred(journey.now) == []


def test_a_relay_that_failed_is_not_hurried() -> None:
    journey = Journey()
    journey.roads.barred(journey.now)
    journey.happens(RELAY, FAILED)
    journey.happens(ICE, FAILED)
    assert journey.roads.barred(journey.now) == []
    assert journey.next() == (2 * DELAY_S, [Try(ICE), Try(RELAY)])


def test_role_b_leaves_a_road_that_the_other_side_has_left() -> None:
    journey = Journey(Role.B)
    journey.open(ICE)
    journey.now += UNUSED_S
    assert journey.happens(RELAY, OPENED) == []
    assert journey.happens(RELAY, USED) == [Use(RELAY), Leave(ICE)]


def test_role_b_does_not_leave_a_road_that_has_just_opened() -> None:
    """Role A sees that a moment later, and comes after."""
    journey = Journey(Role.B)
    journey.open(ICE)
    journey.happens(RELAY, OPENED)
    assert journey.happens(RELAY, USED) == []
    assert journey.next() == (UNUSED_S, [Leave(RELAY)])


def test_a_relay_that_opens_after_ice_is_not_used() -> None:
    journey = Journey()
    journey.next()
    journey.happens(ICE, OPENED)
    assert journey.happens(RELAY, OPENED) == []
    assert journey.next() == (UNUSED_S, [Leave(RELAY)])


def test_while_a_relay_carries_ice_is_tried_at_growing_intervals() -> None:
    journey = Journey()
    journey.happens(ICE, FAILED)
    journey.open(RELAY)
    for pause in (*BETTER_S, BETTER_S[-1]):
        assert journey.next() == (pause, [Try(ICE)])
        assert journey.happens(ICE, FAILED) == []


def test_when_ice_is_lost_both_are_tried_the_relay_at_once() -> None:
    journey = Journey()
    journey.open(ICE)
    journey.now += STABLE_S
    assert journey.happens(ICE, LOST) == [Lost(), Try(RELAY)]
    assert journey.next() == (DELAY_S, [Try(ICE)])
    assert journey.happens(RELAY, OPENED) == [Use(RELAY)]
    assert journey.happens(ICE, FAILED) == []
    assert journey.next() == (BETTER_S[0], [Try(ICE)])


def test_when_ice_is_silent_a_relay_is_tried_and_takes_over() -> None:
    journey = Journey()
    journey.open(ICE)
    assert journey.happens(ICE, SILENT) == [Try(RELAY)]
    assert journey.happens(RELAY, OPENED) == [Use(RELAY), Leave(ICE)]
    assert journey.next() == (BETTER_S[0], [Try(ICE)])
    assert journey.happens(ICE, OPENED) == [Use(ICE)]


def test_when_silence_ends_before_the_relay_opens_nothing_moves() -> None:
    journey = Journey()
    journey.open(ICE)
    journey.happens(ICE, SILENT)
    assert journey.happens(ICE, BACK) == []
    assert journey.happens(RELAY, OPENED) == []
    assert journey.next() == (UNUSED_S, [Leave(RELAY)])


def test_a_relay_that_is_lost_while_it_lingers_is_not_missed() -> None:
    journey = Journey()
    journey.next()
    journey.open(RELAY)
    journey.happens(ICE, OPENED)
    assert journey.happens(RELAY, LOST) == []
    assert journey.next() == (LINGER_S, [])


def test_a_silent_link_is_better_than_none() -> None:
    journey = Journey(can_relay=False)
    journey.open(ICE)
    assert journey.happens(ICE, SILENT) == []
    assert journey.roads.carrying is ICE
    assert journey.happens(ICE, LOST) == [Lost()]


def test_when_the_relay_is_lost_both_are_tried() -> None:
    journey = Journey()
    journey.happens(ICE, FAILED)
    journey.open(RELAY)
    journey.now += STABLE_S
    assert journey.happens(RELAY, LOST) == [Lost(), Try(ICE), Try(RELAY)], "the one was due anyhow"


def test_a_new_link_on_the_same_road_is_used() -> None:
    journey = Journey()
    journey.open(ICE)
    assert journey.happens(ICE, OPENED) == [Use(ICE)]


def test_the_shared_vectors_are_what_the_code_makes() -> None:
    assert make_roads.build() == json.loads(make_roads.FILE.read_text("utf-8"))


def test_every_event_has_its_place_in_the_table() -> None:
    for state in State:
        missing = set(Event) - set(TRANSITIONS[state])
        assert missing == ({Event.TRY} if state in (State.OPEN, State.SILENT) else set())


HAPPENING = st.sampled_from([OPENED, FAILED, SILENT, BACK, LOST, USED])
STEPS = st.lists(
    st.one_of(st.tuples(st.sampled_from(Road), HAPPENING), st.sampled_from(["wait", "barred"])), max_size=40
)


@given(role=st.sampled_from(Role), can_relay=st.booleans(), can_tcp=st.booleans(), steps=STEPS)
def test_in_any_order_the_session_uses_the_best_there_is(
    role: Role, can_relay: bool, can_tcp: bool, steps: Sequence[tuple[Road, Event] | str]
) -> None:
    journey = Journey(role, can_relay, can_tcp)
    in_use: Road | None = None
    for step in steps:
        if isinstance(step, tuple):
            actions = journey.happens(*step)
        elif step == "barred":
            actions = journey.roads.barred(journey.now)
        elif journey.roads.deadline is not None:
            actions = journey.next()[1]
        else:
            continue
        for action in actions:
            if isinstance(action, Use):
                in_use = action.road
            elif isinstance(action, Lost):
                in_use = None
            elif isinstance(action, Leave):
                assert action.road is not in_use
            elif isinstance(action, Try):
                assert role is Role.A
                assert can_relay or action.road is not RELAY
                assert can_tcp or action.road is not TCP
        assert journey.roads.carrying is in_use
        assert in_use is best(journey.roads)


def best(roads: Roads) -> Road | None:
    """The first that is open, else the first that is silent."""
    ranked = [road for state in (State.OPEN, State.SILENT) for road in Road if roads.state(road) is state]
    return ranked[0] if ranked else None
