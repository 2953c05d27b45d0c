"""A command at a terminal: what it shows is read as it comes, and keys are pressed."""

import os
import pty
import select
import subprocess
import sys
from pathlib import Path
from time import monotonic

from tests.support.commands import PATIENCE_S, ROOT, environment


class Terminal:
    """`pypeer ARGUMENTS` in a session of its own, so that Ctrl-C is the terminal's."""

    def __init__(self, home: Path, server: str, *arguments: str) -> None:
        self._master, slave = pty.openpty()
        self.shown = ""
        command = [sys.executable, "-c", _START, *arguments, "--server", server]
        env = {**environment(home), "TERM": "xterm"}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)

    def until(self, text: str) -> str:
        """Everything shown up to this text."""
        end = monotonic() + PATIENCE_S
        while text not in self.shown:
            assert monotonic() < end, f"{text!r} is not shown: {self.shown!r}"
            assert self._read(), f"it ended without {text!r}: {self.shown!r}"
        return self.shown

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._master, keys.encode())

    def end(self) -> int:
        """Read to the end; the exit status."""
        end = monotonic() + PATIENCE_S
        while self._read():
            assert monotonic() < end, f"it does not end: {self.shown!r}"
        return self.process.wait(PATIENCE_S)

    def discard(self) -> None:
        """End it if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)

    def _read(self) -> bool:
        """Read what there is within a second; false at the end."""
        if not select.select((self._master,), (), (), 1)[0]:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:  # as Linux tells that the other end is closed
            return False
        self.shown += data.decode(errors="replace")
        return bool(data)


_START = """
import fcntl, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from pypeer.__main__ import main
main()
"""
"""The terminal becomes that of the session, and sends it signals for keys."""
