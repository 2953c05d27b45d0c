"""`python -m tests.nat matrix`: connect the peers of many pairs of sites, and say how."""

import argparse
import asyncio
import contextlib
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from tests.nat.driver import Driver, DriverError, Event
from tests.nat.enter import ROOT
from tests.nat.fleet import PEERS, Fleet, Programs
from tests.nat.lab import Lab
from tests.nat.pairs import RELAYS, SETTLED_S, Outcome, Pair, all_pairs, parse_pairs, spread
from tests.nat.report import Report
from tests.nat.server import serving
from tests.nat.shaper import Shape

BOUND_S: Final = 20.0
"""When a pair is given up: no person waits longer for a connection."""

CODE_S: Final = 30.0
"""Until a code is there: one round trip to the server, or some clicks in a page."""

HOLD_S: Final = SETTLED_S + 0.5
"""How long a relayed transfer is held up, to see whether it becomes direct in time. Of two pages the one whose ICE is
controlled follows the other to a direct pair with the first data that comes by it; while nothing flows, only with the
next check of a pair that works, up to 2.5 s later in Chromium. So between pages a hold of 2 s tells more."""

HELD_BYTES: Final = {"peer": 2**19, "page": 2**22}
"""So much that it is not over before it is held up: several round trips; and a page is slower to obey."""

LOG_CHARS: Final = 4000
"""Enough for a traceback."""

Attempt = Callable[[Pair, Driver, Driver], Awaitable[Outcome]]


@dataclass(frozen=True, slots=True)
class Conditions:
    """Under which all pairs are connected: `rtt` between two sites in ms (0: no shaped lines); `bound` in seconds.

    `hold`: for so many seconds at most a relayed transfer of a pair that can be direct is held up until it is.
    """

    rtt: float = 50.0
    bound: float = BOUND_S
    hold: float = 0.0
    jobs: int = 1
    programs: Programs = PEERS
    tree: Path = ROOT
    server_options: tuple[str, ...] = ()
    no_udp: bool = False

    @property
    def shape(self) -> Shape | None:
        """Of each site's line: a round trip passes four."""
        return Shape(delay_ms=self.rtt / 4) if self.rtt else None


async def transfer(pair: Pair, sender: Driver, receiver: Driver, bound: float = BOUND_S, hold: float = 0) -> Outcome:
    """Send a small file and get it by its code: what is measured is the connection."""
    began = monotonic()
    error = ""
    got, hold = receiver.folder / "got", hold if pair.may_be_direct else 0
    payload = sender.folder / "across.bin"
    payload.write_bytes(b"across" if not hold else bytes(HELD_BYTES[receiver.program]))
    try:
        sender.tell(do="send", paths=[str(payload)])
        code = (await sender.until("ready", CODE_S))["code"]
        receiver.tell(do="get", code=code, into=str(got))
        if hold:
            await _settle(receiver, bound, hold)
        await receiver.when(_is_end, bound)
    except (TimeoutError, DriverError) as caught:
        error = "no-end" if isinstance(caught, TimeoutError) else "crash"
    shutil.rmtree(got, ignore_errors=True)
    return outcome(pair, sender.events, receiver.events, began, error)


async def _settle(receiver: Driver, bound: float, hold: float) -> None:
    """Hold up what goes over a relay until it is direct."""
    first = await receiver.when(lambda event: event["event"] == "path" or _is_end(event), bound)
    if first.get("way") in RELAYS:
        receiver.tell(do="pause")
        with contextlib.suppress(TimeoutError):
            await receiver.when(lambda event: _is_direct(event) or _is_end(event), hold)
        receiver.tell(do="resume")


def _is_end(event: Event) -> bool:
    return event["event"] in ("done", "error")


def _is_direct(event: Event) -> bool:
    return event["event"] == "path" and event["way"] not in RELAYS


def outcome(pair: Pair, sender: list[Event], receiver: list[Event], began: float, error: str = "") -> Outcome:
    """What the events of both sides say. Pure. A page that sends does not tell when it knew the other side."""
    joined = [at for at in (time_of(sender, "joined"), time_of(receiver, "joined")) if at is not None]
    met = max(joined) if joined else None
    opened = [at for at in (time_of(sender, "path"), time_of(receiver, "path")) if at is not None]
    first, failed = max(opened, default=None), time_of(receiver, "error")
    way, local, remote = path(sender, receiver)
    errors = [event["code"] for event in receiver if event["event"] == "error"]
    return Outcome(
        pair,
        ok=any(event["event"] == "done" for event in receiver),
        way=way,
        local=local,
        remote=remote,
        first_ms=None if met is None or first is None else (first - met) * 1000,
        direct_s=_direct_after(first, sender, receiver),
        total_s=monotonic() - began,
        error=errors[-1] if errors else error,
        error_s=None if met is None or failed is None else failed - met,
        events={
            side: [{**event, "at": round(event["at"] - began, 4)} for event in events if "at" in event]
            for side, events in (("sender", sender), ("receiver", receiver))
        },
    )


def _direct_after(first: float | None, *ends: list[Event]) -> float | None:
    """How long after the first link the way was direct at each end that tells of ways; None if it never was."""
    telling = [events for events in ends if time_of(events, "path") is not None]
    times = [next((event["at"] for event in events if _is_direct(event)), None) for events in telling]
    known = [at for at in times if at is not None]
    return max(known) - first if first is not None and len(known) == len(times) else None


def path(sender: list[Event], receiver: list[Event]) -> tuple[str, str, str]:
    """The last way, and sender's and receiver's ends, as the sender sees them, or, if it does not say, the receiver."""
    for events, ends in ((sender, ("local", "remote")), (receiver, ("remote", "local"))):
        for event in reversed(events):
            if event["event"] == "path":
                return event["way"], event[ends[0]], event[ends[1]]
    return "", "", ""


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


async def connect(pairs: list[Pair], under: Conditions, tell: Callable[[Outcome], None]) -> None:
    """Connect all pairs in a new laboratory, `under.jobs` at once."""
    slots = asyncio.Semaphore(under.jobs)
    pairs = [replace(pair, no_udp=under.no_udp, pages=under.programs.pages) for pair in pairs]
    with Lab(shaped=under.shape is not None) as lab, serving(*under.server_options, tree=under.tree):
        fleet = Fleet(lab, under.shape, under.programs, under.tree, under.no_udp)

        async def one(pair: Pair) -> None:
            async with slots:
                tell(await attempt(fleet, pair, partial(transfer, bound=under.bound, hold=under.hold)))

        try:
            await asyncio.gather(*map(one, spread(pairs) if under.jobs > 1 else pairs))
        finally:
            await fleet.stop()


def chosen(options: argparse.Namespace) -> list[Pair]:
    """The pairs that the command line names, each as often as it says."""
    pairs = parse_pairs(options.pairs) if options.pairs else all_pairs(options.sites.split(","))
    return pairs * int(options.tries)


def run(options: argparse.Namespace) -> int:
    """Print the table; status 1 if any pair came out worse than expected."""
    ends = ("sender", "receiver")
    under = Conditions(
        rtt=options.rtt,
        bound=options.bound,
        hold=options.hold,
        jobs=options.jobs,
        programs=Programs(*("page" if options.browser in (end, "both") else "peer" for end in ends)),
        tree=options.tree,
        server_options=tuple(options.server_option),
        no_udp=options.no_udp,
    )
    pairs = chosen(options)
    report = Report(as_json=options.json)
    asyncio.run(connect(pairs, under, report.add))
    return report.end()
