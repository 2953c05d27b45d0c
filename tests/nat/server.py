"""The signaling server in its namespace, with TLS on port 443 before it."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.nat import netns
from tests.nat.building import SERVER
from tests.nat.enter import FOLDER, ROOT
from tests.nat.plan import HTTP_PORT, STUN_PORT

READY_S: Final = 15.0
"""A server that has not answered by then will not."""

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


@contextlib.contextmanager
def serving(*options: str) -> Iterator[Path]:
    """A server while the block lasts; gives its log."""
    log, front = FOLDER / "server.log", FOLDER / "front.log"
    line = ["--host=*", f"--port={HTTP_PORT}", f"--turn-port={STUN_PORT}", *UNLIMITED, *options]
    with _running("signaling", *line, log=log), _running("tests.nat.front", log=front):
        _wait(log, front)
        yield log


@contextlib.contextmanager
def _running(module: str, *options: str, log: Path) -> Iterator[None]:
    command = netns.command_in(SERVER, sys.executable, "-m", module, *options)
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _wait(log: Path, front: Path) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        if "Byway is ready" in log.read_text() and AUTHORITY.exists():
            return
        time.sleep(0.05)
    raise netns.LabError(f"the server is not ready: {log.read_text()}{front.read_text()}")
