"""Run Python in a network namespace of its own: `python -m tests.isolated -m pytest`.

There is loopback and one interface that leads nowhere, so peers gather candidates as on a real machine and nothing
reaches any network. Without the right to make namespaces the command runs as it is.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from typing import Final

CLONE_NEWNET: Final = 0x40000000
"""From linux/sched.h."""

INTERFACE: Final = "lan0"
"""One end of a veth pair whose other end nobody uses."""

ADDRESSES: Final = ("10.111.0.1/24", "fd11:1::1/64")
"""Private addresses, so that the path between two peers counts as being in the same network."""


def isolate() -> bool:
    """Move this process into a new network namespace; false where that is not possible."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("ip") is None:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        return False
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", INTERFACE, "type", "veth", "peer", "name", "nowhere")
    run("ip", "link", "set", "nowhere", "up")
    for address in ADDRESSES:
        run("ip", "addr", "add", address, "dev", INTERFACE, *(("nodad",) if ":" in address else ()))
    run("ip", "link", "set", INTERFACE, "up")
    run("ip", "route", "add", "default", "dev", INTERFACE)
    return True


def run(*command: str) -> None:
    """Run a command that must work."""
    subprocess.run(command, check=True)


if __name__ == "__main__":
    # A shell that runs this in the background has SIGINT ignored, and the commands under test would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if isolate():
        os.environ["BYWAY_TESTS_ISOLATED"] = "1"
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
