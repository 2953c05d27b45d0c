"""What the threads of a program and of all its children have used of the processor, by name (Linux, /proc)."""

import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import psutil

TICKS: Final = os.sysconf("SC_CLK_TCK")
"""Units of the times in /proc/PID/stat, a second."""

Used = dict[str, float]
"""Seconds of processor, by `role/thread`."""


def used(root: psutil.Process, roles: Mapping[int, str]) -> Used:
    """Seconds up to now of this process and all below it; `roles` names processes, others are `other`."""
    total: Used = defaultdict(float)
    for process in [root, *root.children(recursive=True)]:
        role = roles.get(process.pid, "other")
        for task in Path(f"/proc/{process.pid}/task").glob("*/stat"):
            try:
                total[f"{role}/{_thread(task)}"] += _seconds(task)
            except OSError:
                continue  # it has ended
    return total


def _thread(stat: Path) -> str:
    return stat.with_name("comm").read_text().strip()


def _seconds(stat: Path) -> float:
    """User and system time (proc_pid_stat(5), fields 14 and 15); the name before them may hold anything."""
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
