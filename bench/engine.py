"""Core and disk without a network, beside a plain read, hash, write and hash in the same run: `python -m bench.engine`.

Both sides run in one process over a link in memory, so the ratio says how much the engine itself costs; a transport
slower than this is what limits a transfer.
"""

import argparse
import asyncio
import os
import resource
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from bench.processes import MIB, make_file
from tests.support.transfers import transfer


def plain(source: Path, target: Path) -> None:
    """What any verified copy does at least: read and hash, hash and write, flush."""
    with open(source, "rb", buffering=0) as reader, open(target, "wb", buffering=0) as writer:
        sent, stored = sha256(), sha256()
        while data := reader.read(MIB // 4):
            sent.update(data)
            stored.update(data)
            writer.write(data)
        os.fsync(writer.fileno())


def engine(source: Path, target: Path) -> None:
    """The same with both sessions."""
    _, outcome = asyncio.run(transfer(source, into=target))
    assert not isinstance(outcome, Exception), outcome


def small_files(folder: Path, count: int) -> Path:
    """A tree of small files."""
    for number in range(count):
        (folder / f"d{number % 50}").mkdir(parents=True, exist_ok=True)
        (folder / f"d{number % 50}" / f"f{number}").write_bytes(os.urandom(2000))
    return folder


def best(runs: int, work: Callable[[Path, Path], None], source: Path) -> float:
    """Seconds of the fastest run; the machine may have other work, and what one run wrote must not slow the next."""
    times = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(dir=source.parent) as target:
            started = time.monotonic()
            work(source, Path(target) / "copy")
            times.append(time.monotonic() - started)
    return min(times)


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=512, help="size of the file")
    parser.add_argument("--files", type=int, default=5000, help="number of small files")
    parser.add_argument("--runs", type=int, default=3, help="the fastest counts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        big = make_file(folder / "big", options.mib * MIB)
        many = small_files(folder / "many", options.files)
        copy, whole = best(options.runs, plain, big), best(options.runs, engine, big)
        small = best(options.runs, engine, many)
    print(f"plain copy and two hashes  {options.mib / copy:7.0f} MiB/s")
    print(f"engine, both sides         {options.mib / whole:7.0f} MiB/s   {copy / whole:.2f} of it")
    print(f"engine, small files        {options.files / small:7.0f} files/s")
    print(f"peak memory                {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:7} MiB, both sides")


if __name__ == "__main__":
    main()
