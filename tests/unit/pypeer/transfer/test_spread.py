"""In which order the chunks of a swarm are asked for, and of whom."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from pypeer.transfer.holdings import Holdings
from pypeer.transfer.spread import Spread
from tests.support.swarm_fetch import HELPER, OTHER, SENDER


def test_a_helper_is_asked_for_what_the_fewest_have_and_who_has_all_for_what_none_has() -> None:
    holdings = Holdings()
    spread = Spread(holdings, random.Random(1))
    spread.add(0, 0, 4)
    for source, stop in ((HELPER, 3), (OTHER, 2)):
        holdings.begin(source)
        spread.told(source, holdings.add(source, 0, 0, stop))
    assert spread.pick(HELPER) == (0, 2)
    assert spread.pick(SENDER) == (0, 3)
    spread.take((0, 3))
    assert spread.pick(SENDER) is None
    assert spread.pick(SENDER, alone=True) is not None
    spread.take((0, 2))
    assert spread.pick(HELPER) in ((0, 0), (0, 1))
    spread.give_back(0, 2)
    assert spread.pick(HELPER) == (0, 2)
    holdings.forget(HELPER)
    spread.forget(HELPER)
    assert spread.pick(HELPER) is None
    assert spread.pick(SENDER) == (0, 2), "nobody has it any more"
    spread.drop(0)
    assert spread.is_empty
    assert spread.pick(SENDER, alone=True) is None


def test_what_comes_anew_is_asked_of_helpers_that_have_it() -> None:
    holdings = Holdings()
    spread = Spread(holdings, random.Random(1))
    holdings.begin(HELPER)
    spread.told(HELPER, holdings.add(HELPER, 0, 0, 2))
    assert spread.pick(HELPER) is None, "it is not missing"
    spread.add(0, 1, 3)
    assert spread.pick(HELPER) == (0, 1)
    assert holdings.add(HELPER, 0, 0, 2) == [], "no news"


def test_what_is_wanted_first_is_asked_first_of_each() -> None:
    holdings = Holdings()
    spread = Spread(holdings, random.Random(1))
    holdings.begin(HELPER)
    spread.add(0, 0, 20)
    spread.prefer([2, 1])
    for file in (1, 2):
        spread.add(file, 0, 20)
    for file in (0, 1, 2):
        spread.told(HELPER, holdings.add(HELPER, file, 0, 10))
    orders: dict[int, list[int]] = {SENDER: [], HELPER: []}
    for source, order in orders.items():
        while key := spread.pick(source):
            spread.take(key)
            order.append(key[0])
    assert orders == dict.fromkeys(orders, [2] * 10 + [1] * 10 + [0] * 10)


def test_what_is_wanted_first_may_be_said_later() -> None:
    holdings = Holdings()
    spread = Spread(holdings, random.Random(1))
    holdings.begin(HELPER)
    for file in (0, 1):
        spread.add(file, 0, 40)
        spread.told(HELPER, holdings.add(HELPER, file, 0, 20))
    spread.prefer([1])
    for source in (SENDER, HELPER):
        for _ in range(20):
            key = spread.pick(source)
            assert key is not None
            assert key[0] == 1
            spread.take(key)
        key = spread.pick(source)
        assert key is not None
        assert key[0] == 0, "nothing else is left that may be asked here"


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 40))
def test_two_receivers_begin_with_others(seed: int, count: int) -> None:
    orders = []
    for chance in (random.Random(seed), random.Random(seed), random.Random(seed + 1)):
        spread = Spread(Holdings(), chance)
        spread.add(0, 0, count)
        order = []
        while key := spread.pick(SENDER):
            spread.take(key)
            order.append(key)
        assert sorted(order) == [(0, chunk) for chunk in range(count)]
        orders.append(order)
    assert orders[0] == orders[1]
