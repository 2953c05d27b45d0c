"""Rows of the table, and the events of commands that are measured."""

import json
import subprocess
import threading
from dataclasses import dataclass
from typing import Any, Final

from bench.processes import pipe


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; memory in MiB, sender first; so is `cpu_s`, seconds of processor."""

    name: str
    mib: int
    seconds: float
    peaks: tuple[float, float]
    cpu_s: tuple[float, float] = (0.0, 0.0)
    flowed_s: float = 0.0
    """Of a command: from the decision to fetch until all is stored, without starting and connecting."""
    roads: tuple[str, ...] = ()
    """Of pypeer: the transports of the links that carried, one after the other."""

    @property
    def rate(self) -> float:
        """MiB a second."""
        return self.mib / self.seconds


def last_event(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Read all events; the last one, with the roads that carried, in their order, as `roads`."""
    last: dict[str, Any] = {"event": "none"}
    remotes: list[str] = []
    transports: dict[str, str] = {}
    for line in pipe(process.stdout):
        last = json.loads(line)
        if last["event"] == "path":
            remotes.append(last["remote"])
        elif last["event"] == "report" and (chosen := last["report"].get("chosen")):
            transports[chosen["remote"]["address"]] = chosen["remote"].get("transport", "udp")
    return {**last, "roads": [transports.get(remote, "?") for remote in remotes]}


def in_background(process: subprocess.Popen[str]) -> threading.Thread:
    """Read all events in a thread: a command whose output nobody reads stands still."""
    thread = threading.Thread(target=last_event, args=(process,))
    thread.start()
    return thread


RATIO: Final = "ratio: to the raw channel of the same run (of pypeer: its own; with a page: aiortc, or Chromium)"


def table(rows: list[Row], yardsticks: dict[str, Row], note: str = RATIO) -> str:
    """The rows as text, each with its ratio to its yardstick."""
    lines = [f"{'what':24} {'MiB':>6} {'s':>7} {'MiB/s':>7} {'ratio':>6} {'sender':>8} {'receiver':>9}"]
    for row in rows:
        yardstick = yardsticks.get(row.name)
        ratio = f"{row.rate / yardstick.rate:6.2f}" if yardstick else f"{'':6}"
        peaks = f"{row.peaks[0]:8.0f} {row.peaks[1]:9.0f}" if any(row.peaks) else ""
        lines.append(f"{row.name:24} {row.mib:6} {row.seconds:7.1f} {row.rate:7.1f} {ratio} {peaks}".rstrip())
    return "\n".join([*lines, note, "sender, receiver: peak memory in MiB; of a command all of it, of a page its heap"])
