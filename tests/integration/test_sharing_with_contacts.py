"""`pypeer share --to contacts` at a real server, by real commands: contacts find and fetch it, nobody else."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from tests.support.commands import Command, Server, finished

SONG = b"song" * 50_000


class Home:
    """Somebody with a home of its own."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self._server = server
        self.started: list[Command] = []

    def run(self, *arguments: str, status: int = 0) -> str:
        """What a command says, which ends with this status."""
        done = finished(self.folder, *arguments, BYWAY_SERVER=self._server.url)
        assert done.returncode == status, done
        return done.stdout

    def begin(self, *arguments: str) -> Command:
        """A command that goes on."""
        self.started.append(Command(self.folder, self._server.url, *arguments))
        return self.started[-1]

    def found(self, *arguments: str) -> list[dict[str, Any]]:
        """Libraries of contacts."""
        lines = self.run("peers", "--space", "contacts", "--json", *arguments).splitlines()
        return [json.loads(line) for line in lines]


@pytest.fixture
def people(server: Server, tmp_path: Path) -> Iterator[list[Home]]:
    homes = [Home(tmp_path / name, server) for name in ("ada", "bob", "eve")]
    yield homes
    for command in (each for home in homes for each in home.started):
        command.discard()


def meet(one: Home, name: str, other: Home, called: str, folder: Path) -> None:
    """Two become contacts of each other, by a code."""
    send = one.begin("send", "--text", "hello", "--once", "--remember", called)
    code = send.until("ready")["code"]
    other.run("get", code, "-o", str(folder / "met"), "--remember", name)
    assert send.end() == 0


def until_whole(share: Command) -> None:
    while not share.until("announced").get("whole"):
        pass


def test_contacts_find_and_fetch_it_until_they_are_blocked(people: list[Home], tmp_path: Path) -> None:
    ada, bob, eve = people
    name = f"Music {token_hex(6)}"  # of the tests before there may still be one
    (tmp_path / "music").mkdir()
    (tmp_path / "music" / "Secret tune.mp3").write_bytes(SONG)
    meet(ada, "Ada", bob, "Bob", tmp_path)
    share = ada.begin("share", str(tmp_path / "music"), "--name", name, "--to", "contacts", "--yes")
    until_whole(share)
    assert share.one("counted")["space"] == share.one("library")["space"] == "your contacts"
    [library] = bob.found()
    assert (library["name"], library["space"], library["files"]) == (name, "contacts of Ada", 1)
    assert "in the space “contacts of Ada”" in bob.run("peers")
    assert "Secret tune.mp3" in bob.run("browse", name)
    bob.run("search", "secret", status=4)
    [hit] = [json.loads(each) for each in bob.run("search", "secret", "--space", "contacts", "--json").splitlines()]
    assert hit == json.loads(bob.run("search", "secret", "--space", "contacts of ada", "--json"))
    bob.run("get", hit["handle"], "--space", "contacts of Ada", "-o", str(tmp_path / "got"))
    assert (tmp_path / "got" / "Secret tune.mp3").read_bytes() == SONG
    assert eve.found() == []
    eve.run("search", "secret", "--space", "all", status=4)

    meet(ada, "Ada", eve, "Eve", tmp_path)
    share.until("library")  # a new contact has come: it was published anew, by itself
    until_whole(share)
    assert [each["space"] for each in eve.found()] == ["contacts of Ada"]
    key = json.loads((ada.folder / "shelf.json").read_bytes())["key"]

    ada.run("contacts", "block", "Bob")
    share.until("library")
    until_whole(share)
    assert bob.found() == []
    bob.run("get", hit["handle"], "--space", "all", "-o", str(tmp_path / "again"), status=4)
    assert [each["name"] for each in eve.found()] == [name]
    assert json.loads((ada.folder / "shelf.json").read_bytes())["key"] != key
    assert share.interrupt(signal.SIGTERM) in (0, 130)
    assert eve.found() == []
