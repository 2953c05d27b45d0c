"""The signaling server in its namespace, with TLS on port 443 before it."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tests.nat import netns
from tests.nat.enter import FOLDER, ROOT
from tests.nat.places import SERVER
from tests.nat.plan import HTTP_PORT, STUN_PORT
from tests.support.forked import Forked

READY_S: Final = 60.0
"""A server that has not answered by then will not, on a busy machine either."""

UNLIMITED: Final = (
    "--connection-rate=1000000",
    "--connections-per-address=10000",
    "--knock-rate=1000000",
    "--open-rate=1000000",
    "--request-rate=1000",
)
"""Rates that keep strangers from guessing would slow down a matrix of hundreds of pairs from few addresses."""

AUTHORITY: Final = FOLDER / "authority.pem"
"""Certificate of the laboratory's own authority: clients are told to trust it (SSL_CERT_FILE)."""

Process = Forked | subprocess.Popen[bytes]


@contextlib.contextmanager
def serving(*options: str, tree: Path = ROOT) -> Iterator[Path]:
    """A server of this or another source tree while the block lasts; gives its log."""
    line = ("signaling", "--host=*", f"--port={HTTP_PORT}", f"--turn-port={STUN_PORT}", *UNLIMITED, *options)
    with _running(*line, tree=tree) as server, _running("tests.nat.front") as front:
        _wait(server, lambda: "Byway is ready" in _log("signaling").read_text())
        _wait(front, AUTHORITY.exists)
        yield _log("signaling")


@contextlib.contextmanager
def _running(module: str, *options: str, tree: Path = ROOT) -> Iterator[Process]:
    env = {**os.environ, "PYTHONPATH": str(tree)}
    process: Process
    with _log(module).open("ab") as log, open(os.devnull, "rb") as nothing:
        if tree == ROOT:
            streams = (nothing.fileno(), log.fileno(), log.fileno())
            process = netns.forked(SERVER, module, options, env, streams)
        else:
            command = netns.command_in(SERVER, sys.executable, "-m", module, *options)
            process = subprocess.Popen(command, cwd=tree, env=env, stdin=nothing, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _log(module: str) -> Path:
    return FOLDER / f"{module}.log"


def _wait(process: Process, ready: Callable[[], bool]) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and process.poll() is None:
        if ready():
            return
        time.sleep(0.05)
    logs = "\n".join(each.read_text() for each in FOLDER.glob("*.log"))
    raise netns.LabError(f"the server is not ready: {logs}")
