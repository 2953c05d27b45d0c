"""Driving the process that carries packets of shaped lines (cable.py)."""

import dataclasses
import json
import subprocess
import sys
from typing import IO, Final

from tests.nat import netns
from tests.nat.enter import ROOT
from tests.nat.shaper import Shape

QUEUE_PACKETS: Final = 20_000
"""Queue of a device while its process is busy elsewhere: drops belong to the shape and to tbf, not here."""


class Cables:
    """The process, from the first line on."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.nat.cable"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def lay(self, pop: str, edge: str) -> None:
        """Make a line: `site` in one namespace, `wan` in the other."""
        self._ask("lay", pop, edge)
        for name, device in ((pop, "site"), (edge, "wan")):
            netns.ip([f"link set {device} txqueuelen {QUEUE_PACKETS}"], name)

    def shape(self, pop: str, shape: Shape) -> None:
        """Change a line."""
        self._ask("shape", pop, dataclasses.asdict(shape))

    def close(self) -> None:
        """End the process; the devices go with it."""
        _pipe(self._process.stdin).close()
        self._process.wait()
        _pipe(self._process.stdout).close()

    def _ask(self, *command: object) -> None:
        stdin, stdout = _pipe(self._process.stdin), _pipe(self._process.stdout)
        stdin.write(json.dumps(command) + "\n")
        stdin.flush()
        if stdout.readline() != "ok\n":
            raise netns.LabError(f"the cable process ended at {command}")


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
