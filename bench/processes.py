"""Child processes whose time and peak memory are measured by the operating system."""

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

ROOT: Final = Path(__file__).resolve().parent.parent
MIB: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Used:
    """What a finished process used: seconds of processor, and peak resident memory in MiB."""

    cpu_s: float
    peak_mib: float


def start(
    *command: str,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    by: tuple[str, ...] = (sys.executable,),
    errors: IO[str] | None = None,
) -> subprocess.Popen[str]:
    """Start `python COMMAND`, or what `by` begins, with pipes for standard input and output."""
    return subprocess.Popen(
        [*by, *command],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        cwd=cwd or ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
    )


def finish(process: subprocess.Popen[str], stop: bool = False) -> Used:
    """Wait for the end (after asking for it, if `stop`) and tell what was used."""
    if stop:
        process.terminate()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return Used(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def pipe(stream: IO[str] | None) -> IO[str]:
    """The pipe that `start` made."""
    assert stream is not None
    return stream


def make_file(path: Path, size: int) -> Path:
    """A file of that many bytes that do not compress."""
    block = os.urandom(MIB)
    with path.open("wb") as file:
        for start_at in range(0, size, MIB):
            file.write(block[: min(MIB, size - start_at)])
    return path


def now() -> float:
    """Seconds of a steady clock."""
    return time.perf_counter()


def free_port() -> int:
    """A port that nobody uses right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
