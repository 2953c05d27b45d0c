"""What happens to sites in the middle of a transfer: it goes on and ends well."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Final

import pytest

from tests.nat import large
from tests.nat.driver import Driver
from tests.nat.lab import Lab
from tests.nat.large import MIB, WITHIN_S
from tests.nat.places import Client
from tests.nat.server import serving
from tests.nat.shaper import Shape
from tests.nat.sites import BY_NAME

FILE_BYTES: Final = 8 * MIB
MBIT: Final = 20.0
"""With this rate the file takes some four seconds: long enough for something to happen in the middle."""
QUEUE_KIB: Final = 128

Trouble = Callable[[Lab, Client, Client], Awaitable[None]]


async def reboot_the_receivers_router(lab: Lab, sender: Client, receiver: Client) -> None:
    """Its mappings are gone, its public address is another one."""
    lab.reboot_router(receiver.place)


async def reboot_the_senders_router(lab: Lab, sender: Client, receiver: Client) -> None:
    """The same at the other end."""
    lab.reboot_router(sender.place)


async def move_the_receiver(lab: Lab, sender: Client, receiver: Client) -> None:
    """From a home to a mobile network."""
    lab.move_client(receiver, lab.add(BY_NAME["cgnat"], Shape(delay_ms=12.5)))


async def cut_the_line(lab: Lab, sender: Client, receiver: Client) -> None:
    """For as long as a lift takes."""
    with lab.cut(receiver.place):
        await asyncio.sleep(8)


async def _transfer(lab: Lab, sender: Driver, receiver: Driver, trouble: Trouble) -> None:
    await large.begin(sender, receiver, FILE_BYTES)
    await receiver.when(lambda event: event["event"] == "progress" and event["bytes"] >= MIB, WITHIN_S)
    await trouble(lab, sender.client, receiver.client)
    assert not [event for event in receiver.events if event["event"] == "done"]
    await large.end(sender, receiver)


TROUBLES: Final = [reboot_the_receivers_router, move_the_receiver, cut_the_line, reboot_the_senders_router]
"""The first is for every run; the rest, minutes of waiting for time-outs, is for `BYWAY_NAT_ALL=1`."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "trouble",
    TROUBLES if os.environ.get("BYWAY_NAT_ALL") else TROUBLES[:1],
    ids=lambda trouble: str(trouble.__name__),
)
def test_a_transfer_survives(trouble: Trouble) -> None:
    """Between two homes with NATs, 50 ms apart."""
    with Lab(shaped=True) as lab, serving():
        places = [lab.add(BY_NAME["port-restricted"], Shape(delay_ms=12.5)) for _ in range(2)]
        for place in places:
            lab.rate(place, MBIT, QUEUE_KIB)
        sender, receiver = (Driver(place.clients[0]) for place in places)
        asyncio.run(_transfer(lab, sender, receiver, trouble))


RELAYED: Final = ("turn-udp", "turn-tcp", "turn-tls")
DIRECT: Final = ("punched", "spliced")
"""Between two such homes; whichever is there first."""

LARGE_BYTES: Final = 40 * MIB
"""Some twenty seconds at this rate: the direct path is gone for a third of them, and is tried again after five."""


@pytest.mark.slow
def test_a_relay_takes_over_when_the_direct_path_is_blocked_and_is_left_when_it_is_back() -> None:
    with Lab(shaped=True) as lab, serving():
        places = [lab.add(BY_NAME["port-restricted"], Shape(delay_ms=12.5)) for _ in range(2)]
        for place in places:
            lab.rate(place, MBIT, QUEUE_KIB)
        sender, receiver = (Driver(place.clients[0]) for place in places)
        asyncio.run(_detour(lab, sender, receiver))


async def _detour(lab: Lab, sender: Driver, receiver: Driver) -> None:
    await large.begin(sender, receiver, LARGE_BYTES)
    await receiver.when(lambda event: event["event"] == "progress" and event["bytes"] >= MIB, WITHIN_S)
    loop = asyncio.get_running_loop()
    with lab.block_between(sender.client.place, receiver.client.place):
        blocked_at = loop.time()
        before = max(event.get("bytes", 0) for event in receiver.events if event["event"] == "progress")
        await receiver.when(lambda event: event["event"] == "path" and event["way"] in RELAYED, WITHIN_S)
        await receiver.when(lambda event: event["event"] == "progress" and event["bytes"] > before, WITHIN_S)
        print(f"relayed {loop.time() - blocked_at:.1f} s after the direct path was blocked")
    opened_at = loop.time()
    seen = len(receiver.events)
    await receiver.when(lambda event: event["event"] in ("path", "done", "error"), WITHIN_S, seen)
    print(f"direct again {loop.time() - opened_at:.1f} s after it was open")
    ways = [event["way"] for event in receiver.events[seen:] if event["event"] == "path"]
    assert ways
    assert set(ways) <= set(DIRECT)
    await large.end(sender, receiver)
    assert not [event for event in receiver.events if event["event"] == "reconnecting"]
