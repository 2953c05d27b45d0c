"""`pypeer get CODE --also CODE`: real processes, several senders of the same, and what becomes of those that go."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.test_commands import code_of
from tests.support.commands import Command

Start = Callable[..., Command]
SIZE = 12 * 2**20
SLOW = "1M"
"""What a sender gives: all together need seconds, in which something can happen."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "tree"
    folder.mkdir()
    (folder / "large").write_bytes(os.urandom(SIZE))
    (folder / "small").write_bytes(b"hello")
    return folder


def have_same(tree: Path, got: Path) -> bool:
    return all((got / tree.name / each.name).read_bytes() == each.read_bytes() for each in tree.iterdir())


def test_all_senders_give_some_of_it(pypeer: Start, tree: Path, tmp_path: Path) -> None:
    senders = [pypeer("send", tree, "--once", "--limit", SLOW) for _ in range(3)]
    codes = [code_of(sender) for sender in senders]
    receiver = pypeer("get", codes[0], "--also", codes[1], "--also", codes[2], "-o", tmp_path / "got")
    assert receiver.end() == 0
    assert [sender.end() for sender in senders] == [0, 0, 0]
    assert have_same(tree, tmp_path / "got")
    joined = [event for event in receiver.events if event["event"] == "source"]
    assert {event["peer"] for event in joined} == {
        event["peer"] for event in receiver.events if event["event"] == "joined"
    }
    assert max(event["sources"] for event in joined) == 3
    assert max(event.get("sources", 1) for event in receiver.events if event["event"] == "progress") == 3
    assert "source-dropped" not in receiver.kinds()
    parts = [sender.one("done")["sent"] for sender in senders]
    assert min(parts) > 0, "each gave a part of it"
    assert sum(parts) < 1.5 * SIZE, "and little came twice"


@pytest.mark.parametrize("which", [0, 1], ids=["the first", "the second"])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_a_sender_that_goes_ends_nothing(
    pypeer: Start, tree: Path, tmp_path: Path, which: int, how: signal.Signals
) -> None:
    senders = [pypeer("send", tree, "--limit", SLOW) for _ in range(2)]
    codes = [code_of(sender) for sender in senders]
    receiver = pypeer("get", codes[0], "--also", codes[1], "-o", tmp_path / "got")
    while receiver.until("progress").get("sources", 1) < 2:
        pass
    senders[which].process.send_signal(how)
    assert receiver.end() == 0
    assert have_same(tree, tmp_path / "got")
    if how is signal.SIGINT:
        gone = receiver.one("source-dropped")
        assert gone["peer"] == senders_of(receiver)[which]


def senders_of(receiver: Command) -> list[str]:
    """Those met: that of the first code has no name of a session."""
    met = [event for event in receiver.events if event["event"] == "joined"]
    return [event["peer"] for event in sorted(met, key=lambda event: "session" in event)]


def test_who_offers_something_else_is_told_and_left_out(pypeer: Start, tree: Path, tmp_path: Path) -> None:
    sender = pypeer("send", tree, "--once")
    other = tmp_path / "other"
    other.write_bytes(b"something else")
    stranger = pypeer("send", other, "--once")
    codes = [code_of(sender), code_of(stranger)]
    receiver = pypeer("get", codes[0], "--also", codes[1], "--also", "999999-guitar-sunset", "-o", tmp_path / "got")
    assert receiver.end() == 0, receiver.errors
    assert sender.end() == 0
    assert have_same(tree, tmp_path / "got")
    assert stranger.process.poll() is None, "its code is still for one"
    assert "closed" not in stranger.kinds()
    stranger.interrupt()


def test_the_next_says_what_it_is_when_the_first_is_not_there(pypeer: Start, tree: Path, tmp_path: Path) -> None:
    sender = pypeer("send", tree, "--once")
    receiver = pypeer("get", "999999-guitar-sunset", "--also", code_of(sender), "-o", tmp_path / "got")
    assert receiver.end() == 0, receiver.errors
    assert sender.end() == 0
    assert have_same(tree, tmp_path / "got")
    assert receiver.one("source-dropped")["code"] == "unknown-locator"


def test_nobody_is_there(pypeer: Start, tmp_path: Path) -> None:
    receiver = pypeer("get", "999999-guitar-sunset", "--also", "888888-guitar-sunset", "-o", tmp_path / "got")
    assert receiver.end() == 4
    assert receiver.one("error")["code"] == "unknown-locator"


def test_all_are_at_one_server(pypeer: Start, tmp_path: Path) -> None:
    receiver = pypeer(
        "get", "http://127.0.0.1:1/#7-guitar-sunset", "--also", "http://127.0.0.1:2/#7-guitar-sunset", "-o", tmp_path
    )
    assert receiver.end() == 2
    assert "at the same server" in receiver.errors
