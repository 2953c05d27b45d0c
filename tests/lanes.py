"""Run all tests, in several lanes side by side: `python -m tests.lanes [options of pytest]`.

Each folder of tests has a lane, and a lane that is done helps the others; much of what laboratories, commands and
browsers do is to wait, so there are more lanes than cores. Each job has a network namespace of its own, so none sees
another's ports. With the name of a file or a folder among the options only that is run, in one lane. With `--cov`, what
the unit tests cover is put together.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Final

from tests.rota import Done, Job, Rota, closing, deal

TOGETHER: Final = {"nat": 3, "browser": 3, "integration": 4, "unit": 40}
"""How many files of a folder are one job: as many as take a few minutes, for each job starts Python and loads all that
commands need (`tests/support/forked.py`); and so few that all lanes end at about one time. A laboratory is made for
each test, and a browser for each file, in any case."""

LONGEST: Final = (
    "tests/browser/test_accessibility.py",
    "tests/browser/test_pairs.py",
    "tests/browser/test_firefox.py",
    "tests/browser/test_recovery.py",
    "tests/browser/test_restart.py",
    "tests/nat/test_pairs.py",
    "tests/nat/test_doctor.py",
    "tests/integration/test_outages.py",
    "tests/integration/test_killed_commands.py",
    "tests/integration/test_inbox.py",
)
"""What takes longer than its size tells, in each folder the longest first, as measured: scans of each scene, large
files, browsers, and what becomes of a connection when it is cut."""

TRACED: Final = "unit"
"""Jobs that are asked what they cover: modules without I/O are held to it by their unit tests. What is traced takes
longer."""

LINE_BYTES: Final = 2**24
"""Longest line of output: what a test that failed compared may be one."""


def main(options: Sequence[str]) -> int:
    """Run what the options ask for; the exit status of pytest."""
    if any(Path(option.partition("::")[0]).exists() for option in options):
        return subprocess.run(command(options, ()), env=environment()).returncode
    rota = Rota({lane: deal(lane, files(lane), together) for lane, together in TOGETHER.items()})
    for stale in covered():
        stale.unlink()
    asyncio.run(run(rota, options))
    if found := covered():
        subprocess.run([sys.executable, "-m", "coverage", "combine", "--quiet", *map(str, found)], check=True)
    print("\n".join(closing(rota.done)), flush=True)
    return rota.code


def files(lane: str) -> dict[str, int]:
    """The test files of a folder with how long they take, in bytes: their sizes, and more for the longest."""
    sizes = {str(path): path.stat().st_size for path in Path("tests", lane).rglob("test_*.py")}
    return sizes | {path: 2**30 - place for place, path in enumerate(LONGEST) if path in sizes}


def command(options: Sequence[str], paths: Sequence[str]) -> list[str]:
    """The command line of one pytest."""
    return [sys.executable, "-u", "-m", "tests.isolated", "-m", "pytest", *options, *paths]


def environment() -> dict[str, str]:
    """Where byte code is kept: without it, each of the hundreds of commands that tests start compiles all it loads."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


async def run(rota: Rota, options: Sequence[str]) -> None:
    """Run all jobs."""
    async with asyncio.TaskGroup() as group:
        for lane in rota.lanes:
            group.create_task(work(lane, rota, options))


async def work(lane: str, rota: Rota, options: Sequence[str]) -> None:
    """Take one job after the other, until all are taken."""
    while (job := rota.take(lane)) is not None:
        rota.done.append(await carry_out(job, options))


async def carry_out(job: Job, options: Sequence[str]) -> Done:
    """Run one job, and print its lines as they come, each under its name."""
    began = monotonic()
    wanted = [each for each in options if job.name.startswith(TRACED) or not each.startswith("--cov")]
    wanted += ["--no-header", "-o", f"cache_dir=.pytest_cache/{job.name}"]
    process = await asyncio.create_subprocess_exec(
        *command(wanted, job.paths),
        env={**environment(), "COVERAGE_FILE": str(Path(f".coverage-{job.name}").absolute())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        limit=LINE_BYTES,
    )
    assert process.stdout is not None
    lines = []
    async for line in process.stdout:
        lines.append(line.decode(errors="replace"))
        print(f"{job.name:>14} | {lines[-1]}", end="", flush=True)
    return Done(job, await process.wait(), lines, monotonic() - began)


def covered() -> list[Path]:
    """What jobs have written about what they covered; not a name under which pytest-cov looks for data of its own."""
    return sorted(Path().glob(".coverage-*"))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
