"""Politeness on a narrow line that is shared: `python -m bench.polite` (root, Linux, the Debian package iperf3).

Each row is one or two flows over the same drop-tail bottleneck, measured from when both have had time to converge:
their shares as they arrive, Jain's index of these (RFC 5166, section 2.2.3: 1 is equal, 0.5 is all for one of two),
how much of the line is used, and how much longer a packet takes than on the idle line. `A` is machine 0's flow, `B`
machine 1's. With --background, byway is to leave the line to the other flow, and to use it when it is alone.
"""

import argparse
import contextlib
import os
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, quantiles
from typing import Final

from bench.bottleneck import Bottleneck, Byway, Delays, Line, iperf, received
from bench.processes import MIB, make_file
from pypeer.links.link import Scope
from tests.nat import enter, netns
from tests.nat.enter import FOLDER
from tests.nat.lab import Lab
from tests.nat.server import serving

HEAD_START_S: Final = 4.0
"""By how much the flow of CUBIC is ahead: as long as a person who shares a line has used it."""

PRIORITY: Final = 1
"""Real time, of all that takes part: what other programs of this machine delay is not the network's delay."""

UDP: Final = ("--no-tcp",)
TCP: Final = ()


@dataclass(frozen=True, slots=True)
class Scene:
    """What shares the line: byway's options if it does, and how many flows of CUBIC."""

    name: str
    byway: tuple[str, ...] | None
    cubic: int = 1


SCENES: Final = (
    Scene("CUBIC alone", None),
    Scene("CUBIC and CUBIC", None, 2),
    Scene("byway, data channel, alone", UDP, 0),
    Scene("byway, data channel, and CUBIC", UDP),
    Scene("byway, TCP, alone", TCP, 0),
    Scene("byway, TCP, and CUBIC", TCP),
    Scene("background, alone", ("--background",), 0),
    Scene("background and CUBIC", ("--background",)),
)


@dataclass(frozen=True, slots=True)
class Shares:
    """What a scene came to: Mbit/s of either machine, and seconds that a packet waited."""

    name: str
    mbit: tuple[float, float]
    waited: tuple[float, float]
    """Mean and 95 %."""

    def row(self, line: Line) -> str:
        """A line of the table."""
        flows = [each for each in self.mbit if each > 0.5]
        index = f"{jain(flows):6.3f}" if len(flows) > 1 else f"{'':6}"
        a, b = self.mbit
        waited = "  ".join(f"{each * 1000:6.1f} ms" for each in self.waited)
        return f"{self.name:38} {a:7.2f} {b:7.2f} {(a + b) / line.mbit:7.1%}  {index}  {waited}"


def jain(rates: Sequence[float]) -> float:
    """Jain's index of fairness."""
    return sum(rates) ** 2 / (len(rates) * sum(rate * rate for rate in rates))


def play(scene: Scene, neck: Bottleneck, source: Path, settle_s: float, measure_s: float) -> Shares:
    """One scene."""
    lasts = HEAD_START_S + settle_s + measure_s + 30
    with Delays(neck.senders[2], neck.receivers[2]) as delays, contextlib.ExitStack() as stack:
        began = time.monotonic()
        time.sleep(1.5)
        loaded = time.monotonic()
        machines = list(zip(neck.senders[:2], neck.receivers[:2], strict=True))
        for near, far in machines[2 - scene.cubic :]:
            stack.enter_context(iperf(near, far, lasts))
            time.sleep(HEAD_START_S)
        byway = None
        if scene.byway is not None:
            byway = stack.enter_context(Byway(*machines[0], source, scene.byway))
        time.sleep(settle_s)
        start, before = time.monotonic(), [received(far) for _, far in machines]
        time.sleep(measure_s)
        end, after = time.monotonic(), [received(far) for _, far in machines]
        if byway is not None and byway.path.get("scope") != Scope.INTERNET:
            raise netns.LabError(f"byway took another way: {byway.path}")
    idle = min(delays.between(began, loaded))
    waits = [took - idle for took in delays.between(start, end)]
    rates = [(y - x) * 8 / 1e6 / (end - start) for x, y in zip(before, after, strict=True)]
    return Shares(scene.name, (rates[0], rates[1]), (mean(waits), quantiles(waits, n=20)[-1]))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mbit", type=float, default=20.0, help="rate of the narrow line")
    parser.add_argument("--rtt", type=float, default=40.0, help="round trip in ms")
    parser.add_argument("--settle", type=float, default=12.0, help="seconds before measuring begins")
    parser.add_argument("--seconds", type=float, default=45.0, help="seconds that are measured")
    parser.add_argument("--scenes", default="", help="only those whose name holds one of these, with ; between")
    options = parser.parse_args()
    why = enter.obstacle() or (None if shutil.which("iperf3") else "not installed: iperf3 (apt-get install iperf3)")
    if why is not None:
        sys.exit(f"no laboratory: {why}")
    if not enter.is_inside():
        enter.enter("-m", "bench.polite", *sys.argv[1:])
    with contextlib.suppress(OSError):  # not allowed in every container
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(PRIORITY))
    line = Line(options.mbit, options.rtt)
    print(f"{line.mbit:g} Mbit/s, {line.rtt_ms:g} ms, queue of {line.queue_bytes} bytes; load {os.getloadavg()[0]:.1f}")
    print(f"{'':38} {'A':>7} {'B':>7} {'used':>7}  {'Jain':>6}  {'waits':>6}      95 %")
    with Lab(shaped=True) as lab, serving():
        neck = Bottleneck(lab, line)
        folder = FOLDER / "polite"
        folder.mkdir()
        for scene in SCENES:
            if any(each in scene.name for each in options.scenes.split(";")):
                source = make_file(
                    folder / "source.bin", int(line.mbit / 8 * (options.settle + options.seconds + 20)) * MIB
                )
                print(play(scene, neck, source, options.settle, options.seconds).row(line), flush=True)
                shutil.rmtree(folder / "got", ignore_errors=True)


if __name__ == "__main__":
    try:
        main()
    except netns.LabError as error:
        sys.exit(f"laboratory: {error}")
