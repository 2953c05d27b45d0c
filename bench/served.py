"""A server as a process of its own, and what it and the whole machine had to do."""

import urllib.request
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from prometheus_client.parser import text_string_to_metric_families

from bench.processes import finish, pipe, start

HANDLING: Final = "byway_handling_seconds"


@dataclass(frozen=True, slots=True)
class Load:
    """Seconds of processor since each began: of the server, and of all on this machine."""

    server: float
    machine: float

    def since(self, before: "Load") -> "Load":
        """What was used between two moments."""
        return Load(self.server - before.server, self.machine - before.machine)


@dataclass(frozen=True, slots=True)
class Handling:
    """How long a server took for messages of one type: how many, all together, and how many within each bound."""

    count: float = 0
    seconds: float = 0
    within: Sequence[tuple[float, float]] = ()

    def since(self, before: "Handling") -> "Handling":
        """Of the messages between two moments."""
        earlier = dict(before.within)
        within = [(bound, count - earlier.get(bound, 0)) for bound, count in self.within]
        return Handling(self.count - before.count, self.seconds - before.seconds, within)

    def bound(self, share: float) -> float:
        """The least bound within which such a share of them was handled."""
        return next(bound for bound, count in sorted(self.within) if count >= share * self.count)


class Server:
    """The server, which can be started anew at the same port."""

    def __init__(self, folder: Path, options: Iterable[str]) -> None:
        self._folder = folder
        self._options = options
        self.port = 0
        self.url = ""
        self.start()

    def start(self) -> None:
        """Start it, and wait until it listens."""
        ports = (f"--port={self.port}", "--host=127.0.0.1", "--turn-port=0", "--turn-tls-port=0")
        self._errors = (self._folder / "server.log").open("a")
        self.process = start("-m", "signaling", *ports, *self._options, errors=self._errors)
        self.url = pipe(self.process.stdout).readline().split()[-1]
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    @property
    def bytes(self) -> int:
        """Its resident memory."""
        return psutil.Process(self.process.pid).memory_info().rss

    @property
    def load(self) -> Load:
        """What was used up to now."""
        own, machine = psutil.Process(self.process.pid).cpu_times(), psutil.cpu_times()
        return Load(own.user + own.system, sum(machine) - machine.idle - getattr(machine, "iowait", 0.0))

    def handling(self, kind: str) -> Handling:
        """How long it took for messages of a type, as it says itself."""
        with urllib.request.urlopen(f"{self.url}metrics") as answer:
            families = text_string_to_metric_families(answer.read().decode())
        samples = [each for family in families if family.name == HANDLING for each in family.samples]
        told = {(each.name, each.labels.get("le", "")): each.value for each in samples if each.labels["type"] == kind}
        within = [(float(le), value) for (name, le), value in told.items() if name == f"{HANDLING}_bucket"]
        return Handling(told.get((f"{HANDLING}_count", ""), 0), told.get((f"{HANDLING}_sum", ""), 0), within)

    def stop(self) -> None:
        """End it in an orderly way."""
        finish(self.process, stop=True)
        self._errors.close()
