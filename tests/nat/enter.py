"""Entering a laboratory: the command is run again as the first process of new namespaces.

Mounts, networks and process numbers are private. When that first process ends, or the one that started it is killed,
the kernel ends every process inside and, with them, every namespace, interface and rule.
"""

import ctypes
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.nat.names import RESOLVER
from tests.nat.plan import SERVER_NAME, SERVER_V4, SERVER_V6

INSIDE: Final = "BYWAY_LABORATORY"
"""Set in the environment of everything that runs inside."""

TOOLS: Final = ("ip", "nft", "nsenter", "tc", "mount")

ROOT: Final = Path(__file__).resolve().parents[2]

FOLDER: Final = Path("/run/laboratory")
"""Files of the laboratory: in memory, seen by nobody else, gone at its end."""

NAMESPACES: Final = 0x00020000 | 0x20000000 | 0x40000000
"""CLONE_NEWNS, CLONE_NEWPID and CLONE_NEWNET, from linux/sched.h."""

GRACE_S: Final = 2
"""How long what is inside has to end by itself after SIGINT: it may not have got it, or may not obey."""

PR_SET_PDEATHSIG: Final = 1
"""From linux/prctl.h."""


def obstacle() -> str | None:
    """Why there can be no laboratory on this machine; None if there can."""
    if sys.platform != "linux":
        return "network namespaces are a thing of Linux"
    if os.geteuid() != 0:
        return "making network namespaces takes root"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"not installed: {', '.join(missing)} (python -m tests.debian)" if missing else None


def command(*arguments: str) -> list[str]:
    """The command line that runs `python ARGUMENTS` in a laboratory of its own."""
    return [sys.executable, "-m", "tests.nat.enter", *arguments]


def is_inside() -> bool:
    """Whether this process is in a laboratory."""
    return INSIDE in os.environ


def enter(*arguments: str) -> None:
    """Replace this process by `python ARGUMENTS` in a laboratory."""
    line = command(*arguments)
    os.execvpe(line[0], line, {**os.environ, "PYTHONPATH": str(ROOT)})


def watch(act: Callable[[], int]) -> int:
    """Do something in the first process of new namespaces; gives its status, or minus the signal that ended all of it.

    The command `unshare` does as much, but ignores SIGTERM, and so does a first process.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(NAMESPACES) != 0:
        raise OSError(ctypes.get_errno(), "cannot make namespaces")
    inner = os.fork()
    if inner == 0:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        prepare()
        os.environ[INSIDE] = "1"
        os._exit(act())
    caught = end_on_signals(inner)
    status = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
    return -caught[0] if caught and status == -signal.SIGKILL else status


def end_on_signals(inner: int) -> list[int]:
    """From now on a signal ends that process; gives those that will have been caught.

    The keyboard's SIGINT goes to all, and the first process obeys it; at a second one it is not waited for.
    """
    caught: list[int] = []

    def end(number: int, _frame: object) -> None:
        caught.append(number)
        if number == signal.SIGINT and not signal.alarm(GRACE_S):
            return
        os.kill(inner, signal.SIGKILL)

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, end)
    return caught


def prepare() -> None:
    """Make /proc and /run private, so that names of namespaces are, and the server known by name."""
    mount("--make-rprivate", "/")
    mount("-t", "proc", "proc", "/proc")
    mount("-t", "tmpfs", "laboratory", "/run")
    Path("/run/netns").mkdir()
    FOLDER.mkdir()
    hosts = FOLDER / "hosts"
    hosts.write_text(
        f"127.0.0.1 localhost\n::1 localhost\n{SERVER_V4[0]} {SERVER_NAME}\n{SERVER_V6[0]} {SERVER_NAME}\n"
    )
    mount("--bind", str(hosts), "/etc/hosts")
    resolver = FOLDER / "resolv.conf"
    resolver.write_text(f"nameserver {RESOLVER}\n")
    mount("--bind", str(resolver), "/etc/resolv.conf")


def mount(*arguments: str) -> None:
    """Mount something that must be mounted."""
    subprocess.run(["mount", *arguments], check=True)


if __name__ == "__main__":
    status = watch(lambda: os.execv(sys.executable, [sys.executable, *sys.argv[1:]]))
    sys.exit(128 - status if status < 0 else status)
