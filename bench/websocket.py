"""The relay inside a WebSocket, from `pypeer send` to `pypeer get`, beside a bare one: `python -m bench.websocket`.

Prints a table: seconds, MiB/s, the ratio to the bare relay of the same run, and the peak memory of each side; then what
the server needed.
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
    return Row("bare relay", mib, seconds, (sent.peak_mib, got.peak_mib)), end(relay)


def sealed(mib: int, folder: Path) -> tuple[Row, Used]:
    """The two commands: there is no TURN, and they may not connect directly."""
    server, url = serve(folder, "--turn-port", "0")
    row = pypeer_to_pypeer(mib, url, folder, "--relay-only", name="pypeer, relayed")
    return row, finish(server, stop=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="size")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["BYWAY_HOME"] = str(Path(name) / "home")
        bare, bare_relay = raw(options.mib)
        row, server = sealed(options.mib, Path(name))
    print(table([bare, row], {row.name: bare}, NOTE))
    for what, used in (("bare relay", bare_relay), ("signaling", server)):
        print(f"{what}: {used.cpu_s / options.mib * 1024:.2f} s of processor a GiB, {used.peak_mib:.0f} MiB at most")


if __name__ == "__main__":
    main()
