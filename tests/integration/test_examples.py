"""The programs of docs/examples do what they say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import ROOT, Server, environment


def start(name: str, home: Path, server: Server, *arguments: str) -> subprocess.Popen[str]:
    """Run an example in a process of its own."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "docs" / "examples" / name), *arguments],
        env={**environment(home), "BYWAY_SERVER": server.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_what_one_example_sends_the_other_gets(tmp_path: Path, server: Server) -> None:
    source = tmp_path / "notes.bin"
    source.write_bytes(os.urandom(300_000))
    sender = start("send.py", tmp_path / "ada", server, str(source))
    assert sender.stdout is not None
    code = sender.stdout.readline().split()[4]
    receiver = start("get.py", tmp_path / "bob", server, code, str(tmp_path / "got"))
    received, _ = receiver.communicate(timeout=60)
    sent, _ = sender.communicate(timeout=60)
    assert (sender.returncode, receiver.returncode) == (0, 0)
    assert "1 files arrived, all verified" in sent
    assert f"Saved: {tmp_path / 'got' / 'notes.bin'}" in received
    assert (tmp_path / "got" / "notes.bin").read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("get.py", ("9999999-zoo-zoo", "."), "(unknown-locator)"),
        ("send.py", ("/nothing/here",), "(file-vanished)"),
        ("send.py", (), "send.py FILE..."),
        ("get.py", ("7-guitar-sunset",), "get.py CODE FOLDER"),
    ],
)
def test_an_example_says_what_is_wrong_without_a_traceback(
    tmp_path: Path, server: Server, name: str, arguments: tuple[str, ...], said: str
) -> None:
    example = start(name, tmp_path / "bob", server, *arguments)
    _, errors = example.communicate(timeout=60)
    assert example.returncode == 1
    assert said in errors
    assert "Traceback" not in errors
