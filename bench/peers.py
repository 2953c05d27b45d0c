"""Programs that carry files from one machine to another, side by side in one run: `python -m bench.peers`.

A file of 1 GiB and 10,000 files of 10 KiB, on loopback and on a line of 1 Gbit/s and 20 ms (the latter takes root and
Linux): pypeer over TCP; a bare copy of as many bytes over TLS from file to file, which is the limit of this language,
and the same with the hashes that whatever is verified needs; and the programs of bench/others.py. Whole commands of the
receiving side, from start to end, with what starting Python takes; of pypeer also what remains of that from the
decision to fetch until all is verified and stored.
"""

import argparse
import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench import others
from bench.line import LOOPBACK, Ends, long_line
from bench.processes import MIB, finish, free_port, make_file, now, pipe, start
from bench.rows import Row, in_background, last_event
from tests.nat import enter, netns

BARE: Final = "bare copy over TLS"
HASHED: Final = "the same, hashed"
TCP: Final = "pypeer, once it flows"
WHOLE: Final = "pypeer"

FILE_BYTES: Final = 10 * 1024
PER_FOLDER: Final = 500
"""Of the small files: their size, and how many are in one folder."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is carried, and one file of as many bytes for the bare copy."""

    name: str
    source: Path
    mib: int
    whole: Path


def bare(ends: Ends, load: Load, folder: Path, name: str = BARE) -> Row:
    """Two processes, from file to file."""
    hashed = ("--hash",) if name == HASHED else ()
    sender = start(
        "send", ends.address, str(load.whole), *hashed, by=(*ends.near, sys.executable, "-m", "bench.raw_tls")
    )
    port = str(json.loads(pipe(sender.stdout).readline())["port"])
    line = ("get", ends.address, port, str(folder / "bare.bin"), *hashed)
    receiver = start(*line, by=(*ends.far, sys.executable, "-m", "bench.raw_tls"))
    seconds = float(json.loads(pipe(receiver.stdout).readline())["seconds"])
    got, sent = finish(receiver), finish(sender)
    (folder / "bare.bin").unlink()
    return Row(name, load.mib, seconds, (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s))


def pypeer(ends: Ends, load: Load, folder: Path, url: str, *options: str) -> list[Row]:
    """The two commands, as it flows and as a whole."""
    program = (sys.executable, "-m", "pypeer")
    sender = start("send", str(load.source), "--once", "--json", "--server", url, *options, by=(*ends.near, *program))
    code = json.loads(pipe(sender.stdout).readline())["code"]
    reading = in_background(sender)
    began = now()
    line = ("get", code, "-y", "-o", str(folder / "got"), "--json", "--server", url, *options)
    receiver = start(*line, by=(*ends.far, *program))
    last = last_event(receiver)
    got = finish(receiver)
    seconds = now() - began
    reading.join()
    sent = finish(sender)
    if last["event"] != "done":
        raise others.FailedError(f"pypeer: {last}")
    roads = tuple(last["roads"])
    whole = Row(WHOLE, load.mib, seconds, (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s), roads=roads)
    return [replace(whole, name=TCP, seconds=float(last["seconds"])), whole]


@contextlib.contextmanager
def serving(ends: Ends) -> Iterator[str]:
    """A real server at the sender's address, while the block lasts."""
    port = free_port()
    options = ("--host", ends.address, "--port", str(port))
    by = (*ends.near, sys.executable, "-m", "signaling")
    server = start(*options, by=by, env={"BYWAY_LOG_LEVEL": "warning"})
    try:
        for line in pipe(server.stdout):
            if "http" in line:
                break
        yield f"http://{ends.address}:{port}"
    finally:
        finish(server, stop=True)


def measure(ends: Ends, load: Load, names: list[str], rounds: int, folder: Path) -> list[Row]:
    """All rows, by turns; each is the one in the middle of its rounds."""
    found: dict[str, list[Row]] = {}
    with serving(ends) as url:
        for _ in range(rounds):
            rows = [bare(ends, load, folder), bare(ends, load, folder, HASHED), *pypeer(ends, load, folder, url)]
            _check(load, folder)
            rows += _others(ends, load, names, folder)
            for row in rows:
                found.setdefault(row.name, []).append(row)
    return [median(each) for each in found.values()]


def _others(ends: Ends, load: Load, names: list[str], folder: Path) -> list[Row]:
    """What there is of them; who is too slow is left out from then on."""
    rows = []
    for name in tuple(names):
        try:
            rows.append(others.measure(name, ends, load.source, load.mib, folder))
            _check(load, folder)
        except others.SlowError as error:
            print(f"LEFT OUT: {name}, {load.name}, {ends.name}: {error}", flush=True)
            names.remove(name)
            shutil.rmtree(folder / "got")
    return rows


