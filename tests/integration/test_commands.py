"""`pypeer send` and `pypeer get` as people and scripts use them: real processes, a real server, real files."""

import hashlib
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from pypeer.protocol.limits import CHUNK_BYTES
from tests.support.commands import Command, free_port

Start = Callable[..., Command]
MIB = 1024 * 1024


def tree(root: Path) -> dict[str, tuple[str, bool]]:
    """Every file and folder below, with its content's hash and whether it may be executed."""
    return {
        str(path.relative_to(root)): (
            "folder" if path.is_dir() else hashlib.sha256(path.read_bytes()).hexdigest(),
            path.is_file() and bool(path.stat().st_mode & 0o100),
        )
        for path in root.rglob("*")
    }


def code_of(sender: Command) -> str:
    return str(sender.until("ready")["code"])


def test_one_file_arrives_with_its_content_time_and_mode(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "naïve — 文件.bin"
    source.write_bytes(os.urandom(3 * MIB + 17))
    source.chmod(0o755)
    os.utime(source, (1_600_000_000, 1_600_000_000))
    sender = pypeer("send", source, "--once")
    receiver = pypeer("get", code_of(sender), "-o", tmp_path / "got")
    assert (receiver.end(), sender.end()) == (0, 0)
    got = tmp_path / "got" / source.name
    assert got.read_bytes() == source.read_bytes()
    assert got.stat().st_mtime == 1_600_000_000
    assert got.stat().st_mode & 0o111
    assert receiver.one("done")["into"] == [str(got)]
    assert {event["way"] for event in receiver.events if event["event"] == "path"} == {"direct"}
    assert {event["scope"] for event in sender.events if event["event"] == "path"} == {"machine"}
    assert sender.one("done")["bytes"] == source.stat().st_size
    assert sender.one("closed")["reason"] == "used"


def test_a_tree_arrives_with_empty_files_and_folders(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "album"
    (source / "empty folder").mkdir(parents=True)
    (source / "a" / "b").mkdir(parents=True)
    (source / "a" / "b" / "zero").write_bytes(b"")
    (source / "a" / "run.sh").write_bytes(b"#!/bin/sh\n")
    (source / "a" / "run.sh").chmod(0o755)
    for number in range(60):
        (source / f"{number}.txt").write_text(str(number) * number)
    sender = pypeer("send", source, "--once")
    receiver = pypeer("get", code_of(sender), "-o", tmp_path / "got")
    assert (receiver.end(), sender.end()) == (0, 0)
    assert tree(tmp_path / "got" / "album") == tree(source)


def test_a_text_is_shown_and_not_stored(pypeer: Start, tmp_path: Path) -> None:
    sender = pypeer("send", "--text", "schöne Grüße\n2. Zeile", "--once")
    receiver = pypeer("get", code_of(sender), "-o", tmp_path / "got", json_events=False)
    assert receiver.process.communicate(timeout=60)[0] == "schöne Grüße\n2. Zeile\n"
    assert sender.end() == 0
    assert not (tmp_path / "got").exists()


def test_a_link_names_the_server_and_several_receivers_may_come(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "file.bin"
    source.write_bytes(os.urandom(MIB))
    sender = pypeer("send", source)
    link = sender.until("ready")["link"]
    assert "#" in link
    receivers = [pypeer("get", link, "-o", tmp_path / f"got{n}", url="http://127.0.0.1:9") for n in range(3)]
    assert [receiver.end() for receiver in receivers] == [0, 0, 0]
    for number in range(3):
        assert (tmp_path / f"got{number}" / "file.bin").read_bytes() == source.read_bytes()
    assert sender.interrupt() == 130
    sessions = {event["session"] for event in sender.events if event["event"] == "done"}
    assert len(sessions) == 3


def test_nothing_existing_is_overwritten(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "file.txt"
    source.write_text("new")
    got = tmp_path / "got"
    got.mkdir()
    (got / "file.txt").write_text("old")
    sender = pypeer("send", source, "--once")
    assert pypeer("get", code_of(sender), "-o", got).end() == 0
    assert (got / "file.txt").read_text() == "old"
    assert (got / "file (1).txt").read_text() == "new"


@pytest.mark.parametrize(("at_sender", "at_receiver"), [(["--limit", "1"], []), ([], ["--limit", "1"])])
def test_a_limit_holds(pypeer: Start, tmp_path: Path, at_sender: list[str], at_receiver: list[str]) -> None:
    """A byte a second: no more passes than the first chunk, for which nothing has to be saved up, while those who have
    no limit, and begin later, are done."""
    source = tmp_path / "source.bin"
    source.write_bytes(os.urandom(4 * MIB))
    limited, unlimited = pypeer("send", source, *at_sender), pypeer("send", source)
    receiver = pypeer("get", code_of(limited), "-o", tmp_path / "got", *at_receiver)
    receiver.until("path")
    receiver.until("progress")
    assert pypeer("get", code_of(unlimited), "-o", tmp_path / "other").end() == 0
    assert receiver.interrupt() == 130
    assert max(event["bytes"] for event in receiver.events if event["event"] == "progress") <= CHUNK_BYTES
    for sender in (limited, unlimited):
        sender.interrupt()


def test_a_code_for_two_ends_after_the_second(pypeer: Start) -> None:
    sender = pypeer("send", "--text", "hello", "--times", "2")
    code = code_of(sender)
    for _ in range(2):
        assert pypeer("get", code).end() == 0
    assert sender.until("closed")["reason"] == "used"
    assert sender.end() == 0


def test_wrong_words_are_told_on_both_sides_and_three_burn_the_code(pypeer: Start, tmp_path: Path) -> None:
    sender = pypeer("send", "--text", "secret")
    locator = code_of(sender).split("-")[0]
    for left in (2, 1):
        receiver = pypeer("get", f"{locator}-zoo-zoo")
        assert receiver.end() == 1
        assert receiver.one("error")["code"] == "wrong-words"
        assert str(left) in receiver.one("error")["message"]
    last = pypeer("get", f"{locator}-zoo-zoo")
    assert last.end() == 4
    assert last.one("error")["code"] == "burned"
    assert sender.end() == 1
    assert [event["left"] for event in sender.events if event["event"] == "guessed"] == [2, 1, 0]
    assert sender.one("closed")["reason"] == "burned"
    late = pypeer("get", code_of_events(sender))
    assert late.end() == 4


def code_of_events(sender: Command) -> str:
    return str(sender.one("ready")["code"])


def test_a_code_that_nobody_opened_is_not_found(pypeer: Start) -> None:
    receiver = pypeer("get", "9999999-zoo-zoo")
    assert receiver.end() == 4
    assert receiver.one("error")["code"] == "unknown-locator"


@pytest.mark.parametrize("what", ["guitar-sunset", "7", "7-guitarr-sunset", "", "../x"])
def test_a_mistyped_code_is_refused_before_anything_is_asked(pypeer: Start, what: str) -> None:
    receiver = pypeer("get", what, url=f"http://127.0.0.1:{free_port()}")
    assert receiver.end() == 2
    assert receiver.one("error")["code"] == "bad-code"


@pytest.mark.parametrize(
    "arguments",
    [
        ("send",),
        ("send", "x", "--text", "y"),
        ("send", "--text", "y", "--expires", "1y"),
        ("get",),
        ("send", "--words", "1"),
    ],
)
def test_wrong_usage_ends_with_2(pypeer: Start, arguments: tuple[str, ...]) -> None:
    assert pypeer(*arguments).end() == 2


def test_a_server_that_is_down_is_said_so(pypeer: Start, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    sender = pypeer("send", tmp_path / "file", url=f"http://127.0.0.1:{free_port()}", json_events=False)
    _, errors = sender.process.communicate(timeout=60)
    assert sender.process.returncode == 1
    assert "Cannot reach the server" in errors
    assert "Traceback" not in errors


def test_a_path_that_is_not_there_is_said_so(pypeer: Start, tmp_path: Path) -> None:
    sender = pypeer("send", tmp_path / "missing")
    assert sender.end() == 1
    assert "missing" in sender.one("error")["message"]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_get_leaves_nothing_under_a_final_name(
    pypeer: Start, tmp_path: Path, how: signal.Signals
) -> None:
    source = tmp_path / "large.bin"
    source.write_bytes(os.urandom(64 * MIB))
    sender = pypeer("send", source)
    receiver = pypeer("get", code_of(sender), "-o", tmp_path / "got")
    receiver.until("progress")
    assert receiver.interrupt(how) == 130
    assert not (tmp_path / "got" / "large.bin").exists()
    assert sender.until("error")["code"] == "cancelled"
    again = pypeer("get", code_of_events(sender), "-o", tmp_path / "got")
    assert again.end() == 0
    assert (tmp_path / "got" / "large.bin").read_bytes() == source.read_bytes()
    assert [path.name for path in (tmp_path / "got").iterdir()] == ["large.bin"]


def test_a_killed_sender_is_noticed_and_a_new_get_resumes(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "large.bin"
    source.write_bytes(os.urandom(48 * MIB))
    sender = pypeer("send", source)
    receiver = pypeer("get", code_of(sender), "-o", tmp_path / "got")
    receiver.until("progress")
    assert sender.interrupt() == 130
    assert receiver.end() == 1
    assert receiver.one("error")["code"] == "cancelled"
    assert not (tmp_path / "got" / "large.bin").exists()


def test_expiry_closes_the_code(pypeer: Start) -> None:
    sender = pypeer("send", "--text", "x", "--expires", "30s")
    assert 29 <= sender.until("ready")["expires"] <= 30
