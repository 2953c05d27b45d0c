"""Each test of this folder runs in a laboratory of its own: in a fork of this process, first of new namespaces."""

import os
import pickle
import select
import signal
import sys
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

import pytest
from _pytest.runner import runtestprotocol

from tests.nat import enter
from tests.support.forked import loaded

HERE: Final = Path(__file__).parent

LONGEST_S: Final = 280
"""No test may take longer, in CI all of them have five minutes; a laboratory that hangs must not stop the run."""

READ_BYTES: Final = 2**16
"""What a pipe holds."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """Run the test inside, from set-up to teardown, and report what came of it."""
    if HERE not in item.path.parents or enter.is_inside():
        return None
    if (why := enter.obstacle()) is not None:
        item.add_marker(pytest.mark.skip(reason=f"no laboratory: {why}"))
        return None
    loaded()
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in _run_inside(item):
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def _run_inside(item: pytest.Item) -> list[pytest.TestReport]:
    """A second pytest would take three seconds to start, which is longer than most laboratories take to build."""
    sys.stdout.flush()
    sys.stderr.flush()
    reading, writing = os.pipe()
    watcher = os.fork()
    if watcher == 0:
        os._exit(enter.watch(partial(_attempt, item, writing)))
    os.close(writing)
    try:
        told = _read(reading)
    finally:
        os.close(reading)
        os.kill(watcher, signal.SIGKILL)  # with it all that is inside ends
        os.waitpid(watcher, 0)
    if not told:
        lost = f"the laboratory broke off, or took longer than {LONGEST_S} s"
        return [pytest.TestReport(item.nodeid, item.location, {}, "failed", lost, "call")]
    hook = item.config.hook
    return [hook.pytest_report_from_serializable(config=item.config, data=each) for each in pickle.loads(told)]


def _attempt(item: pytest.Item, writing: int) -> int:
    """The test itself; the pipe ends with all that it has to say."""
    hook = item.config.hook
    reports = runtestprotocol(item, log=False)
    told = [hook.pytest_report_to_serializable(config=item.config, report=report) for report in reports]
    with os.fdopen(writing, "wb") as pipe:
        pickle.dump(told, pipe)
    return 0


def _read(pipe: int) -> bytes:
    """All that comes; nothing if it does not end in time."""
    told, end = b"", monotonic() + LONGEST_S
    while select.select([pipe], [], [], max(0.0, end - monotonic()))[0]:
        if not (part := os.read(pipe, READ_BYTES)):
            return told
        told += part
    return b""
