"""What hashing, verifying and the disk cost a transfer over pypeer's data channel: `python -m bench.channel`.

Three rows by turns, each from the first byte to the last: the bare channel; the channel with what every receiver must
do besides, where both ends hash, the receiver compares and writes (bench/raw_stored.py); and `pypeer get` over it, once
it flows. Once between two machines on a line (two namespaces; takes root, and Linux), once on loopback, where no line
is the limit but the processors, and two machines share those of one: there each second of work at either end is a
second less for the channel.
"""

import argparse
import contextlib
import filecmp
import json
import os
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from subprocess import Popen
from threading import Thread
from typing import Final

from bench import others, peers
from bench.line import LOOPBACK, Ends, short_line
from bench.processes import MIB, finish, make_file, pipe, start
from bench.rows import Row
from tests.nat import enter, netns

BARE: Final = "raw pypeer channel"
STORED: Final = "the same, hashed, stored"
CHANNEL: Final = "pypeer, data channel"
FLOWED: Final = "the same, once it flows"
"""Names of rows: the bare channel, with hashes and disk; whole commands, and without starting and connecting."""


def raw_link(mib: int, ends: Ends = LOOPBACK) -> Row:
    """Two processes, pypeer's data channel, and nothing above it."""
    size = str(mib * MIB)
    return _linked(BARE, mib, ("bench.raw_link", "send", size), ("bench.raw_link", "receive", size), ends)


def raw_stored(mib: int, folder: Path, ends: Ends = LOOPBACK) -> Row:
    """The same from file to file, hashed at both ends and verified."""
    source, target = make_file(folder / "source.bin", mib * MIB), folder / "stored.bin"
    sent, got = (
        ("bench.raw_stored", do, str(mib * MIB), str(path)) for do, path in (("send", source), ("receive", target))
    )
    row = _linked(STORED, mib, sent, got, ends)
    if not filecmp.cmp(source, target, shallow=False):
        raise SystemExit("what was stored is not what was sent")
    target.unlink()
    return row


def _linked(name: str, mib: int, sends: tuple[str, ...], receives: tuple[str, ...], ends: Ends) -> Row:
    """Two modules as programs, each of which is told what the other says."""
    sender, receiver = (
        start(*program, by=(*where, sys.executable, "-m"))
        for program, where in ((sends, ends.near), (receives, ends.far))
    )
    answers = Thread(target=pass_all, args=(sender, receiver))
    answers.start()
    seconds = float(json.loads(pass_all(receiver, sender))["seconds"])
    pipe(sender.stdin).close()
    answers.join()
    sent, got = finish(sender), finish(receiver)
    return Row(name, mib, seconds, (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s))


def pass_all(source: Popen[str], target: Popen[str]) -> str:
    """Carry lines from one process to the other until there are no more, or it tells its seconds; the last line."""
    line = ""
    for line in pipe(source.stdout):
        if '"seconds"' in line:
            return line
        pipe(target.stdin).write(line)
        pipe(target.stdin).flush()
    pipe(target.stdin).close()
    return line


def beside(bare: Row, stored: Row, flowed: Row) -> str:
    """The ratios of these three, in rate, and what each costs."""
    pairs = {"hashed, stored to bare": (stored, bare), "pypeer to that": (flowed, stored), "to bare": (flowed, bare)}
    ratios = ", ".join(f"{name} {one.rate / other.rate:.2f}" for name, (one, other) in pairs.items())
    costs = ", ".join(f"{sum(row.cpu_s) / row.mib * 1024:.1f}" for row in (bare, stored, flowed))
    return f"data channel: {ratios}\nprocessor seconds a GiB, both ends, with starting: {costs}"


def flowed(mib: int, folder: Path, ends: Ends, url: str) -> Row:
    """The two commands over the data channel, without starting and connecting."""
    file = make_file(folder / "source.bin", mib * MIB)
    row, _ = peers.pypeer(ends, peers.Load(file.name, file, mib, file), folder, url, "--no-tcp")
    if not filecmp.cmp(file, folder / "got" / file.name, shallow=False):
        raise SystemExit("what came is not what was sent")
    (folder / "got" / file.name).unlink()
    return replace(row, name=FLOWED)


def measure(ends: Ends, mib: int, rounds: int, folder: Path) -> list[tuple[Row, Row, Row]]:
    """The three, by turns."""
    with peers.serving(ends) as url:
        return [
            (raw_link(mib, ends), raw_stored(mib, folder, ends), flowed(mib, folder, ends, url)) for _ in range(rounds)
        ]


def report(ends: Ends, rounds: list[tuple[Row, Row, Row]]) -> str:
    """Each round, and the median of what pypeer has of the bare channel in the same round."""
    lines = [f"\n{ends.name}; load {os.getloadavg()[0]:.1f}"]
    for rows in rounds:
        lines += [", ".join(f"{row.name} {row.rate:.1f} MiB/s" for row in rows), beside(*rows)]
    shares = [last.rate / bare.rate for bare, _, last in rounds]
    lines.append(f"pypeer to bare, median of {len(shares)}: {statistics.median(shares):.2f} (worst {min(shares):.2f})")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size of the file")
    parser.add_argument("--rounds", type=int, default=3, help="times that each is measured, by turns")
    parser.add_argument("--folder", type=Path, help="where the files are; a disk of its own, or memory")
    parser.add_argument("--mbit", type=float, default=1000.0, help="rate of the line")
    options = parser.parse_args()
    why = enter.obstacle()
    if why is None and not enter.is_inside():
        enter.enter("-m", "bench.channel", *sys.argv[1:])
    with tempfile.TemporaryDirectory(dir=options.folder) as name, contextlib.ExitStack() as stack:
        places = [LOOPBACK]
        if why is None:
            netns.ip(["link set lo up"])
            places.insert(0, stack.enter_context(short_line(options.mbit)))
        else:
            print(f"LEFT OUT: the line, for {why}")
        os.environ["BYWAY_HOME"] = str(Path(name) / "home")
        for ends in places:
            print(report(ends, measure(ends, options.mib, options.rounds, Path(name))), flush=True)


if __name__ == "__main__":
    try:
        main()
    except (netns.LabError, others.FailedError) as error:
        sys.exit(str(error))
