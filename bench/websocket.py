"""The relay inside a WebSocket, from `pypeer send` to `pypeer get`, beside a bare one: `python -m bench.websocket`.

Both send messages of the same length. Prints a table: seconds, MiB/s, the ratio to the bare relay of the same run, and
the peak memory of each side; then how fast it was once it flowed, and what each process needed for that: on a machine
that does other things, too, only that compares. What starting and connecting need is measured with a MiB, and left out.
"""

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import Final

from bench.processes import MIB, Used, finish, pipe, start
from bench.rows import Row, table
from bench.transfer import end, pypeer_to_pypeer, serve

NOTE: Final = "ratio: to the bare relay of the same run, whose clients neither seal nor hash nor read or write files"

Run = tuple[Row, Used]
"""The two ends, and what the server used."""


def raw(mib: int) -> Run:
    """Two clients of a bare relay."""
    relay = start("-m", "bench.raw_websocket", "relay")
    port = str(json.loads(pipe(relay.stdout).readline())["port"])
    receiver = start("-m", "bench.raw_websocket", "receive", port, str(mib * MIB))
    pipe(receiver.stdout).readline()
    sender = start("-m", "bench.raw_websocket", "send", port, str(mib * MIB))
    seconds = float(json.loads(pipe(receiver.stdout).readline())["seconds"])
    got, sent = finish(receiver), end(sender)
    return Row("bare relay", mib, seconds, (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s)), end(relay)


def sealed(mib: int, folder: Path) -> Run:
    """The two commands: there is no TURN, and they may not connect directly."""
    server, url = serve(folder, "--turn-port", "0")
    row = pypeer_to_pypeer(mib, url, folder, "--relay-only", name="pypeer, relayed")
    return row, finish(server, stop=True)


def needs(few: Run, many: Run) -> str:
    """What sender, server and receiver need for a GiB, beside what they need for a transfer of a MiB."""
    start, whole = ((row.cpu_s[0], server.cpu_s, row.cpu_s[1]) for row, server in (few, many))
    gib = (many[0].mib - few[0].mib) / 1024
    each = [(all_s - start_s) / gib for start_s, all_s in zip(start, whole, strict=True)]
    told = " + ".join(f"{s:.2f}" for s in each)
    return f"{many[0].name}: {told} = {sum(each):.2f} s of processor a GiB (sender, server, receiver)"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size")
    parser.add_argument("--folder", help="where the files are, such as one in memory: how fast a disk is, is not asked")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        os.environ["BYWAY_HOME"] = str(Path(name) / "home")
        folders = [Path(name) / size for size in ("few", "many")]
        for folder in folders:
            folder.mkdir()
        bare = raw(1), raw(options.mib)
        own = sealed(1, folders[0]), sealed(options.mib, folders[1])
    row = own[1][0]
    print(table([bare[1][0], row], {row.name: bare[1][0]}, NOTE))
    print(f"once it flowed: {row.mib / row.flowed_s:.1f} MiB/s, {row.flowed_s:.1f} s")
    for few, many in (bare, own):
        print(f"{needs(few, many)}, {many[1].peak_mib:.0f} MiB of memory at the server")


if __name__ == "__main__":
    main()
