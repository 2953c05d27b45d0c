"""Ctrl-C while a command still loads its modules."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import PATIENCE_S, ROOT, environment

SLOW = "import time\nprint('loading', flush=True)\ntime.sleep(60)\n"
"""A module that takes long to load."""


@pytest.mark.parametrize("command", ["pypeer", "signaling"])
def test_ctrl_c_while_it_loads_ends_it_silently(command: str, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text(SLOW)
    env = {**environment(tmp_path), "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT)))}
    pipe = subprocess.PIPE
    process = subprocess.Popen(
        [sys.executable, "-m", command], cwd=tmp_path, env=env, stdout=pipe, stderr=pipe, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "loading\n"
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, out, errors) == (130, "", "")
