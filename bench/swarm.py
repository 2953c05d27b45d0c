"""Several receivers behind one slow uplink, with and without `--swarm`: `python -m bench.swarm` (root; Linux).

Everybody is in a network namespace with an address of its own, as if in as many homes, and reaches the others at full
speed; but the sender's way out is shaped by a token bucket, and what leaves it is counted by the kernel. All are real
processes. Prints the time of one receiver, and of all with and without `--swarm`, what left the uplink as a multiple
of the size, and what all of it cost.
"""

import argparse
import contextlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from filecmp import cmp
from pathlib import Path
from time import monotonic, sleep
from typing import Final

from bench.processes import MIB, ROOT, make_file, pipe
from tests.nat.netns import command_in, inside, ip, run

SENDER: Final = "byway-swarm-s"
MIDDLE: Final = "byway-swarm-m"
DEVICE: Final = "uplink"
HERE: Final = "10.99.7.1"
PORT: Final = 8080
QUEUE_KIB: Final = 128
"""Of the shaper: a tenth of a second at 10 Mbit/s, as in a home's router."""

MOST: Final = 3.0
"""All receivers of a swarm need less than so many times the time of one."""


@dataclass
class Measured:
    """Seconds from the start of the receivers until the last has everything; bytes that left the uplink."""

    seconds: float
    sent: int
    busy: float
    """Seconds of processor time that all commands needed: 2 cores give at most two a second."""


def home(number: int) -> str:
    """The namespace of a receiver."""
    return f"byway-swarm-{number}"


@contextlib.contextmanager
def uplink(mbit: float, receivers: int) -> Iterator[None]:
    """Namespaces, a switch between them, and the sender's narrow way out."""
    members = [(SENDER, "10.99.7.2"), *((home(number), f"10.99.7.{number + 3}") for number in range(receivers))]
    names = [MIDDLE, *(name for name, _ in members)]
    for name in names:
        run(["ip", "netns", "add", name])
    try:
        switch = ["link add switch type bridge", f"addr add {HERE}/24 dev switch", "link set switch up"]
        ip(["link set lo up", *switch], MIDDLE)
        for number, (name, address) in enumerate(members):
            ip([f"link add {DEVICE} netns {name} type veth peer name port{number} netns {MIDDLE}"])
            ip([f"link set port{number} master switch", f"link set port{number} up"], MIDDLE)
            ip(["link set lo up", f"addr add {address}/24 dev {DEVICE}", f"link set {DEVICE} up"], name)
        limit = ["tbf", "rate", f"{mbit}mbit", "burst", "10kb", "limit", f"{QUEUE_KIB}kb"]
        run(["tc", "-n", SENDER, "qdisc", "add", "dev", DEVICE, "root", *limit])
        yield
    finally:
        for name in names:
            run(["ip", "netns", "del", name])


def left() -> int:
    """Bytes that have left the uplink."""
    told = json.loads(run(["ip", "-n", SENDER, "-s", "-j", "link", "show", "dev", DEVICE]))
    return int(told[0]["stats64"]["tx"]["bytes"])


def start(name: str, identity: Path, *command: str) -> subprocess.Popen[str]:
    """A Python module in a namespace, with an identity of its own."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "BYWAY_HOME": str(identity)}
    full = command_in(name, sys.executable, "-m", *command)
    return subprocess.Popen(full, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def until(process: subprocess.Popen[str], kind: str) -> dict[str, object]:
    """Read events up to the first of this kind."""
    for line in pipe(process.stdout):
        event: dict[str, object] = json.loads(line)
        if event["event"] == kind:
            return event
    raise SystemExit(f"a command ended before its {kind!r}")


def drain(process: subprocess.Popen[str]) -> None:
    """Read the rest of what it says: who is not read stops in the middle of it."""
    threading.Thread(target=pipe(process.stdout).read, daemon=True).start()


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """A signaling server that all can reach."""
    running = start(MIDDLE, folder / "server", "signaling", "--host", HERE, "--port", str(PORT))
    try:
        _wait_for(f"http://{HERE}:{PORT}/readyz")
        yield f"http://{HERE}:{PORT}/"
    finally:
        _stop(running)


def _wait_for(url: str) -> None:
    with inside(MIDDLE):
        for _ in range(600):
            try:
                urllib.request.urlopen(url, timeout=1).close()
            except OSError:
                sleep(0.1)
            else:
                return
    raise SystemExit("the server does not start")


def measure(url: str, folder: Path, source: Path, receivers: int, *options: str) -> Measured:
    """One transfer to so many."""
    sender = start(SENDER, folder / "sender", "pypeer", "send", str(source), "--json", "--server", url, *options)
    getting: list[subprocess.Popen[str]] = []
    busy = processor()
    try:
        code = str(until(sender, "ready")["code"])
        before, began = left(), monotonic()
        for number in range(receivers):
            into = str(folder / f"got{number}")
            getting.append(
                start(
                    home(number), folder / home(number), *("pypeer", "get", code, "-o", into, "--json", "--server", url)
                )
            )
        drain(sender)
        with ThreadPoolExecutor(receivers) as readers:
            list(readers.map(lambda process: until(process, "done"), getting))
        took, sent = monotonic() - began, left() - before
        for number in range(receivers):
            if not cmp(source, folder / f"got{number}" / source.name, shallow=False):
                raise SystemExit("what arrived is not what was sent")
    finally:
        for process in (sender, *getting):
            _stop(process)
        for number in range(receivers):
            shutil.rmtree(folder / f"got{number}", ignore_errors=True)
    return Measured(took, sent, processor() - busy)


def processor() -> float:
    """Seconds of processor time of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    process.wait()


def main() -> None:
    """Print the rows of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=20)
    parser.add_argument("--mbit", type=float, default=10.0)
    parser.add_argument("--receivers", type=int, default=10)
    parser.add_argument("--skip-alone", action="store_true", help="leave out the receivers without --swarm")
    given = parser.parse_args()
    size, many = given.mib * MIB, given.receivers
    with tempfile.TemporaryDirectory() as name, uplink(given.mbit, given.receivers):
        folder = Path(name)
        source = make_file(folder / "source.bin", size)
        with server(folder) as url:
            one = measure(url, folder, source, 1)
            rows = [("one", one), (f"{many} with --swarm", measure(url, folder, source, many, "--swarm"))]
            if not given.skip_alone:
                rows.append((f"{many} without", measure(url, folder, source, many)))
    for text, row in rows:
        times, copies, busy = row.seconds / one.seconds, row.sent / size, f"{row.busy:6.1f} s of processor"
        print(f"{text:16} {row.seconds:7.1f} s {times:6.2f} times that of one {copies:6.2f} times the size sent {busy}")
    if rows[1][1].seconds >= MOST * one.seconds:
        raise SystemExit(f"a swarm needs {MOST} times the time of one, or more")


if __name__ == "__main__":
    main()
