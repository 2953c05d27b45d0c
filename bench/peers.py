"""Two pypeers that reach each other by TCP, beside a bare copy over TLS in the same run: `python -m bench.peers`.

Prints a table: seconds, MiB/s, the ratio to the bare copy, and peak memory. A command is measured from its decision to
fetch until all is verified and stored, since starting Python is no part of a transfer; the whole of it is told, too.
"""

import argparse
import json
import os
import statistics
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.processes import MIB, finish, make_file, pipe, start
from bench.rows import Row, table
from bench.transfer import pypeer_to_pypeer, serve

BARE = "bare copy over TLS"
TCP = "pypeer over TCP"
WHOLE = "... the whole command"


def bare(mib: int, folder: Path) -> Row:
    """Two processes, from file to file."""
    source = make_file(folder / "source.bin", mib * MIB)
    sender = start("-m", "bench.raw_tls", "send", str(source))
    port = json.loads(pipe(sender.stdout).readline())["port"]
    receiver = start("-m", "bench.raw_tls", "get", str(port), str(folder / "bare.bin"))
    seconds = float(json.loads(pipe(receiver.stdout).readline())["seconds"])
    got, sent = finish(receiver), finish(sender)
    (folder / "bare.bin").unlink()
    return Row(BARE, mib, seconds, (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s))


def commands(mib: int, url: str, folder: Path) -> list[Row]:
    """pypeer, as it flows and as a whole."""
    whole = pypeer_to_pypeer(mib, url, folder, name=WHOLE)
    (folder / "got" / "source.bin").unlink()
    return [replace(whole, name=TCP, seconds=whole.flowed_s), whole]


def median(rows: list[Row]) -> Row:
    """The row in the middle."""
    middle = statistics.median_low(row.seconds for row in rows)
    return next(row for row in rows if row.seconds == middle)


def main() -> None:
    """Measure by turns, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size of the file")
    parser.add_argument("--rounds", type=int, default=3, help="times that each is measured, by turns")
    parser.add_argument("--folder", type=Path, help="where the files are; a disk of its own, or memory")
    options = parser.parse_args()
    found: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        os.environ["BYWAY_HOME"] = str(folder / "home")
        server, url = serve(folder)
        try:
            for _ in range(options.rounds):
                for row in (bare(options.mib, folder), *commands(options.mib, url, folder)):
                    found.setdefault(row.name, []).append(row)
        finally:
            finish(server, stop=True)
    rows = [median(each) for each in found.values()]
    print(table(rows, dict.fromkeys((TCP, WHOLE), rows[0]), "ratio: to the bare copy of the same run; medians"))
    for row in rows[:2]:
        sent, got = (seconds / row.mib * 1024 for seconds in row.cpu_s)
        print(f"{row.name}: {sent:.2f} and {got:.2f} s of processor a GiB")


if __name__ == "__main__":
    main()
