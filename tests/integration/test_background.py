"""An offer that is served in the background."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.support.commands import PATIENCE_S, environment, running_server


@pytest.fixture
def pypeer(tmp_path: Path) -> Iterator[Any]:
    """Run `pypeer ARGUMENTS` to its end, always as the same user; at the end nothing is served any more."""
    with running_server(tmp_path / "server") as server:

        def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
            command = [sys.executable, "-m", "pypeer", *map(str, arguments)]
            env = {**environment(tmp_path / "home"), "BYWAY_SERVER": server.url}
            return subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE_S)

        yield run
        run("stop", "--all")


def statuses(pypeer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in pypeer("status", "--json").stdout.splitlines()]


def gone(pid: int) -> bool:
    end = monotonic() + PATIENCE_S
    while monotonic() < end:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        sleep(0.1)
    return False


def test_an_offer_outlives_the_command_and_is_shown_and_ended(pypeer: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    code = json.loads(pypeer("send", "notes.txt", "--daemon", "--json").stdout)["code"]
    assert pypeer("get", code, "-o", "got").returncode == 0
    assert (tmp_path / "got/notes.txt").read_text() == "hello"
    [shown] = statuses(pypeer)
    assert (shown["code"], shown["paths"], shown["delivered"]) == (code, ["notes.txt"], 1)
    assert f"{code}  notes.txt  (1 receiver has all, expires in" in pypeer("status").stdout
    assert pypeer("stop", code).returncode == 0
    assert gone(shown["pid"])
    assert statuses(pypeer) == []
    assert "Nothing is served" in pypeer("status").stderr
    assert pypeer("stop", code).returncode == 1
    assert list((tmp_path / "home/offers").iterdir()) == []


def test_what_goes_wrong_before_there_is_a_code_is_told(pypeer: Any, tmp_path: Path) -> None:
    done = pypeer("send", "nowhere", "--daemon")
    assert (done.returncode, "nowhere" in done.stderr) == (1, True)
    done = pypeer("send", "nowhere", "--daemon", "--json")
    assert json.loads(done.stdout)["event"] == "error"
    assert list((tmp_path / "home/offers").iterdir()) == []
    assert pypeer("send", "-", "--daemon").returncode == 2
