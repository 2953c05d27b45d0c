"""Connecting two bare aiortc connections, with descriptions that take as long as through the server."""

import asyncio
from time import monotonic

from tests.nat.driver import Driver, DriverError
from tests.nat.matrix import BOUND_S, Attempt, time_of
from tests.nat.pairs import Outcome, Pair


def over(way_s: float) -> Attempt:
    """An attempt in which a description takes so many seconds from one peer to the other."""

    async def attempt(pair: Pair, sender: Driver, receiver: Driver) -> Outcome:
        began = monotonic()
        error = ""
        try:
            async with asyncio.timeout(BOUND_S):
                await _connect(sender, receiver, way_s)
        except (TimeoutError, DriverError) as caught:
            error = "no-end" if isinstance(caught, TimeoutError) else "crash"
        return _outcome(pair, sender, receiver, began, error)

    return attempt


async def _connect(sender: Driver, receiver: Driver, way_s: float) -> None:
    """The receiver offers, as in Byway."""
    receiver.tell(do="offer")
    offer = await receiver.until("description", BOUND_S)
    await asyncio.sleep(way_s)
    sender.tell(do="answer", sdp=offer["sdp"])
    answer = await sender.until("description", BOUND_S)
    await asyncio.sleep(way_s)
    receiver.tell(do="accept", sdp=answer["sdp"])
    await receiver.until("first", BOUND_S)


def _outcome(pair: Pair, sender: Driver, receiver: Driver, began: float, error: str) -> Outcome:
    first = time_of(receiver.events, "first")
    path = next((event for event in sender.events if event["event"] == "sent"), {})
    return Outcome(
        pair,
        ok=first is not None,
        way="plain" if first is not None else "",
        local=path.get("local", ""),
        remote=path.get("remote", ""),
        first_ms=None if first is None else (first - began) * 1000,
        total_s=monotonic() - began,
        error=error,
    )
