"""The relay inside a WebSocket, from `pypeer send` to `pypeer get`, beside a bare one: `python -m bench.websocket`.

Prints a table: seconds, MiB/s, the ratio to the bare relay of the same run, and the peak memory of each side; then how
fast it was once it flowed, and what each process needed: on a machine that does other things, too, only that compares.
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


def raw(mib: int) -> tuple[Row, Used]:
    """Two clients of a bare relay."""
    relay = start("-m", "bench.raw_websocket", "relay")
    port = str(json.loads(pipe(relay.stdout).readline())["port"])
    receiver = start("-m", "bench.raw_websocket", "receive", port, str(mib * MIB))
    pipe(receiver.stdout).readline()
    sender = start("-m", "bench.raw_websocket", "send", port, str(mib * MIB))
    seconds = float(json.loads(pipe(receiver.stdout).readline())["seconds"])
    got, sent = finish(receiver), end(sender)
    return Row("bare relay", mib, seconds, (sent.peak_mib, got.peak_mib), (sent.cpu_s, got.cpu_s)), end(relay)


def sealed(mib: int, folder: Path) -> tuple[Row, Used]:
    """The two commands: there is no TURN, and they may not connect directly."""
    server, url = serve(folder, "--turn-port", "0")
    row = pypeer_to_pypeer(mib, url, folder, "--relay-only", name="pypeer, relayed")
    return row, finish(server, stop=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size")
    parser.add_argument("--folder", help="where the files are, such as one in memory: how fast a disk is, is not asked")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        os.environ["BYWAY_HOME"] = str(Path(name) / "home")
        bare, bare_relay = raw(options.mib)
        row, server = sealed(options.mib, Path(name))
    print(table([bare, row], {row.name: bare}, NOTE))
    print(f"once it flowed: {row.mib / row.flowed_s:.1f} MiB/s, {row.flowed_s:.1f} s")
    for what, ends, used in (("bare relay", bare.cpu_s, bare_relay), ("pypeer, relayed", row.cpu_s, server)):
        needs = " + ".join(f"{each / options.mib * 1024:.2f}" for each in (ends[0], used.cpu_s, ends[1]))
        print(f"{what}: {needs} s of processor a GiB (sender, server, receiver), {used.peak_mib:.0f} MiB at the server")


if __name__ == "__main__":
    main()
