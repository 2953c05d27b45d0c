"""Commands of tests are forks of a process that has loaded them (`tests/support/forked.py`), and like started ones."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import PATIENCE_S, ROOT, environment, finished, free_port
from tests.support.forked import Forked


@pytest.mark.parametrize("arguments", [("--version",), ("get", "nothing"), ("contacts", "--json"), ("--nonsense",)])
def test_a_fork_says_what_a_started_command_says(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "pypeer", *arguments]
    started = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    forked = finished(tmp_path, *arguments)
    assert (forked.returncode, forked.stdout, forked.stderr) == (started.returncode, started.stdout, started.stderr)


@pytest.mark.parametrize(("how", "status"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 0)])
def test_it_gets_signals_and_how_it_ended_is_told(tmp_path: Path, how: signal.Signals, status: int) -> None:
    server = Forked("signaling", ["--port", str(free_port()), "--turn-port", "0"], environment(tmp_path))
    assert server.stdout is not None
    server.stdout.readline()
    with pytest.raises(subprocess.TimeoutExpired):
        server.wait(0.01)
    assert server.poll() is None
    server.send_signal(how)
    server.communicate(PATIENCE_S)
    assert server.wait() == server.poll() == status
    server.send_signal(how)  # nobody is there any more


def test_it_has_an_environment_and_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("hello")
    sent = finished(tmp_path / "home", "send", "note.txt", cwd=tmp_path, BYWAY_SERVER="http://127.0.0.1:9")
    assert sent.returncode == 1
    assert "http://127.0.0.1:9" in sent.stderr
    assert (tmp_path / "home").exists()
