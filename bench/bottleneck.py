"""One narrow line that two pairs of machines share, in a laboratory, and what is measured on it.

    machine 0..2 -- router == 20 Mbit/s, drop-tail ==> delay --> router -- machine 0..2

The queue before the line holds about one product of bandwidth and delay, and drops what does not fit. What arrives is
counted by the receiving machines' interfaces, so all kinds of flows are measured alike: bytes of IP and Ethernet, also
what was sent twice. Machine 2 of each side sends a datagram there and back twenty times a second: the queueing delay.
"""

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench.processes import pipe
from tests.nat import netns
from tests.nat.enter import FOLDER, ROOT
from tests.nat.lab import Lab
from tests.nat.places import Client, Place
from tests.nat.shaper import Shape
from tests.nat.sites import BY_NAME

PROBES_S: Final = 0.05
PROBE_PORT: Final = 9007
PACKET_BYTES: Final = 1500
"""The queue counts packets: where bytes are counted, shorter ones still find room when it is full."""

BURST_BYTES: Final = 1600
"""One packet: what is larger (a host hands several packets over as one) is cut up before it queues."""


@dataclass(frozen=True, slots=True)
class Line:
    """Rate, round trip and queue of the narrow line."""

    mbit: float = 20.0
    rtt_ms: float = 40.0

    @property
    def queue_bytes(self) -> int:
        """One product of bandwidth and delay."""
        return round(self.mbit * 1e6 / 8 * self.rtt_ms / 1000)


class Bottleneck:
    """Two sites with the line between them."""

    def __init__(self, lab: Lab, line: Line) -> None:
        self.line = line
        site = replace(BY_NAME["public"], clients=3)
        shape = Shape(delay_ms=line.rtt_ms / 4)  # each way passes two lines
        self.near, self.far = lab.add(site, shape), lab.add(site, shape)
        _narrow(self.near, line)

    @property
    def senders(self) -> list[Client]:
        """Machines before the narrow line."""
        return self.near.clients

    @property
    def receivers(self) -> list[Client]:
        """Machines behind it."""
        return self.far.clients


def _narrow(place: Place, line: Line) -> None:
    rate = ["tbf", "rate", f"{line.mbit}mbit", "burst", f"{BURST_BYTES}b", "limit", f"{line.queue_bytes}b"]
    tc = ["tc", "-n", place.edge, "qdisc", "add", "dev", "wan"]
    netns.run([*tc, "root", "handle", "1:", *rate])
    netns.run([*tc, "parent", "1:", "pfifo", "limit", str(line.queue_bytes // PACKET_BYTES)])


def received(client: Client) -> int:
    """Bytes that have come to a machine."""
    with netns.inside(client.netns):
        for line in Path("/proc/thread-self/net/dev").read_text().splitlines():
            name, _, rest = line.strip().partition(":")
            if name == client.device:
                return int(rest.split()[0])
    raise netns.LabError(f"{client.netns} has no {client.device}")


class Delays:
    """Round trips of probes through the line, while the block lasts."""

    def __init__(self, near: Client, far: Client) -> None:
        with netns.inside(near.netns):
            self._probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with netns.inside(far.netns):
            self._echo = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._echo.bind((far.v4, PROBE_PORT))
        self._probe.connect((far.v4, PROBE_PORT))
        self._over = threading.Event()
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._answer, self._ask, self._take)]
        self.times: list[tuple[float, float]] = []
        """When a probe left, and seconds until it was back."""

    def __enter__(self) -> "Delays":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()
        self._probe.close()
        self._echo.close()

    def between(self, start: float, end: float) -> list[float]:
        """Round trips of the probes that left then."""
        return [took for at, took in self.times if start <= at < end]

    def _ask(self) -> None:
        while not self._over.wait(PROBES_S):
            self._probe.send(repr(time.monotonic()).encode())

    def _take(self) -> None:
        while not self._over.is_set():
            if select.select([self._probe], [], [], PROBES_S)[0]:
                with contextlib.suppress(ConnectionError):
                    at = float(self._probe.recv(64))
                    self.times.append((at, time.monotonic() - at))

    def _answer(self) -> None:
        while not self._over.is_set():
            if select.select([self._echo], [], [], PROBES_S)[0]:
                data, source = self._echo.recvfrom(64)
                self._echo.sendto(data, source)


@contextlib.contextmanager
def iperf(near: Client, far: Client, seconds: float) -> Iterator[None]:
    """One flow of TCP CUBIC from one machine to another."""
    server = _quietly(far, "iperf3", "-s", "-1", "-B", str(far.v4))
    time.sleep(0.5)
    flow = _quietly(near, "iperf3", "-c", str(far.v4), "-t", str(int(seconds)), "-C", "cubic")
    try:
        yield
    finally:
        for process in (flow, server):
            process.terminate()
            process.wait()


def _quietly(client: Client, *command: str) -> subprocess.Popen[bytes]:
    line = netns.command_in(client.netns, *command)
    return subprocess.Popen(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Byway:
    """One transfer by the real commands, while the block lasts."""

    def __init__(self, near: Client, far: Client, source: Path, options: tuple[str, ...]) -> None:
        self._near, self._far, self._source, self._options = near, far, source, options
        self._processes: list[subprocess.Popen[str]] = []
        self._threads: list[threading.Thread] = []
        self._flows = threading.Event()
        self.path: dict[str, object] = {}
        """The last event that told the path."""

    def __enter__(self) -> "Byway":
        sender = self._start(self._near, "send", str(self._source), "--once")
        code = json.loads(pipe(sender.stdout).readline())["code"]
        self._read(sender)
        self._read(self._start(self._far, "get", code, "-y", "-o", str(self._source.parent / "got")))
        if not self._flows.wait(20):
            raise netns.LabError("byway does not connect")
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._processes):
            process.kill()
            process.wait()
        for thread in self._threads:
            thread.join()

    def _start(self, client: Client, *command: str) -> subprocess.Popen[str]:
        line = (sys.executable, "-m", "pypeer", *command, *self._options, "--json", "--server", client.url)
        env = {**os.environ, "PYTHONPATH": str(ROOT), "BYWAY_HOME": str(FOLDER / f"home-{client.netns}")}
        process = subprocess.Popen(
            netns.command_in(client.netns, *line),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=env,
        )
        self._processes.append(process)
        return process

    def _read(self, process: subprocess.Popen[str]) -> None:
        def read() -> None:
            for line in pipe(process.stdout):
                event = json.loads(line)
                if event["event"] == "path":
                    self.path = event
                if event["event"] == "progress" and event["bytes"]:
                    self._flows.set()

        thread = threading.Thread(target=read, daemon=True)
        self._threads.append(thread)
        thread.start()
