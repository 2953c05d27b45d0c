"""Connecting pypeers beside connecting bare aiortc, over the same pairs of sites in one run of the laboratory.

`python -m bench.connect`: for each pair whether and how fast, from when both sides know each other to the first byte,
and the ratio. Both get the same STUN server; bare descriptions take as long as through the signaling server.
"""

import argparse
import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from tests.nat import enter
from tests.nat.fleet import PEERS, Fleet, Programs
from tests.nat.lab import Lab
from tests.nat.matrix import attempt, transfer
from tests.nat.pairs import Outcome, Pair, all_pairs, parse_pairs
from tests.nat.plain_pairs import over
from tests.nat.server import serving
from tests.nat.shaper import Shape

SITES: Final = (
    "public",
    "fullcone",
    "addr-restricted",
    "port-restricted",
    "symmetric-seq",
    "symmetric-random",
    "cgnat",
    "ipv6",
    "dual",
    "udp-blocked",
)
"""One of each kind that behaves differently; a hopeless pair takes its whole bound, twice."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One pair, connected both ways, a number of times each."""

    pair: Pair
    byway: list[Outcome]
    plain: list[Outcome]

    def __str__(self) -> str:
        byway, plain = times(self.byway), times(self.plain)
        ratio = f"{median(plain) / median(byway):8.2f}" if byway and plain else f"{'':8}"
        return f"{self.pair!s:38} {cell(self.byway)} {cell(self.plain)} {ratio}  {ways(self.byway)}".rstrip()


def times(outcomes: list[Outcome]) -> list[float]:
    """Milliseconds of those that connected."""
    return [outcome.first_ms for outcome in outcomes if outcome.ok and outcome.first_ms is not None]


def cell(outcomes: list[Outcome]) -> str:
    """How many connected, and the median time."""
    took = times(outcomes)
    return f"{len(took):3}/{len(outcomes):<3} {f'{median(took):6.0f} ms' if took else '':9}"


def ways(outcomes: list[Outcome]) -> str:
    """The ways that were found."""
    return ", ".join(sorted({outcome.way for outcome in outcomes if outcome.way}))


def summary(rows: list[Beside]) -> str:
    """Success of both, and how the times compare where both connect."""
    byway, plain = ([outcome for row in rows for outcome in getattr(row, side)] for side in ("byway", "plain"))
    both = [
        median(times(row.plain)) / median(times(row.byway)) for row in rows if times(row.plain) and times(row.byway)
    ]
    ratio = f"{median(both):.2f}" if both else "-"
    return (
        f"\nconnected: pypeer {len(times(byway))} of {len(byway)}, bare aiortc {len(times(plain))} of {len(plain)}\n"
        f"where both connect, pypeer is {ratio} times as fast (median of pairs)"
    )


async def compare(pairs: list[Pair], options: argparse.Namespace) -> list[Beside]:
    """Connect all pairs, the two kinds in turn, so that other work of the machine hits both."""
    shape = Shape(delay_ms=options.rtt / 4)
    rows = [Beside(pair, [], []) for pair in pairs]
    with Lab(shaped=True) as lab, serving(*options.server_option, tree=options.tree):
        fleets = Fleet(lab, shape, PEERS, options.tree), Fleet(lab, shape, Programs("plain", "plain"))
        for row in rows:
            for _ in range(options.tries):
                row.byway.append(await attempt(fleets[0], row.pair, transfer))
                row.plain.append(await attempt(fleets[1], row.pair, over(options.rtt / 2000)))
            print(row, flush=True)
        await asyncio.gather(*(fleet.stop() for fleet in fleets))
    return rows


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", default=",".join(SITES), help="all ordered pairs of these kinds of sites")
    parser.add_argument("--pairs", help="only these: SENDER:RECEIVER, with commas")
    parser.add_argument("--rtt", type=float, default=50, help="round trip between two sites in ms")
    parser.add_argument("--tries", type=int, default=3, help="times that each pair is connected")
    parser.add_argument("--server-option", action="append", default=[], help="for signaling; may be repeated")
    parser.add_argument("--tree", type=Path, default=enter.ROOT, help="another checkout whose programs are to run")
    options = parser.parse_args()
    if (why := enter.obstacle()) is not None:
        sys.exit(f"no laboratory: {why}")
    if not enter.is_inside():
        enter.enter("-m", "bench.connect", *sys.argv[1:])
    pairs = parse_pairs(options.pairs) if options.pairs else all_pairs(options.sites.split(","))
    print(f"{'pair':38} {'pypeer':17} {'bare aiortc':17} {'faster':>8}  ways of pypeer")
    print(summary(asyncio.run(compare(pairs, options))))


if __name__ == "__main__":
    main()
