"""`python -m tests.nat probe | matrix | shell`: see tests/nat/__init__.py."""

import argparse
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.nat import enter, matrix, netns, probing
from tests.nat.lab import Lab
from tests.nat.server import serving
from tests.nat.sites import BY_NAME


def main() -> int:
    """Enter a laboratory and do there what the command line says."""
    options = parse(sys.argv[1:])
    if (why := enter.obstacle()) is not None:
        print(f"no laboratory: {why}", file=sys.stderr)
        return 2
    if not enter.is_inside():
        enter.enter("-m", "tests.nat", *sys.argv[1:])
    obey_signals()
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        sys.stdout.flush()
        os._exit(128 + signal.SIGINT)  # what still loads, and is waited for at an ordinary end, ends with this process
    except (ValueError, netns.LabError) as error:
        print(f"laboratory: {error}", file=sys.stderr)
        return 2


def obey_signals() -> None:
    """End at SIGINT, which a shell that runs this in the background has ignored; and at SIGTERM, which a first process
    would be the only one not to heed."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.nat", description="A laboratory of NATs and firewalls.")
    commands = parser.add_subparsers(required=True)
    probe = commands.add_parser("probe", help="find out what each site does, and compare it with what it should do")
    probe.add_argument("--sites", default=",".join(BY_NAME), help="kinds of sites, with commas")
    probe.set_defaults(run=probing.run)
    add_matrix(commands.add_parser("matrix", help="connect pypeer with pypeer over all pairs of sites"))
    shell = commands.add_parser("shell", help="run a command (a shell) at a client of a site, with a server running")
    shell.add_argument("site", choices=BY_NAME)
    shell.add_argument("command", nargs=argparse.REMAINDER)
    shell.set_defaults(run=run_shell)
    return parser.parse_args(arguments)


def add_matrix(parser: argparse.ArgumentParser) -> None:
    """Options that choose pairs and conditions."""
    parser.add_argument("--sites", default=",".join(BY_NAME), help="all ordered pairs of these kinds")
    parser.add_argument("--pairs", help="only these: SENDER:RECEIVER, with commas; SENDER:same is two at one site")
    parser.add_argument("--rtt", type=float, default=50, help="round trip between two sites in ms; 0: no delay at all")
    parser.add_argument("--tries", type=int, default=1, help="times that each pair is tried")
    parser.add_argument("--bound", type=float, default=matrix.BOUND_S, help="seconds until a pair is given up")
    parser.add_argument(
        "--hold", type=float, default=matrix.HOLD_S, help="seconds that a relayed transfer is held up to become direct"
    )
    parser.add_argument("--jobs", type=int, default=1, help="pairs at once; more than one distorts times")
    parser.add_argument(
        "--browser", nargs="?", const="receiver", choices=("sender", "receiver", "both"), help="Chromium at this end"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, with all events")
    parser.add_argument("--no-udp", action="store_true", help="no site lets a datagram out")
    parser.add_argument("--server-option", action="append", default=[], help="for signaling; may be repeated")
    parser.add_argument("--tree", type=Path, default=enter.ROOT, help="another checkout whose programs are to run")
    parser.set_defaults(run=matrix.run)


def run_shell(options: argparse.Namespace) -> int:
    """Run a command in a client's namespace."""
    with Lab() as lab, serving():
        client = lab.add(BY_NAME[options.site]).clients[0]
        return subprocess.run(netns.command_in(client.netns, *(options.command or ["sh"]))).returncode


if __name__ == "__main__":
    sys.exit(main())
