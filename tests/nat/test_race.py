"""Two direct roads of which the network slows one down: the quicker one carries, whichever that is, and it is told."""

import asyncio
from typing import Final

import pytest

from tests.nat import large
from tests.nat.driver import Driver, Event
from tests.nat.lab import Lab
from tests.nat.server import serving
from tests.nat.shaper import Shape
from tests.nat.sites import BY_NAME

FILE_BYTES: Final = 16 * large.MIB
MBIT: Final = 20.0
QUEUE_KIB: Final = 128
SLOW_KIB: Final = 200
"""A twelfth of the line: what is so slow loses, however busy the machine is."""


async def _transfer(sender: Driver, receiver: Driver) -> Event:
    """Send a file, and give the report that tells what was measured."""
    await large.begin(sender, receiver, FILE_BYTES)
    await large.end(sender, receiver)
    return next(event for event in receiver.events if event["event"] == "report" and event["report"].get("race"))


@pytest.mark.slow
@pytest.mark.parametrize(("slow", "quick"), [("tcp", "ice"), ("udp", "tcp")])
def test_the_road_that_is_measured_to_be_quicker_carries(slow: str, quick: str) -> None:
    """Between two homes with NATs, 50 ms apart."""
    with Lab(shaped=True) as lab, serving():
        places = [lab.add(BY_NAME["port-restricted"], Shape(delay_ms=12.5)) for _ in range(2)]
        lab.rate(places[0], MBIT, QUEUE_KIB)
        sender, receiver = (Driver(place.clients[0]) for place in places)
        with lab.police(places[1], slow, SLOW_KIB):
            report = asyncio.run(_transfer(sender, receiver))
    race = report["report"]["race"]
    assert race[0]["road"] == quick
    assert race[0]["rate"] > 1.25 * race[1]["rate"]
    last = [[event["way"] for event in side.events if event["event"] == "path"][-1] for side in (sender, receiver)]
    assert last == [{"ice": "punched", "tcp": "spliced"}[quick]] * 2
