"""Run all tests, in two lanes side by side: `python -m tests.lanes [options of pytest]`.

One lane drives browsers, and has the unit tests; the other has what runs commands and laboratories, much of which waits
for timers. Each has a network namespace of its own, so neither sees the other's ports. With the name of a file or a
folder among the options only that is run, in one lane. With `--cov`, what both lanes covered is put together.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Final

import pytest

LANES: Final[Mapping[str, Sequence[str]]] = {
    "browser": ("tests/browser", "tests/unit"),
    "rest": ("tests/integration", "tests/nat"),
}
"""About as long as each other, so that two cores are busy to the end; the unit tests go where there is room."""

NOTHING: Final = pytest.ExitCode.NO_TESTS_COLLECTED
"""A lane in which no test is asked for (`-k`) does not fail the run, if another has some."""


def main(options: Sequence[str]) -> int:
    """Run what the options ask for; the exit status of pytest."""
    if any(Path(option.partition("::")[0]).exists() for option in options):
        return start("", (), options).wait()
    runs = {name: start(name, paths, options) for name, paths in LANES.items()}
    echoes = [threading.Thread(target=echo, args=(name, run.stdout)) for name, run in runs.items()]
    for each in echoes:
        each.start()
    for each in echoes:
        each.join()
    codes = {name: run.wait() for name, run in runs.items()}
    print("; ".join(f"{name}: {_verdict(code)}" for name, code in codes.items()), flush=True)
    if _covers(options):
        combine()
    return next((code for code in codes.values() if code not in (0, NOTHING)), min(codes.values()))


def start(name: str, paths: Sequence[str], options: Sequence[str]) -> subprocess.Popen[str]:
    """Start pytest for one lane, or for all that the options name if it has no name."""
    command = [sys.executable, "-u", "-m", "tests.isolated", "-m", "pytest", *options, *paths]
    if not name:
        return subprocess.Popen(command, text=True)
    environment = {**os.environ, "COVERAGE_FILE": str(_coverage(name))}
    command += ["-o", f"cache_dir=.pytest_cache/{name}"]
    return subprocess.Popen(command, text=True, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def echo(name: str, lines: IO[str] | None) -> None:
    """Print the lines of a lane as they come, each under its name."""
    for line in lines or ():
        print(f"{name:>7} | {line}", end="", flush=True)


def combine() -> None:
    """Put together what each lane covered, as `coverage report` reads it."""
    files = [str(file) for name in LANES if (file := _coverage(name)).exists()]
    subprocess.run([sys.executable, "-m", "coverage", "combine", "--quiet", *files], check=True)


def _covers(options: Sequence[str]) -> bool:
    return any(option == "--cov" or option.startswith("--cov=") for option in options)


def _coverage(name: str) -> Path:
    """Not a name under which pytest-cov would look for data of its own."""
    return Path(f".coverage-{name}").absolute()


def _verdict(code: int) -> str:
    return {0: "passed", NOTHING: "no tests"}.get(code, f"FAILED ({code})")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
