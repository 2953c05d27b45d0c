"""`python -m tests.nat matrix`: connect the peers of many pairs of sites, and say how."""

import argparse
import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from tests.nat.building import Client, Place
from tests.nat.driver import Driver, DriverError, Event
from tests.nat.enter import ROOT
from tests.nat.lab import Lab
from tests.nat.pairs import Outcome, Pair, all_pairs, parse_pairs
from tests.nat.report import Report
from tests.nat.server import serving
from tests.nat.shaper import Shape
from tests.nat.sites import BY_NAME

BOUND_S: Final = 20.0
"""When a pair is given up: no person waits longer for a connection."""

CODE_S: Final = 10.0
"""Until a code is there: it takes one round trip to the server."""

PAYLOAD: Final = "across"
"""The text that is sent: what is measured is the connection."""

LOG_CHARS: Final = 4000
"""Enough for a traceback."""

Attempt = Callable[[Pair, Driver, Driver], Awaitable[Outcome]]


class Fleet:
    """Sites and one program at each client, made when they are first needed."""

    def __init__(self, lab: Lab, shape: Shape | None, program: str = "peer", tree: Path = ROOT) -> None:
        self._lab = lab
        self._shape = shape
        self._program = program
        self._tree = tree
        self._places: dict[tuple[str, int], Place] = {}
        self._drivers: dict[str, Driver] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def pair(self, pair: Pair) -> AsyncIterator[tuple[Driver, Driver]]:
        """Both programs, used by nobody else while the block lasts."""
        clients = self.clients(pair)
        async with AsyncExitStack() as stack:
            for client in sorted(clients, key=lambda each: each.netns):
                await stack.enter_async_context(self._locks.setdefault(client.netns, asyncio.Lock()))
            sender, receiver = await asyncio.gather(*map(self._driver, clients))
            yield sender, receiver

    def clients(self, pair: Pair) -> tuple[Client, Client]:
        """Sender and receiver: at two sites, or neighbours at one."""
        sender = self._place(pair.sender, 0)
        if pair.neighbours:
            return sender.clients[0], sender.clients[1]
        receiver = self._place(pair.receiver, int(pair.sender == pair.receiver))
        return sender.clients[0], receiver.clients[0]

    async def renew(self, driver: Driver) -> None:
        """Forget a program that does not obey; the next pair gets a new one."""
        self._drivers.pop(driver.client.netns, None)
        await driver.stop()

    async def stop(self) -> None:
        """End all programs."""
        await asyncio.gather(*(driver.stop() for driver in self._drivers.values()))

    def _place(self, name: str, copy: int) -> Place:
        if (name, copy) not in self._places:
            self._places[name, copy] = self._lab.add(BY_NAME[name], self._shape)
        return self._places[name, copy]

    async def _driver(self, client: Client) -> Driver:
        if client.netns not in self._drivers:
            driver = Driver(client, self._program, self._tree)
            self._drivers[client.netns] = driver
            try:
                await driver.start()
            except (DriverError, TimeoutError) as error:
                await self.renew(driver)
                raise DriverError(f"{client.netns}: {str(error) or 'does not start'}\n{driver.log()}") from None
        return self._drivers[client.netns]


async def transfer(pair: Pair, sender: Driver, receiver: Driver, bound: float = BOUND_S) -> Outcome:
    """Send a small text and get it by its code."""
    began = monotonic()
    error = ""
    try:
        sender.tell(do="send", text=PAYLOAD)
        code = (await sender.until("ready", CODE_S))["code"]
        receiver.tell(do="get", code=code, into=str(receiver.folder / "got"))
        await receiver.when(lambda event: event["event"] in ("done", "error"), bound)
    except (TimeoutError, DriverError) as caught:
        error = "no-end" if isinstance(caught, TimeoutError) else "crash"
    return outcome(pair, sender.events, receiver.events, began, error)


def outcome(pair: Pair, sender: list[Event], receiver: list[Event], began: float, error: str = "") -> Outcome:
    """What the events of both sides say. Pure."""
    joined = [at for at in (time_of(sender, "joined"), time_of(receiver, "joined")) if at is not None]
    met = max(joined) if len(joined) == 2 else None
    first, failed = time_of(receiver, "offered"), time_of(receiver, "error")
    path = next((event for event in reversed(sender) if event["event"] == "path"), {})
    errors = [event["code"] for event in receiver if event["event"] == "error"]
    return Outcome(
        pair,
        ok=any(event["event"] == "done" for event in receiver),
        way=path.get("way", ""),
        local=path.get("local", ""),
        remote=path.get("remote", ""),
        first_ms=None if met is None or first is None else (first - met) * 1000,
        total_s=monotonic() - began,
        error=errors[-1] if errors else error,
        error_s=None if met is None or failed is None else failed - met,
        events={
            side: [{**event, "at": round(event["at"] - began, 4)} for event in events if "at" in event]
            for side, events in (("sender", sender), ("receiver", receiver))
        },
    )


def time_of(events: list[Event], kind: str) -> float | None:
    """When the first event of a kind was."""
    return next((event["at"] for event in events if event["event"] == kind), None)


async def attempt(fleet: Fleet, pair: Pair, how: Attempt) -> Outcome:
    """One attempt, and both programs ready for the next."""
    began = monotonic()
    try:
        async with fleet.pair(pair) as drivers:
            result = await how(pair, *drivers)
            await asyncio.gather(*(_reset(fleet, driver) for driver in drivers))
            logs = {
                side: driver.log()[-LOG_CHARS:] for side, driver in zip(("sender", "receiver"), drivers, strict=True)
            }
            return result if result.ok else replace(result, logs=logs)
    except DriverError as error:
        return Outcome(pair, ok=False, error=f"no start: {error}", total_s=monotonic() - began)


async def _reset(fleet: Fleet, driver: Driver) -> None:
    try:
        await driver.reset()
    except (TimeoutError, DriverError):
        await fleet.renew(driver)


async def run_all(options: argparse.Namespace, pairs: list[Pair], report: Report) -> None:
    """All pairs, `--tries` times, `--jobs` at once."""
    shape = Shape(delay_ms=options.rtt / 4) if options.rtt else None
    slots = asyncio.Semaphore(options.jobs)
    with Lab(shaped=shape is not None) as lab, serving(*options.server_option, tree=options.tree):
        fleet = Fleet(lab, shape, "peer", options.tree)

        async def one(pair: Pair) -> None:
            async with slots:
                report.add(await attempt(fleet, pair, partial(transfer, bound=options.bound)))

        try:
            await asyncio.gather(*(one(pair) for _ in range(options.tries) for pair in pairs))
        finally:
            await fleet.stop()


def chosen(options: argparse.Namespace) -> list[Pair]:
    """The pairs that the command line names."""
    return parse_pairs(options.pairs) if options.pairs else all_pairs(options.sites.split(","))


def run(options: argparse.Namespace) -> int:
    """Print the table; status 1 if any pair came out worse than expected."""
    report = Report(as_json=options.json)
    asyncio.run(run_all(options, chosen(options), report))
    return report.end()
