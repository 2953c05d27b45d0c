"""Driving the programs at the clients: lines in, events out (peer.py, plain.py, page.py)."""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import IO, Any, Final

from tests.nat import netns
from tests.nat.enter import FOLDER, ROOT
from tests.nat.places import Client
from tests.nat.server import AUTHORITY
from tests.support.forked import Forked

Event = dict[str, Any]

START_S: Final = 60.0
"""How long a program may take to start on a busy machine."""

STOP_S: Final = 30.0
"""How long ending what it does may take before the program is replaced."""

LINE_BYTES: Final = 2**22
"""Longest event."""


class DriverError(Exception):
    """The program ended or does not answer."""


class Driver:
    """One program at one client: a file of this package, run with the packages of `tree`."""

    def __init__(self, client: Client, program: str = "peer", tree: Path = ROOT) -> None:
        self.client = client
        self.events: list[Event] = []
        self.folder = Path(tempfile.mkdtemp(prefix=f"{client.netns}-", dir=FOLDER))
        self.program = program
        self._tree = tree
        self._process: Forked | subprocess.Popen[bytes] | None = None
        self._stdin: IO[bytes] | None = None
        self._news = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start it, and wait until it has signed in."""
        (stdin, told), (said, stdout) = os.pipe(), os.pipe()
        with (self.folder / "log").open("ab") as log:
            self._process = self._run(stdin, stdout, log.fileno())
        os.close(stdin)
        os.close(stdout)
        self._stdin = os.fdopen(told, "wb", buffering=0)
        self._reading = asyncio.create_task(self._read(os.fdopen(said, "rb")))
        await self.until("signed-in", START_S)

    def _run(self, stdin: int, stdout: int, log: int) -> Forked | subprocess.Popen[bytes]:
        where, env = self.client.netns, self._environment()
        if self._tree == ROOT:
            return netns.forked(where, f"tests.nat.{self.program}", [self.client.url], env, (stdin, stdout, log))
        python = (sys.executable, "-P", str(Path(__file__).with_name(f"{self.program}.py")))
        command = netns.command_in(where, *python, self.client.url)
        return subprocess.Popen(command, cwd=self._tree, env=env, stdin=stdin, stdout=stdout, stderr=log)

    def tell(self, **command: object) -> None:
        """Give a command."""
        if self._stdin is None:
            raise DriverError("not started")
        self._stdin.write(json.dumps(command).encode() + b"\n")

    async def until(self, kind: str, within: float, since: int = 0) -> Event:
        """The first event of a kind, counting from the `since`th; raises TimeoutError and DriverError."""
        return await self.when(lambda event: event["event"] == kind, within, since)

    async def when(self, wanted: Callable[[Event], bool], within: float, since: int = 0) -> Event:
        """The first event that is wanted."""
        async with asyncio.timeout(within):
            while True:
                for event in self.events[since:]:
                    if wanted(event):
                        return event
                if self._reading is None or self._reading.done():
                    raise DriverError(f"{self.client.netns}: the program ended: {self.log()[-2000:]}")
                self._news.clear()
                await self._news.wait()

    async def reset(self) -> None:
        """End all it does and forget its events."""
        since = len(self.events)
        self.tell(do="stop")
        await self.until("stopped", STOP_S, since)
        self.events.clear()

    async def stop(self) -> None:
        """End it."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        if self._stdin is not None:
            self._stdin.close()
        if self._reading is not None:
            await self._reading

    def log(self) -> str:
        """What it wrote to standard error."""
        return (self.folder / "log").read_text(errors="replace")

    async def _read(self, stdout: IO[bytes]) -> None:
        reader = asyncio.StreamReader(LINE_BYTES)
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), stdout
        )
        with contextlib.closing(transport):
            async for line in reader:
                with contextlib.suppress(json.JSONDecodeError):
                    self.events.append({"heard": monotonic(), **json.loads(line)})
                self._news.set()
        self._news.set()

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("BYWAY_", "COV_"))}
        home = {
            "PYTHONPATH": f"{self._tree}:{ROOT}",
            "BYWAY_HOME": str(self.folder / "home"),
            "SSL_CERT_FILE": str(AUTHORITY),
        }
        return {**kept, **home, **self.client.proxies}
