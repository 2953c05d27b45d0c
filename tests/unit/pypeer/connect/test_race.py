"""Which of two roads carries what is bulk: races in virtual time, alone and under a fetch over links of known rates."""

from collections.abc import Callable

import pytest

from pypeer.connect import race
from pypeer.connect.lanes import Road
from pypeer.connect.race import Ask, Follow, Race, Stage, Verdict
from tests.support.roads import Roads as Links

MIB = 1024 * 1024
Rates = Callable[[float], dict[Road, float]]


def steady(tcp: float, ice: float) -> Rates:
    """So many bytes a second on each, whenever it is asked on."""
    return lambda now: {Road.TCP: tcp, Road.ICE: ice}


class Played:
    """A race over roads of known rates."""

    def __init__(self, rates: Rates) -> None:
        self.race = Race()
        self.now = 0.0
        self.heard = {Road.TCP: 0.0, Road.ICE: 0.0}
        self.used: list[tuple[float, Road]] = []
        self.verdicts: list[tuple[float, Road]] = []
        self._rates = rates
        self._take(self.race.open(True, 0.0))

    def run(self, until: float) -> "Played":
        """Let data flow until then."""
        while self.now < until:
            road = self.used[-1][1]
            self.now += race.TICK_S
            self.heard[road] += self._rates(self.now)[road] * race.TICK_S
            self._take(self.race.tick({each: int(count) for each, count in self.heard.items()}, self.now))
        return self

    def _take(self, actions: list[race.Action]) -> None:
        for action in actions:
            (self.used if isinstance(action, Ask) else self.verdicts).append((self.now, action.road))


@pytest.mark.parametrize(
    ("tcp", "ice", "winner"),
    [(8, 2, Road.TCP), (8, 8, Road.TCP), (8, 9, Road.TCP), (8, 11, Road.ICE), (0.5, 8, Road.ICE)],
)
def test_the_quicker_one_stays_and_tcp_if_both_are_alike(tcp: float, ice: float, winner: Road) -> None:
    played = Played(steady(tcp * MIB, ice * MIB)).run(5)
    assert played.used[0][1] is Road.TCP
    assert [road for _, road in played.verdicts] == [winner]
    assert played.used[-1][1] is winner
    assert played.race.rates == {Road.TCP: pytest.approx(tcp * MIB), Road.ICE: pytest.approx(ice * MIB)}


def test_what_is_hopeless_is_over_sooner() -> None:
    played = Played(steady(8 * MIB, MIB)).run(5)
    assert played.used == [(0.0, Road.TCP), (2.25, Road.ICE), (3.25, Road.TCP)]


def test_what_delivers_nothing_is_over_before_it_is_a_stall() -> None:
    """Before the least silence that is called a stall is over twice."""
    played = Played(steady(8 * MIB, 0)).run(5)
    assert played.used == [(0.0, Road.TCP), (2.25, Road.ICE), (3.0, Road.TCP)]
    assert played.verdicts == [(3.0, Road.TCP)]


def test_nothing_is_tried_where_tcp_is_as_quick_as_a_data_channel_can_be() -> None:
    played = Played(steady(2 * race.ENOUGH, race.ENOUGH)).run(29)
    assert played.used == [(0.0, Road.TCP)]
    assert played.verdicts == [(2.25, Road.TCP)]
    assert set(played.race.rates) == {Road.TCP}


def test_a_gigabit_is_not_given_up_for_a_trial() -> None:
    played = Played(steady(1e9 / 8 * 0.9, 80 * MIB)).run(29)
    assert played.used == [(0.0, Road.TCP)]


def test_nothing_is_measured_while_nothing_flows() -> None:
    played = Played(lambda now: dict.fromkeys(Road, 8.0 * MIB if now > 10 else 0.0)).run(11.75)
    assert played.race.stage is Stage.MEASURING
    assert played.run(12.25).race.stage is Stage.TRYING


def test_trials_become_rare() -> None:
    played = Played(steady(8 * MIB, 6 * MIB)).run(1000)
    at = [at for at, road in played.used if road is Road.ICE]
    assert at == pytest.approx([2, 126, 430, 734], abs=5)
    lost = sum(2.0 for _ in at) * (1 - 6 / 8)
    assert lost / 1000 < 0.005


