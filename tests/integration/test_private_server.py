"""What an operator decides, with real processes: who may come in, what is not found, and what is told."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.commands import Command, Server, running_server

Start = Callable[..., Command]
WORD = "correct horse battery staple"
PATIENCE_S = 60.0


@pytest.fixture
def lists(tmp_path: Path) -> dict[str, Path]:
    """Empty lists."""
    found = {name: tmp_path / name for name in ("allow", "block", "takedown")}
    for path in found.values():
        path.write_text("")
    return found


@pytest.fixture
def server(tmp_path: Path, lists: dict[str, Path]) -> Iterator[Server]:
    """One that is open, with empty lists."""
    options = (f"--block-peers={lists['block']}", f"--takedown={lists['takedown']}")
    with running_server(tmp_path / "server", *options) as server:
        yield server


def again(server: Server) -> None:
    """Have the lists read, and wait until they are."""
    told = server.log.read_text().count("lists-")
    server.process.send_signal(signal.SIGHUP)
    end = time.monotonic() + PATIENCE_S
    while server.log.read_text().count("lists-") == told:
        assert time.monotonic() < end, "the lists are not read"
        time.sleep(0.05)


def share(pypeer: Start, folder: Path, server: Server) -> tuple[Command, str]:
    """Publish a file; with the id of who does."""
    folder.mkdir()
    (folder / "zebra crossing.txt").write_bytes(os.urandom(1000))
    command = pypeer("share", folder, "--name", "things", "--yes", url=server.url)
    while not command.until("announced").get("whole"):
        pass
    return command, next(event["peer"] for event in command.events if event["event"] == "library")


def test_a_private_server_asks_for_its_word(pypeer: Start, tmp_path: Path) -> None:
    with running_server(tmp_path / "server", f"--access-word={WORD}") as server:
        for options in ((), ("--access-word", "sesame sesame")):
            command = pypeer("peers", *options, url=server.url)
            assert command.end() == 1
            assert command.one("error")["code"] == "access-word"
            assert "BYWAY_ACCESS_WORD" in command.one("error")["message"]
        assert pypeer("peers", "--access-word", WORD, url=server.url).end() == 0


def test_who_is_not_listed_is_told_the_id_to_tell(tmp_path: Path, lists: dict[str, Path]) -> None:
    with running_server(tmp_path / "server", f"--allow-peers={lists['allow']}") as server:
        command = Command(tmp_path / "mine", server.url, "peers")
        assert command.end() == 1
        error = command.one("error")
        assert error["code"] == "not-admitted"
        peer = error["message"].rstrip(".").split()[-1]
        lists["allow"].write_text(f"{peer}  # me\n")
        again(server)
        assert Command(tmp_path / "mine", server.url, "peers").end() == 0
        assert Command(tmp_path / "other", server.url, "peers").end() == 1


def test_takedown_and_block_hold_at_once(pypeer: Start, tmp_path: Path, server: Server, lists: dict[str, Path]) -> None:
    _, peer = share(pypeer, tmp_path / "folder", server)
    found = pypeer("search", "zebra", url=server.url)
    assert found.end() == 0
    handle = found.one("hit")["handle"]
    lists["takedown"].write_text(handle)
    again(server)
    assert pypeer("search", "zebra", url=server.url).end() == 4
    assert pypeer("get", handle, "-o", tmp_path / "out", url=server.url).end() == 4
    lists["takedown"].write_text("no list")
    again(server)
    assert "lists-unreadable" in server.log.read_text()
    assert pypeer("search", "zebra", url=server.url).end() == 4
    lists["takedown"].write_text("")
    again(server)
    assert pypeer("search", "zebra", url=server.url).end() == 0
    lists["takedown"].write_text(peer)
    again(server)
    assert pypeer("search", "zebra", url=server.url).end() == 4
    lists["block"].write_text(peer)
    again(server)
    server.until_metric("byway_sessions", 0)
    assert 'byway_errors_total{code="not-admitted"} 1.0' in server.metrics()


def test_who_is_blocked_while_they_wait_is_told_and_ends(
    tmp_path: Path, server: Server, lists: dict[str, Path]
) -> None:
    def start(*arguments: object, url: str) -> Command:
        return Command(tmp_path / "mine", url, *map(str, arguments))

    library, peer = share(start, tmp_path / "folder", server)
    offer = start("send", "--text", "hello", url=server.url)
    offer.until("ready")
    lists["block"].write_text(peer)
    again(server)
    for command in (library, offer):
        assert command.end() == 1
        [failed] = [event for event in command.events if event["event"] == "error"]
        assert failed["code"] == "not-admitted"
        assert peer in failed["message"]


def test_the_operator_is_told(pypeer: Start, tmp_path: Path, server: Server) -> None:
    _, peer = share(pypeer, tmp_path / "folder", server)
    found = pypeer("search", "zebra", url=server.url)
    found.end()
    handle = found.one("hit")["handle"]
    for what in (handle, f"byway:{peer}/{handle}", f"byway:{peer}/"):
        command = pypeer("report", what, "--fault", "private", "--note", "mine", url=server.url)
        assert command.end() == 0
        assert command.one("reported")["libraries"] == 1
    lines = [line for line in server.log.read_text().splitlines() if " flagged " in line]
    assert len(lines) == 3
    assert f"peer={peer} handle={handle} fault=private note=mine" in lines[0]
    assert "127.0.0.1" not in "".join(lines)
    assert pypeer("report", "a" * 16, "--fault", "other", url=server.url).end() == 4
    assert pypeer("report", f"byway:{peer}/folder/x", "--fault", "other", url=server.url).end() == 2
    assert pypeer("report", handle, url=server.url).end() == 2
