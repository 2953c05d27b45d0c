"""A Firefox that is driven by its own remote protocol, Marionette.

WebDriver BiDi watches the network, and what it sees stays in memory: what a download takes cannot be measured under it.
"""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Final

from tests.support.commands import PATIENCE_S, free_port

Value = str | int | bool


class Marionette:
    """One session: `length:[0, number, command, parameters]` is answered by `length:[1, number, error, result]`."""

    def __init__(self, port: int) -> None:
        self._socket = _connect(port)
        self._number = 0
        self._receive()
        self.ask("WebDriver:NewSession")

    def ask(self, command: str, **parameters: Any) -> Any:
        """Give a command, and wait for its result."""
        self._number += 1
        message = json.dumps([0, self._number, command, parameters]).encode()
        self._socket.sendall(b"%d:%s" % (len(message), message))
        _, _, error, result = self._receive()
        assert error is None, error
        return result

    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of a function in the page, and give what it returns."""
        return self.ask("WebDriver:ExecuteScript", script=script, args=list(arguments))["value"]

    def until(self, script: str, *arguments: object, within: float = PATIENCE_S) -> None:
        """Wait until it returns something that is true."""
        end = monotonic() + within
        while not self.run(script, *arguments):
            assert monotonic() < end, f"not in time: {script}"
            sleep(0.2)

    def choose(self, selector: str, file: Path) -> None:
        """Choose a file in a field for files, which people may not see."""
        self.until("return document.querySelector(arguments[0]) !== null", selector)
        found = self.ask("WebDriver:FindElement", using="css selector", value=selector)["value"]
        self.ask("WebDriver:ElementSendKeys", id=next(iter(found.values())), text=str(file))

    def close(self) -> None:
        """Leave it alone."""
        self._socket.close()

    def _receive(self) -> Any:
        length = b""
        while (byte := self._read(1)) != b":":
            length += byte
        return json.loads(self._read(int(length)))

    def _read(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            part = self._socket.recv(count - len(data))
            assert part, "Firefox has gone"
            data += part
        return data


def _connect(port: int) -> socket.socket:
    end = monotonic() + PATIENCE_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        except OSError:
            assert monotonic() < end, "Firefox does not start"
            sleep(0.2)


PREFERENCES: Final[dict[str, Value]] = {
    "browser.download.folderList": 2,
    "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream",
    "media.peerconnection.ice.loopback": True,
}
"""Downloads go to `browser.download.dir` without a question; loopback is the only interface there may be."""


@contextmanager
def firefox(program: str, profile: Path, downloads: Path) -> Iterator[Marionette]:
    """A Firefox with a new profile while the block lasts."""
    port = free_port()
    profile.mkdir()
    downloads.mkdir()
    chosen: dict[str, Value] = {**PREFERENCES, "browser.download.dir": str(downloads), "marionette.port": port}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in chosen.items()]
    (profile / "user.js").write_text("".join(lines))
    command = [program, "--headless", "--no-remote", "--marionette", "--profile", str(profile)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        session = Marionette(port)
        try:
            yield session
        finally:
            session.close()
            process.terminate()
            process.wait(PATIENCE_S)