def test_after_a_change_of_roads_the_next_trial_is_soon() -> None:
    """A trial that a moment of weakness of the other road won is put right."""
    played = Played(lambda now: {Road.TCP: 8.0 * MIB if now > 3 else MIB, Road.ICE: 4.0 * MIB}).run(45)
    assert [road for _, road in played.verdicts] == [Road.ICE, Road.TCP]
    assert played.verdicts[1][0] - played.verdicts[0][0] == pytest.approx(race.LOOKS_S[0], abs=5)


def test_a_road_that_has_fallen_is_left_within_ten_seconds() -> None:
    played = Played(lambda now: {Road.TCP: 8.0 * MIB if now < 20 else MIB, Road.ICE: 6.0 * MIB}).run(30)
    assert [road for _, road in played.verdicts] == [Road.TCP, Road.ICE]


def test_a_pause_is_no_fall() -> None:
    played = Played(lambda now: dict.fromkeys(Road, 8.0 * MIB if now < 20 or now > 24 else 0.0)).run(30)
    assert len(played.verdicts) == 1


def test_when_a_road_closes_the_race_is_over_and_another_begins_anew() -> None:
    played = Played(steady(MIB, 8 * MIB)).run(5)
    assert played.race.open(True, 5) == []
    assert played.race.open(False, 5) == []
    assert played.race.stage is Stage.ALONE
    assert played.race.tick({}, 5.25) == []
    assert played.race.open(False, 6) == []
    assert played.race.open(True, 6) == [Ask(Road.TCP)]
    assert played.race.rates == {}


def test_who_does_not_choose_sees_where_it_is_asked_but_not_trials() -> None:
    follow, heard = Follow(), {Road.TCP: 0, Road.ICE: 0}
    verdicts = []
    for tick in range(1, 80):
        now = tick * race.TICK_S
        heard[Road.ICE if 5 < now <= 7 or now > 12 else Road.TCP] += 25
        verdicts += [(now, each) for each in follow.tick(heard, now)]
    assert [each for _, each in verdicts] == [Verdict(Road.ICE)]
    assert verdicts[0][0] == pytest.approx(12 + race.LASTS_S, abs=0.5)
    follow.open()
    assert follow.road is Road.TCP


def fetched(tcp_mbit: float, ice_mbit: float, size: int) -> tuple[Links, list[Road]]:
    """A fetch over two links, where a race says on which to ask."""
    links, asked = Links(size), list[Road]()
    roads = {Road.TCP: links.open(tcp_mbit, 0.05, rank=0), Road.ICE: links.open(ice_mbit, 0.05, rank=1)}
    core = Race()

    def take(actions: list[race.Action]) -> None:
        for action in actions:
            if isinstance(action, Ask):
                asked.append(action.road)
                for road, number in roads.items():
                    links.flows[number].rank = int(road is not action.road)

    def tick() -> None:
        heard = {road: links.flows[number].pace.delivered for road, number in roads.items()}
        take(core.tick(heard, links.now))
        links.after(race.TICK_S, tick)

    take(core.open(True, 0.0))
    links.after(race.TICK_S, tick)
    links.run()
    return links, asked


@pytest.mark.parametrize(("tcp", "ice", "winner"), [(100, 20, Road.TCP), (20, 100, Road.ICE), (100, 100, Road.TCP)])
def test_a_fetch_is_nearly_as_quick_as_over_the_better_road_alone_and_never_stands(
    tcp: float, ice: float, winner: Road
) -> None:
    links, asked = fetched(tcp, ice, 200 * MIB)
    assert asked[-1] is winner
    seconds = 200 * MIB * 8 / 1e6 / max(tcp, ice)
    assert links.now < seconds + 4
    assert max(links.pauses, default=0.0) < 0.75


def test_a_fetch_does_not_stand_when_the_other_road_is_dead() -> None:
    """Nothing comes there at all; what was asked there is asked again, and none of it is missing."""
    links, asked = fetched(20, 0.001, 50 * MIB)
    assert asked == [Road.TCP, Road.ICE, Road.TCP]
    assert links.now < 50 * MIB * 8 / 1e6 / 20 + 4
    assert max(links.pauses) < 2
