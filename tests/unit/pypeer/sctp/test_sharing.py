"""Flows on one narrow line, in virtual time: what shares is fair, what is in the background gives way."""

import pytest

from tests.unit.pypeer.sctp.narrow import Narrow

pytestmark = pytest.mark.no_cover  # half a million packets over lines that other tests have taken each


def test_two_flows_share_evenly() -> None:
    line = Narrow(2, rate=500_000)
    line.start(0)
    line.run(4.0)
    line.start(1)
    line.run(15.0)
    one, other = line.run(40.0)
    assert one + other > 0.95
    assert (one + other) ** 2 / (2 * (one * one + other * other)) >= 0.9


@pytest.mark.parametrize("queue", [20_000, 60_000], ids=["short-queue", "long-queue"])
def test_in_the_background_it_uses_the_line_when_alone(queue: int) -> None:
    line = Narrow(1, rate=500_000, queue=queue)
    line.start(0).give_way()
    line.run(10.0)
    assert line.run(40.0)[0] >= 0.85
    waited = line.waited[len(line.waited) // 4 :]
    assert sum(waited) / len(waited) <= 0.06, "no longer queue than LEDBAT++ aims at"


@pytest.mark.parametrize("first", [0, 1], ids=["ahead", "behind"])
@pytest.mark.parametrize("queue", [20_000, 60_000], ids=["short-queue", "long-queue"])
def test_in_the_background_it_leaves_the_line_to_others(queue: int, first: int) -> None:
    line = Narrow(2, rate=500_000, queue=queue)
    for flow in (first, 1 - first):
        end = line.start(flow)
        if flow == 1:
            end.give_way()
        line.run(5.0)
    line.run(10.0)
    others, _ = line.run(40.0)
    assert others >= 0.9


def test_it_takes_the_line_back_when_the_others_are_gone() -> None:
    line = Narrow(2, rate=500_000, queue=20_000)
    line.start(0).give_way()
    line.start(1)
    line.run(20.0)
    line.stop(1)
    line.run(10.0)
    assert line.run(20.0)[0] >= 0.85
