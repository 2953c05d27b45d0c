"""What a command line loads: whoever asks for help, or mistypes, does not wait for what only transfers need."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from pypeer.cli.main import COMMANDS

PROBE: Final = """
import runpy, sys
del sys.argv[0]
try:
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
finally:
    print("LOADED", *sys.modules)
"""
"""Runs a command as `python -m` does, and tells what is loaded at its end."""

HEAVY: Final = {
    "OpenSSL",
    "aiohttp",
    "aioice",
    "aiortc",
    "asyncio",
    "av",
    "cryptography",
    "ifaddr",
    "jinja2",
    "prometheus_client",
    "pypeer.api",
    "pypeer.doctor.examine",
    "rich",
    "spake2",
    "uvloop",
    "watchfiles",
}
"""Each takes as long to load as Python itself, or loads what does."""


def loaded(home: Path, *arguments: str, **environment: str) -> tuple[int, set[str]]:
    """The status of `python -m ARGUMENTS`, and the modules that it loads."""
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, "BYWAY_HOME": str(home), **environment},
    )
    *_, last = ended.stdout.splitlines()
    assert last.startswith("LOADED "), ended.stderr
    return ended.returncode, set(last.split())


def lines() -> list[Sequence[str]]:
    """Command lines that need no network, with the status that they end with."""
    of_commands = [(name, "--help") for name in COMMANDS]
    wrong = [("sned",), ("send",), ("get",), ("get", "a", "--ports", "1-2"), ("search",), ("doctor", "--stun", ":")]
    return [(), ("--help",), ("--version",), *of_commands, ("spaces", "new", "--help"), ("status",), *wrong]


@pytest.mark.parametrize("line", lines(), ids=" ".join)
def test_what_needs_no_network_loads_nothing_for_it(tmp_path: Path, line: Sequence[str]) -> None:
    status, modules = loaded(tmp_path, "pypeer", *line)
    is_wrong = not line or (line[-1] != "--help" and line[0] not in ("--version", "status"))
    assert status == (2 if is_wrong else 0)
    assert not modules & HEAVY


@pytest.mark.parametrize("typed", ["pypeer s", "pypeer send --li"])
def test_a_shell_completes_names_and_options_without_it_too(tmp_path: Path, typed: str) -> None:
    _, modules = loaded(
        tmp_path, "pypeer", _PYPEER_COMPLETE="bash_complete", COMP_WORDS=typed, COMP_CWORD=str(typed.count(" "))
    )
    assert "click.shell_completion" in modules
    assert not modules & HEAVY


def test_only_the_command_that_is_asked_for_is_loaded(tmp_path: Path) -> None:
    _, modules = loaded(tmp_path, "pypeer", "--help")
    assert not modules & {entry.module for entry in COMMANDS.values()}
    _, modules = loaded(tmp_path, "pypeer", "status")
    assert modules & {entry.module for entry in COMMANDS.values()} == {"pypeer.cli.status"}


def test_what_does_need_the_network_would_be_seen(tmp_path: Path) -> None:
    status, modules = loaded(tmp_path, "pypeer", "peers", "--server", "http://localhost:1")
    assert status == 1
    assert modules >= {"aiohttp", "asyncio", "cryptography", "pypeer.api"}
    assert not modules & {"aiortc", "av", "jinja2", "spake2"}


@pytest.mark.parametrize("line", [("--help",), ("--version",), ("--print-config",), ("--port", "no"), ("--ttl", "0")])
def test_the_server_is_not_loaded_to_tell_of_its_settings(tmp_path: Path, line: Sequence[str]) -> None:
    _, modules = loaded(tmp_path, "signaling", *line)
    assert not modules & (HEAVY | {"signaling.http.serve"})


def test_the_api_is_loaded_when_it_is_used() -> None:
    tell = "print(*sys.modules)"
    code = ["import sys, pypeer", tell, "pypeer.PeerError", tell, "pypeer.Peer", tell]
    ended = subprocess.run([sys.executable, "-c", "; ".join(code)], capture_output=True, text=True, check=True)
    first, second, third = (set(line.split()) for line in ended.stdout.splitlines())
    assert {each for each in first if each.startswith("pypeer.")} == set()
    assert "pypeer.errors" in second
    assert not second & HEAVY
    assert "pypeer.api" in third
