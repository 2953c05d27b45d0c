"""How much memory the processes of a browser take, beside what is in files."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import psutil

MIB: Final = 1024 * 1024

SAMPLE_S: Final = 0.1
"""A page takes tens of MiB a second at most: nothing large comes and goes in between."""


def taken(name: str) -> float:
    """MiB of all processes below this one whose program has this name.

    That is `RssAnon` (proc(5)), which the kernel keeps count of. What a fork shares with its parent counts twice; to
    have its part instead (`Pss_Anon`) the kernel walks all pages, which at each sample took more than the transfer.
    """
    total = 0
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error, OSError):
            if name in process.exe():
                total += _anonymous(process.pid)
    return total / MIB


def _anonymous(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


@contextmanager
def growth(name: str) -> Iterator[Callable[[], float]]:
    """By how many MiB those processes have grown at most since the block began, so far."""
    before, most = taken(name), 0.0
    over = threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(SAMPLE_S):
            most = max(most, taken(name) - before)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield lambda: most
    finally:
        over.set()
        watching.join()
