"""What runs in the background: an offer, an inbox, a library."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest

from tests.support.commands import PATIENCE_S, Server, finished, running_server
from tests.support.terminal import Terminal


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """One of its own, which nothing else is in the directory of."""
    with running_server(tmp_path / "server") as server:
        yield server


@pytest.fixture
def pypeer(tmp_path: Path, server: Server) -> Iterator[Any]:
    """Run `pypeer ARGUMENTS` to its end, as the same user if no other is named; at the end nothing runs any more."""

    def run(*arguments: str | Path, user: str = "home") -> subprocess.CompletedProcess[str]:
        return finished(tmp_path / user, *map(str, arguments), cwd=tmp_path, BYWAY_SERVER=server.url)

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
    assert "Nothing runs in the background" in pypeer("status").stderr
    assert pypeer("stop", code).returncode == 1
    assert list((tmp_path / "home/offers").iterdir()) == []


def test_what_goes_wrong_before_there_is_a_code_is_told(pypeer: Any, tmp_path: Path) -> None:
    done = pypeer("send", "nowhere", "--daemon")
    assert (done.returncode, "nowhere" in done.stderr) == (1, True)
    done = pypeer("send", "nowhere", "--daemon", "--json")
    assert json.loads(done.stdout)["event"] == "error"
    assert list((tmp_path / "home/offers").iterdir()) == []
    assert pypeer("send", "-", "--daemon").returncode == 2


def until_delivered(pypeer: Any, handle: str | Path) -> dict[str, Any]:
    """Who sends may have ended a moment before the other side has written it down."""
    end = monotonic() + PATIENCE_S
    while True:
        [shown] = [
            each for each in statuses(pypeer) if str(handle) in (each["paths"][0], each.get("counted", {}).get("name"))
        ]
        if shown.get("delivered") == 1:
            return shown
        assert monotonic() < end, shown


def test_an_inbox_outlives_the_command_and_there_is_one_for_a_folder(pypeer: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    code = json.loads(pypeer("send", "notes.txt", "--name", "Bob", "--daemon", "--json").stdout)["code"]
    assert pypeer("get", code, "-o", "got", "--name", "Ada", user="ada").returncode == 0
    assert pypeer("contacts", "allow", "Ada").returncode == 0
    opened = json.loads(pypeer("inbox", "in", "--daemon", "--json").stdout)
    assert (opened["event"], opened["contacts"]) == ("inbox", 1)
    again = pypeer("inbox", "./in/", "--daemon", "--json")
    assert (again.returncode, json.loads(again.stdout)["code"]) == (1, "in-use")
    assert f"{tmp_path / 'in'} is served in the background already" in pypeer("inbox", "in", "--daemon").stderr
    assert pypeer("send", "notes.txt", "--to", "Bob", user="ada").returncode == 0
    assert (tmp_path / "in/notes.txt").read_text() == "hello"
    shown = until_delivered(pypeer, tmp_path / "in")
    assert shown["paths"] == [str(tmp_path / "in")]
    assert f"inbox  {tmp_path / 'in'}  (1 received, 1 contact may send" in pypeer("status").stdout
    assert pypeer("stop", "in", code).returncode == 0
    assert gone(shown["pid"])
    assert pypeer("inbox", "in", "--daemon").returncode == 0, "nothing is left of the one before"


def test_a_library_is_shown_before_it_is_published_and_outlives_the_command(pypeer: Any, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music/tune.txt").write_text("la")
    publish = ("share", "music", "--daemon", "--name")
    counted, opened = map(json.loads, pypeer(*publish, "My music", "--json").stdout.splitlines())
    assert (counted["event"], counted["files"], counted["name"]) == ("counted", 1, "My music")
    assert opened["event"] == "library"
    again = pypeer(*publish, "Other", "--json")
    assert (again.returncode, json.loads(again.stdout)["code"]) == (1, "in-use")
    to_contacts = pypeer(*publish, "Other", "--to", "contacts")
    assert to_contacts.returncode == 0, "to somebody else it is another library"
    assert "To be published: 1 file, 2 bytes of " in to_contacts.stderr
    end = monotonic() + PATIENCE_S
    while not (hits := pypeer("search", "tune", "--json", user="ada").stdout):
        assert monotonic() < end
    assert pypeer("get", json.loads(hits)["handle"], "-o", "got", user="ada").returncode == 0
    assert (tmp_path / "got/tune.txt").read_text() == "la"
    several = pypeer("stop", "music")
    assert (several.returncode, "may be several" in several.stderr) == (2, True)
    assert until_delivered(pypeer, "My music")["kind"] == "share"
    assert pypeer("stop", "Other", "My music").returncode == 0
    assert pypeer("share", "music", "--name", "N", "--ask", "--daemon").returncode == 2


def test_a_person_sees_what_is_published_and_may_say_no(pypeer: Any, server: Server, tmp_path: Path) -> None:
    (tmp_path / "music").mkdir()
    (tmp_path / "music/tune.txt").write_text("la")
    terminal = Terminal(tmp_path / "home", server.url, "share", str(tmp_path / "music"), "--name", "M", "--daemon")
    try:
        assert "To be published: 1 file, 2 bytes of " in terminal.until("Publish that? [Y/n]: ")
        terminal.press("n\r")
        assert terminal.end() == 3
        assert "Nothing was published." in terminal.shown
    finally:
        terminal.discard()
    assert statuses(pypeer) == []
