"""Many files, and files that are nearly empty, between two real commands: `python -m bench.files`.

Prints a table: a folder of many small files, one large file with holes, and for comparison one file of as many bytes as
the small ones have together; seconds, files a second, and the peak memory of each side.
"""

import argparse
import json
import os
import shutil
import tempfile
from pathlib import Path

from bench.processes import MIB, finish, make_file, now, pipe, start
from bench.rows import Row, in_background, last_event, table
from bench.transfer import serve

SMALL_BYTES = 2000
"""Size of each of the many files: that of a typical source file or icon."""

PER_FOLDER = 500
"""Files in one folder of the tree."""


def make_tree(root: Path, files: int) -> Path:
    """A tree of small files that all differ."""
    for number in range(files):
        folder = root / f"{number // PER_FOLDER:04}"
        if number % PER_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"{number:06}.txt").write_bytes(b"%08d" % number * (SMALL_BYTES // 8))
    return root


def make_sparse(path: Path, gib: int) -> Path:
    """A file with a MiB of data at its start, in its middle and at its end, and nothing else."""
    with path.open("wb") as file:
        file.truncate(gib * 1024 * MIB)
        for at in (0, gib * 512 * MIB, gib * 1024 * MIB - MIB):
            file.seek(at)
            file.write(os.urandom(MIB))
    return path


def fetch(source: Path, mib: int, server: str, folder: Path, name: str) -> Row:
    """From the start of `get` until it has ended; the time that the sender looks at its files is printed."""
    began = now()
    sender = start("-m", "pypeer", "send", str(source), "--once", "--json", "--server", server)
    code = json.loads(pipe(sender.stdout).readline())["code"]
    print(f"{name}: the sender has its code after {now() - began:.1f} s")
    reading = in_background(sender)
    began = now()
    receiver = start("-m", "pypeer", "get", code, "-o", str(folder / "got"), "--json", "--server", server)
    last = last_event(receiver)
    got = finish(receiver)
    seconds = now() - began
    reading.join()
    sent = finish(sender)
    if last["event"] != "done":
        raise SystemExit(f"the transfer failed: {last}")
    shutil.rmtree(folder / "got")
    return Row(name, mib, seconds, (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s), float(str(last["seconds"])))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000, help="small files")
    parser.add_argument("--gib", type=int, default=100, help="size of the file with holes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["BYWAY_HOME"] = str(folder / "home")
        mib = max(1, options.files * SMALL_BYTES // MIB)
        sources = {
            "one file": (make_file(folder / "source.bin", mib * MIB), mib),
            f"{options.files:,} files": (make_tree(folder / "tree", options.files), mib),
            f"{options.gib} GiB, nearly empty": (make_sparse(folder / "holes.img", options.gib), options.gib * 1024),
        }
        server, url = serve(folder)
        try:
            rows = [fetch(source, size, url, folder, name) for name, (source, size) in sources.items()]
        finally:
            finish(server, stop=True)
    print(table(rows, {}, note="MiB/s: of what is offered"))


if __name__ == "__main__":
    main()
