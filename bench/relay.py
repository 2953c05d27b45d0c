"""Our TURN server beside coturn, with the same load in the same run: `python -m bench.relay`.

Prints what one pair gets through each, what that costs, how much later small datagrams arrive, and how two hundred
pairs share; with ratios to coturn. Ours is there twice: on the loop of the extra `fast` (uvloop), and on asyncio's.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Final

from bench.processes import finish, pipe, start
from bench.relay_load import HOST, PAIRS, RATE_MIB, SECRET
from bench.transfer import free_port

WITHOUT_UVLOOP: Final = "import sys; sys.modules['uvloop'] = None; from signaling.cli import main; main()"
"""The server as where the extra is not installed."""

COLUMNS: Final = (
    ("pair", "MiB/s, pair"),
    ("peer", "MiB/s, peer"),
    ("cost_pair", "CPU s/GiB, pair"),
    ("cost_peer", "CPU s/GiB, peer"),
    ("median", "added us, median"),
    ("p99", "added us, 99 %"),
    ("together", f"MiB/s, {PAIRS} pairs"),
    ("slowest", "slowest/mean"),
)
"""What is measured, and as what it is printed."""

Found = dict[str, float]


@contextmanager
def ours(*python: str) -> Iterator[tuple[int, int]]:
    """Our server, started by these arguments of Python: its port and its process."""
    port = free_port()
    options = ["--host", HOST, "--port", str(free_port()), "--turn-port", str(port), "--stun-alt-port", "0"]
    options += ["--turn-secret", SECRET, "--turn-allow-peer", "127.0.0.0/8"]
    with tempfile.TemporaryDirectory() as folder:
        server = start(*python, *options, env={"BYWAY_LOG_LEVEL": "warning", "BYWAY_HOME": folder})
        try:
            pipe(server.stdout).readline()
            yield port, server.pid
        finally:
            finish(server, stop=True)


@contextmanager
def coturn() -> Iterator[tuple[int, int]]:
    """coturn as it is installed: its port and its process."""
    port = free_port()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        options = {
            "listening-ip": HOST, "relay-ip": HOST, "listening-port": port, "realm": "bench",
            "static-auth-secret": SECRET, "pidfile": f"{folder}/pid", "log-file": "stdout",
        }  # fmt: skip
        flags = ["--use-auth-secret", "--no-tls", "--no-dtls", "--allow-loopback-peers", "--no-cli"]
        command = ["turnserver", "-n", *flags, *(f"--{name}={value}" for name, value in options.items())]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder)
        stack.callback(process.wait)
        stack.callback(process.terminate)
        yield port, process.pid


def loaded(port: int, process: int, singly: bool) -> Found:
    """What the load finds."""
    load = start("-m", "bench.relay_load", str(port), str(process), *(["singly"] if singly else []))
    with closing(pipe(load.stdout)) as out:
        text = out.read()
    finish(load)
    found: Found = json.loads(text)
    return found


def table(rows: dict[str, Found], yardstick: str) -> str:
    """The rows as text, each figure with its ratio to the yardstick's."""
    lines = [f"{'':18}" + "".join(f"{name:>20}" for name in rows)]
    for key, name in COLUMNS:
        figures = (f"{found[key]:8.2f}  ({found[key] / rows[yardstick][key]:5.2f})" for found in rows.values())
        lines.append(f"{name:18}" + "".join(f"{figure:>20}" for figure in figures))
    note = f"in brackets: the ratio to {yardstick}; CPU at {RATE_MIB} MiB/s for all"
    return "\n".join([*lines, note, "pair: both members relay; peer: one does; datagrams of 1,200 bytes over UDP"])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=("ours", "asyncio", "coturn"), action="append", help="leave the others out")
    parser.add_argument("--singly", action="store_true", help="send each datagram with a call of its own")
    options = parser.parse_args()
    only = options.only or ("ours", "asyncio", "coturn")
    servers = {
        "ours": lambda: ours("-m", "signaling"),
        "asyncio": lambda: ours("-c", WITHOUT_UVLOOP),
        "coturn": coturn,
    }
    rows: dict[str, Found] = {}
    for name in servers:
        if name in only:
            with servers[name]() as (port, process):
                rows[name] = loaded(port, process, options.singly)
    print(table(rows, "coturn" if "coturn" in rows else next(iter(rows))))


if __name__ == "__main__":
    main()
