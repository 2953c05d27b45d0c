"""Entering a laboratory: the command is run again as the first process of new namespaces.

Mounts, networks and process numbers are private. When that first process ends, or the one that started it is killed,
the kernel ends every process inside and, with them, every namespace, interface and rule.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.nat.plan import SERVER_NAME, SERVER_V4, SERVER_V6

INSIDE: Final = "BYWAY_LABORATORY"
"""Set in the environment of everything that runs inside."""

TOOLS: Final = ("ip", "nft", "unshare", "nsenter", "tc", "mount")

ROOT: Final = Path(__file__).resolve().parents[2]

FOLDER: Final = Path("/run/laboratory")
"""Files of the laboratory: in memory, seen by nobody else, gone at its end."""

UNSHARE: Final = (
    "unshare",
    "--mount",
    "--net",
    "--pid",
    "--fork",
    "--kill-child=KILL",
    "--mount-proc",
    "--propagation",
    "private",
)


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
    return [*UNSHARE, sys.executable, "-m", "tests.nat.enter", *arguments]


def is_inside() -> bool:
    """Whether this process is in a laboratory."""
    return INSIDE in os.environ


def enter(*arguments: str) -> None:
    """Replace this process by `python ARGUMENTS` in a laboratory."""
    line = command(*arguments)
    os.execvpe(line[0], line, {**os.environ, "PYTHONPATH": str(ROOT)})


def prepare() -> None:
    """Make /run private, so that names of namespaces are, and the server known by name."""
    subprocess.run(["mount", "-t", "tmpfs", "laboratory", "/run"], check=True)
    Path("/run/netns").mkdir()
    FOLDER.mkdir()
    hosts = FOLDER / "hosts"
    hosts.write_text(
        f"127.0.0.1 localhost\n::1 localhost\n{SERVER_V4[0]} {SERVER_NAME}\n{SERVER_V6[0]} {SERVER_NAME}\n"
    )
    subprocess.run(["mount", "--bind", str(hosts), "/etc/hosts"], check=True)


if __name__ == "__main__":
    prepare()
    os.environ[INSIDE] = "1"
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
