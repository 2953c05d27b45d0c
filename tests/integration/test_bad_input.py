"""Commands that meet what they should not: each ends with a message that says so, and a defined code."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.test_commands import MIB, code_of
from tests.support.commands import Command

Start = Callable[..., Command]


def test_a_second_receiver_of_a_code_for_one_is_told_to_wait(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "large.bin"
    source.write_bytes(os.urandom(24 * MIB))
    sender = pypeer("send", source, "--once", "--limit", "4M")
    code = code_of(sender)
    first = pypeer("get", code, "-o", tmp_path / "one")
    first.until("joined")
    second = pypeer("get", code, "-o", tmp_path / "two")
    assert (second.end(), second.one("error")["code"]) == (1, "busy")
    assert (first.end(), sender.end()) == (0, 0)


def test_a_file_that_changes_is_a_failure_on_both_sides_and_told_once(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "two"
    source.mkdir()
    (source / "a").write_text("a")
    (source / "b").write_text("b")
    sender = pypeer("send", source, "--once")
    code = code_of(sender)
    (source / "a").write_text("changed")
    (source / "b").unlink()
    receiver = pypeer("get", code, "-o", tmp_path / "got")
    assert (receiver.end(), sender.end()) == (1, 1)
    changed, vanished = (event for event in receiver.events if event["event"] == "file-failed")
    assert (changed["path"], changed["code"]) == ("two/a", "file-changed")
    there = "the file has changed at the one who serves it since it was offered; ask its sender for it again"
    assert changed["message"] == there
    here = next(event for event in sender.events if event["event"] == "file-failed" and event["path"] == "two/a")
    assert here["message"] == "the file changed while it was being sent; send it again to get the new content"
    assert (vanished["path"], vanished["code"]) == ("two/b", "file-vanished")
    assert vanished["message"].endswith("at the other side (No such file or directory)")


@pytest.mark.parametrize("name", [b"x" * 3000, b"\xff"])
def test_a_name_that_the_contract_does_not_take_is_made_fit(pypeer: Start, name: bytes) -> None:
    sender = pypeer("send", "--text", "x", "--once", "--name", os.fsdecode(name))
    receiver = pypeer("get", code_of(sender))
    assert (receiver.end(), sender.end()) == (0, 0)
    assert receiver.one("joined")["name"] in ("x" * 128, "?")


def test_a_text_that_is_no_unicode_is_said_so(pypeer: Start) -> None:
    sender = pypeer("send", "--text", os.fsdecode(b"\xff"))
    assert sender.end() == 1
    assert "UTF-8" in sender.one("error")["message"]


def test_a_target_whose_name_is_no_unicode(pypeer: Start, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    sender = pypeer("send", tmp_path / "notes.txt")
    got = tmp_path / os.fsdecode(b"\xff")
    receiver = pypeer("get", code_of(sender), "-o", got)
    assert receiver.end() == 0
    assert receiver.one("done")["into"] == [str(got / "notes.txt")]


def test_addresses_that_can_be_none_are_wrong_usage(pypeer: Start) -> None:
    for arguments in (("send", "--text", "x"), ("get", "http://[::1#7-guitar-sunset")):
        command = pypeer(*arguments, url="ftp://x", json_events=False)
        _, errors = command.process.communicate(timeout=60)
        assert command.process.returncode == 2
        assert "is not a server address" in errors
