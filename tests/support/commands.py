"""Real processes: a server, and pypeer commands whose events are read as they come."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO, Any, Final

from tests.support.forked import ROOT as ROOT
from tests.support.forked import Forked

PATIENCE_S: Final = 60.0
"""How long anything may take on a busy machine before a test gives up."""


def environment(home: Path) -> dict[str, str]:
    """Environment of a child: the tree under test, and an identity of its own."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BYWAY_", "COV_"))}
    if "BYWAY_INTERFACES" in os.environ:
        kept["BYWAY_INTERFACES"] = os.environ["BYWAY_INTERFACES"]
    return {**kept, "PYTHONPATH": str(ROOT), "BYWAY_HOME": str(home), "PYTHONWARNINGS": "error", "NO_COLOR": "1"}


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launch(
    module: str, arguments: Sequence[str], env: Mapping[str, str], streams: Sequence[int] = (), cwd: Path = ROOT
) -> Forked | subprocess.Popen[str]:
    """Start `python -m MODULE ARGUMENTS`: by a fork, where systems can do that (Linux), and of the tree under test."""
    if sys.platform == "linux" and env["PYTHONPATH"] == str(ROOT):
        return Forked(module, arguments, env, streams, cwd)
    stdin, out, errors = streams or (subprocess.DEVNULL, subprocess.PIPE, subprocess.PIPE)
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.Popen(command, cwd=cwd, env=env, stdin=stdin, stdout=out, stderr=errors, text=True)


class Server:
    """A real `signaling` process on loopback, of the tree under test or of another."""

    def __init__(self, home: Path, *options: str, port: int | None = None, tree: Path = ROOT) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = home / "server.log"
        home.mkdir(parents=True, exist_ok=True)
        arguments = ["--host", "127.0.0.1", "--port", str(self.port), *options]
        variables = environment(home) | {"PYTHONPATH": str(tree)}
        with self.log.open("ab") as log, open(os.devnull, "rb") as nothing:
            streams = (nothing.fileno(), log.fileno(), log.fileno())
            self.process = launch("signaling", arguments, variables, streams, tree)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        end = monotonic() + PATIENCE_S
        while monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: {self.log.read_text()}")
            try:
                with urllib.request.urlopen(f"{self.url}readyz", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                sleep(0.05)
        raise RuntimeError(f"the server is not ready: {self.log.read_text()}")

    def until_metric(self, name: str, value: float) -> None:
        """Wait until a metric has this value."""
        end = monotonic() + PATIENCE_S
        while f"{name} {float(value)}" not in self.metrics():
            if monotonic() > end:
                raise AssertionError(f"{name} is not {value}: {self.metrics()}")
            sleep(0.1)

    def metrics(self) -> str:
        """What /metrics says."""
        with urllib.request.urlopen(f"{self.url}metrics", timeout=10) as answer:
            return str(answer.read(), "utf-8")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(how)
        return self.process.wait(PATIENCE_S)


@contextmanager
def running_server(home: Path, *options: str) -> Iterator[Server]:
    """A server while the block lasts."""
    server = Server(home, *options)
    try:
        yield server
    finally:
        server.stop()


class Command:
    """A real `pypeer` process with --json."""

    def __init__(self, home: Path, server: str, *arguments: str, json_events: bool = True) -> None:
        options = ["--json"] if json_events else []
        self.process = launch("pypeer", [*arguments, "--server", server, *options], environment(home))
        self.events: list[dict[str, Any]] = []

    def until(self, kind: str) -> dict[str, Any]:
        """Read events up to the first of this kind."""
        for line in _stream(self.process.stdout):
            event: dict[str, Any] = json.loads(line)
            self.events.append(event)
            if event["event"] == kind:
                return event
        raise AssertionError(f"no {kind!r} among {self.events}; {_stream(self.process.stderr).read()}")

    def end(self) -> int:
        """Read all events to the end and return the exit status."""
        out, self.errors = self.process.communicate(timeout=10 * PATIENCE_S)
        self.events += [json.loads(line) for line in out.splitlines()]
        return self.process.wait()

    def interrupt(self, how: signal.Signals = signal.SIGINT) -> int:
        """Press Ctrl-C."""
        self.process.send_signal(how)
        return self.end()

    def one(self, kind: str) -> dict[str, Any]:
        """The only event of this kind."""
        [event] = [event for event in self.events if event["event"] == kind]
        return event

    def kinds(self) -> set[str]:
        """Kinds of events so far."""
        return {event["event"] for event in self.events}

    def discard(self) -> None:
        """End it if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()


def finished(home: Path, *arguments: str, cwd: Path = ROOT, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `pypeer ARGUMENTS` to its end, with these variables in its environment."""
    process = launch("pypeer", arguments, environment(home) | variables, cwd=cwd)
    try:
        out, errors = process.communicate(timeout=PATIENCE_S)
    finally:
        process.kill()
    return subprocess.CompletedProcess(list(arguments), process.wait(), out, errors)


def _stream(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
