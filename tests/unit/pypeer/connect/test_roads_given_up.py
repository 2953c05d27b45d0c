"""How often roads are tried, what role B does by itself, and what is left when nobody can be told any more."""

import pytest

from pypeer.connect.lanes import Action, GiveUp, Leave, Lost, Road, State, Try, Use
from pypeer.connect.roads import ATTEMPTS, LINGER_S, RECOVER_S, STABLE_S
from pypeer.secure.keys import Role
from tests.unit.pypeer.connect.journey import DELAY_S, FAILED, ICE, LOST, OPENED, RELAY, SILENT, Journey


def test_without_a_relay_three_attempts_are_made() -> None:
    journey = Journey(can_relay=False)
    for failures in range(1, ATTEMPTS):
        assert journey.happens(ICE, FAILED) == []
        assert journey.next() == (DELAY_S * (1 + failures), [Try(ICE)])
    assert journey.happens(ICE, FAILED) == [GiveUp()]


def test_with_a_relay_three_attempts_are_made_on_each_road() -> None:
    journey = Journey()
    tried: list[Action] = list(journey.first)
    over: list[Action] = []
    for _ in range(20):
        for road in Road:
            if journey.roads.state(road) is State.TRYING:
                over = journey.happens(road, FAILED)
                tried += [each for each in over if isinstance(each, Try)]
        if GiveUp() in over:
            break
        if journey.roads.deadline is not None:
            tried += journey.next()[1]
    assert GiveUp() in over
    assert tried.count(Try(ICE)) == tried.count(Try(RELAY)) == ATTEMPTS


def test_after_a_loss_attempts_count_anew() -> None:
    journey = Journey(can_relay=False)
    journey.happens(ICE, FAILED)
    journey.next()
    journey.happens(ICE, FAILED)
    journey.next()
    journey.open(ICE)
    journey.now += STABLE_S
    journey.happens(ICE, LOST)
    journey.next()
    assert journey.happens(ICE, FAILED) == []


def test_links_that_break_at_once_are_not_made_for_ever() -> None:
    journey = Journey(can_relay=False)
    for failures in range(1, ATTEMPTS):
        journey.open(ICE)
        assert journey.happens(ICE, LOST) == [Lost()]
        assert journey.next() == (DELAY_S * (1 + failures), [Try(ICE)])
    journey.open(ICE)
    assert journey.happens(ICE, LOST) == [Lost(), GiveUp()]


def test_role_b_follows_and_tries_nothing() -> None:
    journey = Journey(Role.B)
    assert journey.first == []
    assert journey.roads.deadline is None
    assert journey.happens(ICE, FAILED) == []
    assert journey.happens(RELAY, OPENED) == [Use(RELAY)]
    assert journey.happens(ICE, OPENED) == [Use(ICE)]
    assert journey.next() == (LINGER_S, [Leave(RELAY)])
    assert journey.happens(RELAY, OPENED) == [], "A began it before it saw that ICE is open here"
    assert journey.happens(ICE, SILENT) == [Use(RELAY), Leave(ICE)]
    assert journey.happens(RELAY, LOST) == [Lost()]
    assert journey.next() == (RECOVER_S, [GiveUp()])


def test_role_b_goes_on_when_a_comes_back() -> None:
    journey = Journey(Role.B)
    journey.open(ICE)
    journey.happens(ICE, LOST)
    assert journey.happens(ICE, OPENED) == [Use(ICE)]
    assert journey.roads.deadline is None


@pytest.mark.parametrize("role", Role)
def test_who_is_cut_off_keeps_what_is_open_and_no_more(role: Role) -> None:
    journey = Journey(role)
    journey.open(ICE)
    assert journey.roads.unpaired() == []
    assert journey.happens(ICE, SILENT) == []
    assert journey.roads.deadline is None
    assert journey.happens(ICE, LOST) == [GiveUp()]


@pytest.mark.parametrize("role", Role)
def test_who_is_cut_off_before_anything_is_open_gives_up(role: Role) -> None:
    journey = Journey(role)
    assert journey.roads.unpaired() == [GiveUp()]
    assert journey.roads.deadline is None


def test_who_is_cut_off_on_a_relay_still_moves_to_what_opens() -> None:
    journey = Journey()
    journey.next()
    journey.open(RELAY)
    journey.roads.unpaired()
    assert journey.happens(ICE, OPENED) == [Use(ICE)]
    assert journey.next() == (LINGER_S, [Leave(RELAY)])
