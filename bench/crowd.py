"""The event loop of one process that serves many receivers over TCP: `python -m bench.crowd`.

How late the loop comes to a timer that rings every 5 ms: what a person who types, a new receiver, or a sign of life
has to wait for. From the first receiver that comes until the last has its link, and from then on while all are served.
All receivers are in one other process, so each of the two has a core, if there are two.
"""

import argparse
import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import pypeer
from bench.processes import MIB, finish, make_file, pipe, start
from bench.transfer import serve
from pypeer.events import Done, Failed, PathChanged
from pypeer.identity import Identity
from pypeer.loops import loop_factory
from pypeer.receivers import RECEIVERS_MAX

EVERY_S: Final = 0.005
"""Interval of the timer."""

PRIORITY: Final = 1
"""Real time, of all that takes part: what other programs of this machine delay is not the loop's delay."""


class Lag:
    """How late it was each time, and when, until it is stopped."""

    def __init__(self) -> None:
        self.samples: list[tuple[float, float]] = []
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_later(EVERY_S, self._ring, self._loop.time() + EVERY_S)

    def stop(self) -> None:
        """It rings no more."""
        self._timer.cancel()

    def between(self, start: float, end: float) -> list[float]:
        """Seconds late, of the rings that were due then."""
        return [late for due, late in self.samples if start <= due < end]

    def _ring(self, due: float) -> None:
        now = self._loop.time()
        self.samples.append((due, now - due))
        self._timer = self._loop.call_later(EVERY_S, self._ring, now + EVERY_S)


async def send(url: str, source: Path, receivers: int) -> None:
    """Offer one file under as many codes as so many receivers need; print the codes, and then what was measured."""
    lag, opened, ended, seen = Lag(), list[float](), list[float](), set[str]()
    loop = asyncio.get_running_loop()

    async def follow(offer: pypeer.Offer) -> None:
        async for event in offer:
            if isinstance(event, PathChanged) and event.session not in seen:
                seen.add(event.session)
                opened.append(loop.time())
            elif isinstance(event, Done):
                ended.append(loop.time())

    async with pypeer.Peer(url) as peer:
        shares = [min(RECEIVERS_MAX, receivers - at) for at in range(0, receivers, RECEIVERS_MAX)]
        offers = [await peer.send([source], times=share) for share in shares]
        codes = [offer.code for offer, share in zip(offers, shares, strict=True) for _ in range(share)]
        began = loop.time()
        print(json.dumps(codes), flush=True)
        await asyncio.gather(*map(follow, offers))
    lag.stop()
    all_there, first_done = max(opened), min(ended)
    times = {"connecting": lag.between(began, all_there), "serving": lag.between(all_there, first_done)}
    seconds = max(ended) - min(opened)
    print(json.dumps({"seconds": seconds, **times}), flush=True)


async def get(url: str, into: Path, codes: Sequence[str]) -> None:
    """All receivers: each a peer of its own."""

    async def one(number: int, code: str) -> None:
        async with pypeer.Peer(url, identity=Identity.new()) as peer:
            async for event in peer.get(code, into / str(number)):
                if isinstance(event, Failed):
                    raise SystemExit(f"receiver {number}: {event.message}")

    await asyncio.gather(*(one(number, code) for number, code in enumerate(codes)))


def measure(url: str, source: Path, receivers: int, folder: Path) -> list[str]:
    """Rows of the table."""
    sender = start("-m", "bench.crowd", "--send", url, str(source), str(receivers))
    codes = json.loads(pipe(sender.stdout).readline())
    with tempfile.TemporaryDirectory(dir=folder) as into:
        getter = start("-m", "bench.crowd", "--get", url, into, *codes)
        found = json.loads(pipe(sender.stdout).readline())
        used, _ = finish(sender), finish(getter)
    rate = receivers * source.stat().st_size / MIB / found["seconds"]
    head = f"{receivers:9} {rate:7.1f} {used.peak_mib:8.0f}"
    return [f"{head}  {when:11} {told(found[when])}" for when in ("connecting", "serving")]


def told(late: Sequence[float]) -> str:
    """Median, 99 % and worst, in ms."""
    if len(late) < 2:
        return "over too soon"
    cuts = (median(late), quantiles(late, n=100)[-1], max(late))
    return " ".join(f"{each * 1000:8.1f}" for each in cuts)


def main() -> None:
    """Measure and print, or play one side."""
    match sys.argv[1:]:
        case ["--send", url, source, receivers]:
            work = send(url, Path(source), int(receivers))
        case ["--get", url, into, *codes]:
            work = get(url, Path(into), codes)
        case _:
            return table()
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        runner.run(work)


def table() -> None:
    """The command as a person uses it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receivers", default="1,10,50", help="how many, one row after the other")
    parser.add_argument("--mib", type=int, default=64, help="what each gets")
    parser.add_argument("--folder", type=Path, help="where the files are; a disk of its own, or memory")
    options = parser.parse_args()
    with contextlib.suppress(OSError, AttributeError):  # not allowed to everybody, and not everywhere
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    print(f"{'receivers':>9} {'MiB/s':>7} {'peak MiB':>8}  {'late, ms':11} {'median':>8} {'99 %':>8} {'worst':>8}")
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        os.environ["BYWAY_HOME"] = str(folder / "home")
        source = make_file(folder / "source.bin", options.mib * MIB)
        unlimited = (
            "--connections-per-address=1000",
            "--connection-rate=1000",
            "--knock-rate=1000",
        )
        server, url = serve(folder, *unlimited)
        try:
            for receivers in options.receivers.split(","):
                print("\n".join(measure(url, source, int(receivers), folder)), flush=True)
        finally:
            finish(server, stop=True)


if __name__ == "__main__":
    main()
