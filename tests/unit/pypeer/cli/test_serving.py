"""`pypeer serving`: what is served for others is listed, and stopped by the beginning of its id."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pypeer.cli.main import main
from pypeer.delegates.store import KeptStore, default_path
from tests.unit.pypeer.delegates.test_store import RECORD


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["serving", *arguments])


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BYWAY_HOME", str(tmp_path))


def test_nothing_is_served_at_first() -> None:
    result = run()
    assert result.exit_code == 0
    assert "--serve-for" in result.stderr


def test_it_is_listed_and_stopped() -> None:
    with KeptStore(default_path()) as store:
        store.put(RECORD)
        listed = run()
        assert "is served until" in listed.stdout
        assert "“photos”, 1 file, 5 bytes, for Anna" in listed.stdout
        [line] = run("--json").stdout.splitlines()
        assert json.loads(line)["id"] == RECORD.id
        assert "guitar" not in listed.stdout + line
        assert run("stop", "xyz").exit_code == 4
        assert run("stop", "").exit_code == 4
        assert run("stop", RECORD.id[:8]).exit_code == 0
        assert store.all() == []