def _check(load: Load, folder: Path) -> None:
    """What came is what was sent, by its number of files and bytes; then it goes."""
    if _count(folder / "got" / load.source.name) != _count(load.source):
        raise others.FailedError("not all files have come")
    shutil.rmtree(folder / "got")


def _count(root: Path) -> tuple[int, int]:
    sizes = [each.stat().st_size for each in (root, *root.rglob("*")) if each.is_file()]
    return len(sizes), sum(sizes)


def median(rows: list[Row]) -> Row:
    """The row in the middle."""
    middle = statistics.median_low(row.seconds for row in rows)
    return next(row for row in rows if row.seconds == middle)


def table(ends: Ends, load: Load, rows: list[Row]) -> str:
    """Seconds, rate, and how many times that of the bare copy and of magic-wormhole; what it costs."""
    yardsticks = [next((row for row in rows if row.name == name), None) for name in (BARE, others.WORMHOLE)]
    lines = [f"\n{load.name}, {ends.name}; load {os.getloadavg()[0]:.1f}"]
    lines.append(f"{'':24} {'s':>7} {'MiB/s':>7} {'of bare':>8} {'of worm.':>8} {'of line':>8} {'CPU s/GiB':>10}")
    for row in rows:
        ratios = [f"{row.rate / each.rate:8.2f}" if each else f"{'':8}" for each in yardsticks]
        share = f"{row.rate * MIB * 8 / 1e6 / ends.mbit:8.1%}" if ends.mbit else f"{'':8}"
        costs = " ".join(f"{each / row.mib * 1024:.1f}" if each else "-" for each in row.cpu_s)
        figures = f"{row.seconds:7.2f} {row.rate:7.1f} {' '.join(ratios)} {share} {costs:>10}"
        lines.append(f"{row.name:24} {figures} {', '.join(row.roads)}".rstrip())
    return "\n".join(lines)


def make_loads(mib: int, files: int, folder: Path) -> list[Load]:
    """One file, and many."""
    found = []
    if mib:
        file = make_file(folder / "source.bin", mib * MIB)
        found.append(Load(f"one file of {mib} MiB", file, mib, file))
    if files:
        tree = folder / "tree"
        for number in range(files):
            each = tree / f"{number // PER_FOLDER:04}"
            each.mkdir(parents=True, exist_ok=True)
            (each / f"{number:06}.bin").write_bytes(os.urandom(FILE_BYTES))
        size = max(1, files * FILE_BYTES // MIB)
        whole = make_file(folder / "whole.bin", files * FILE_BYTES)
        found.append(Load(f"{files:,} files of {FILE_BYTES // 1024} KiB", tree, size, whole))
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size of the file; 0 leaves it out")
    parser.add_argument("--files", type=int, default=10_000, help="small files; 0 leaves them out")
    parser.add_argument("--rounds", type=int, default=3, help="times that each is measured, by turns")
    parser.add_argument("--folder", type=Path, help="where the files are; a disk of its own, or memory")
    parser.add_argument("--ends", choices=("both", "loopback", "line"), default="both", help="where to measure")
    parser.add_argument("--mbit", type=float, default=1000.0, help="rate of the line")
    parser.add_argument("--rtt", type=float, default=20.0, help="its round trip in ms")
    options = parser.parse_args()
    why = enter.obstacle()
    if why is None and not enter.is_inside():
        enter.enter("-m", "bench.peers", *sys.argv[1:])
    names = []
    for name in others.NEEDS:
        lacking = others.missing(name)
        if lacking is None:
            names.append(name)
        else:
            print(f"LEFT OUT: {name}, for these are not installed: {lacking}")
    with tempfile.TemporaryDirectory(dir=options.folder) as name, contextlib.ExitStack() as stack:
        places = [LOOPBACK] if options.ends != "line" else []
        if why is None:
            netns.ip(["link set lo up"])
            Path("/run/sshd").mkdir()  # where sshd, as root, shuts itself in
        if options.ends != "loopback":
            if why is None:
                places.append(stack.enter_context(long_line(options.mbit, options.rtt)))
            else:
                print(f"LEFT OUT: the line, for {why}")
        folder = Path(name)
        os.environ["BYWAY_HOME"] = str(folder / "home")
        for ends in places:
            for load in make_loads(options.mib, options.files, folder):
                print(table(ends, load, measure(ends, load, list(names), options.rounds, folder)), flush=True)
    print("\nof bare, of worm.: rate to that of the bare copy, of magic-wormhole; medians. CPU: sender, receiver")


if __name__ == "__main__":
    try:
        main()
    except (netns.LabError, others.FailedError) as error:
        sys.exit(str(error))
