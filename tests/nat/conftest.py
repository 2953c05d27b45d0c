"""Each test of this folder runs in a laboratory of its own: in a second pytest, first process of new namespaces."""

import os
import subprocess
from textwrap import indent
from typing import Final

import pytest

from tests.nat import enter
from tests.rota import named

LONGEST_S: Final = 280
"""No test may take longer, in CI all of them have five minutes; a laboratory that hangs must not stop the run."""


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run the test inside, and let its output speak if it fails."""
    if enter.is_inside():
        return None
    if (why := enter.obstacle()) is not None:
        pytest.skip(f"no laboratory: {why}")
    command = enter.command("-m", "pytest", "-q", "-p", "no:cacheprovider", pyfuncitem.nodeid)
    environment = {**os.environ, "PYTHONPATH": str(enter.ROOT)}
    done = subprocess.run(command, cwd=enter.ROOT, env=environment, capture_output=True, text=True, timeout=LONGEST_S)
    if done.returncode != 0:
        told = done.stdout + done.stderr
        reasons = [*named(told.splitlines()), f"the laboratory ended with {done.returncode}"]
        pytest.fail(f"{reasons[0]}\n{indent(told, '  ')}", pytrace=False)
    return True
