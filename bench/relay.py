"""Our TURN server beside coturn, with the same load in the same run: `python -m bench.relay`.

Prints what one pair gets through each, how two hundred pairs share, what that costs, what is lost, and how much later
small datagrams arrive; with ratios to coturn, and beside what the load can do without a relay. Ours is there twice: on
the loop of the extra `fast` (uvloop), and on asyncio's.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext
from statistics import median
from typing import Final

from bench.processes import finish, free_port, pipe, start
from bench.relay_flows import HOST, SECRET
from bench.relay_load import PAIRS, RATE_MIB

WITHOUT_UVLOOP: Final = "import sys; sys.modules['uvloop'] = None; from signaling.cli import main; main()"
"""The server as where the extra is not installed."""

COLUMNS: Final = (
    ("pair", "MiB/s, pair"),
    ("peer", "MiB/s, peer"),
    ("together", f"MiB/s, {PAIRS} pairs"),
    ("slowest", "slowest/mean"),
    ("lost_together", "% lost there"),
    ("cost_together", f"CPU s/GiB, {PAIRS}"),
    ("cost_pair", "CPU s/GiB, pair"),
    ("cost_peer", "CPU s/GiB, peer"),
    ("lost_pair", "% lost, pair"),
    ("lost_peer", "% lost, peer"),
    ("median", "added us, median"),
    ("p99", "added us, 99 %"),
)
"""What is measured, and as what it is printed."""

OF_SERVERS: Final = frozenset({"cost_together", "cost_pair", "cost_peer", "median", "p99"})
"""What there is only with a server."""

NOTES: Final = f"""in brackets: the ratio to the last column; CPU and losses of one flow: at {RATE_MIB} MiB/s for all
no relay: the same load from socket to socket, which is the most that the load can do
pair: both members relay; peer: one does; datagrams of 1,200 bytes over UDP"""

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
    return found | {"server": process}


def middle(found: Sequence[Found]) -> Found:
    """The median of each figure."""
    return {key: median(each[key] for each in found) for key in found[0]}


def table(rows: dict[str, Found], yardstick: str) -> str:
    """The rows as text, each figure with its ratio to the yardstick's."""
    lines = [f"{'':18}" + "".join(f"{name:>20}" for name in rows)]
    for key, name in COLUMNS:
        figures = (
            cell(found[key], rows[yardstick][key], bool(found["server"]) or key not in OF_SERVERS)
            for found in rows.values()
        )
        lines.append(f"{name:18}" + "".join(f"{figure:>20}" for figure in figures))
    direct = ", ".join(f"{found['direct']:.0f}" for found in rows.values())
    return "\n".join([*lines, f"latency without a relay, from which it is counted: {direct} us", *NOTES.splitlines()])


def cell(figure: float, yardstick: float, measured: bool) -> str:
    """One figure and its ratio; a dash for what only a server has."""
    if not measured:
        return f"{'-':>8}{'':9}"
    ratio = f"({figure / yardstick:5.2f})" if yardstick > 0.005 else ""
    return f"{figure:8.2f}  {ratio:7}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only", choices=("none", "ours", "asyncio", "coturn"), action="append", help="leave the others out"
    )
    parser.add_argument("--singly", action="store_true", help="send each datagram with a call of its own")
    parser.add_argument("--rounds", type=int, default=1, help="measure so often, by turns, and print medians")
    options = parser.parse_args()
    only = options.only or ("none", "ours", "asyncio", "coturn")
    servers: dict[str, Callable[[], AbstractContextManager[tuple[int, int]]]] = {
        "none": lambda: nullcontext((0, 0)),
        "ours": lambda: ours("-m", "signaling"),
        "asyncio": lambda: ours("-c", WITHOUT_UVLOOP),
        "coturn": coturn,
    }
    rounds: dict[str, list[Found]] = {name: [] for name in servers if name in only}
    for _ in range(options.rounds):
        for name, found in rounds.items():
            with servers[name]() as (port, process):
                found.append(loaded(port, process, options.singly))
    rows = {"no relay" if name == "none" else name: middle(found) for name, found in rounds.items()}
    print(table(rows, list(rows)[-1]))


if __name__ == "__main__":
    main()
