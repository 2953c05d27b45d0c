"""Contacts and the inbox at a real server, by real commands: met by a code once, sent to without one from then on."""

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import PATIENCE_S, ROOT, Command, Server, environment, finished
from tests.support.terminal import Terminal


class Person:
    """One user: an identity and contacts of its own, and commands that use them."""

    def __init__(self, home: Path, url: str, name: str) -> None:
        self.home = home
        self.name = name
        self._url = url
        self._started: list[Command] = []

    def start(self, *arguments: str | Path, json_events: bool = True) -> Command:
        """A command that goes on."""
        command = Command(self.home, self._url, *map(str, arguments), "--name", self.name, json_events=json_events)
        self._started.append(command)
        return command

    def contacts(self, *arguments: str) -> list[dict[str, Any]]:
        """`pypeer contacts --json ...`: its events."""
        done = finished(self.home, "contacts", "--json", *arguments)
        assert done.returncode == 0, done
        return [json.loads(line) for line in done.stdout.splitlines()]

    def standings(self) -> dict[str, str]:
        """What each contact may do, by name."""
        return {each["name"]: each["standing"] for each in self.contacts()}

    def discard(self) -> None:
        for command in self._started:
            command.discard()


@pytest.fixture
def person(tmp_path: Path, server: Server) -> Iterator[Callable[[str], Person]]:
    """Make somebody."""
    made: list[Person] = []

    def make(name: str) -> Person:
        made.append(Person(tmp_path / f"home of {name}", server.url, name))
        return made[-1]

    yield make
    for each in made:
        each.discard()


@pytest.fixture
def people(person: Callable[[str], Person], tmp_path: Path) -> tuple[Person, Person]:
    """Two that have met by a code: Ada has sent something to Bob."""
    ada, bob = person("Ada"), person("Bob")
    meet(ada, bob, tmp_path)
    return ada, bob


def meet(ada: Person, bob: Person, folder: Path, *how: str) -> tuple[Command, Command]:
    (folder / "hello.txt").write_text("hello")
    sending = ada.start("send", folder / "hello.txt", "--once", *how)
    getting = bob.start("get", sending.until("ready")["code"], "-o", folder / "first")
    assert getting.end() == 0, getting.errors
    assert sending.end() == 0, sending.errors
    return sending, getting


def test_two_that_have_met_know_each_other_and_nobody_can_call_yet(
    people: tuple[Person, Person], tmp_path: Path
) -> None:
    ada, bob = people
    [known] = ada.contacts()
    assert (known["name"], known["standing"]) == ("Bob", "met")
    assert bob.standings() == {"Ada": "met"}
    kept = ada.home / "contacts.sqlite"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    inbox = bob.start("inbox", tmp_path / "in")
    assert inbox.until("inbox")["contacts"] == 0
    sending = ada.start("send", tmp_path / "hello.txt", "--to", "Bob")
    assert sending.end() == 4
    assert sending.one("error")["code"] == "not-found"
    assert "is not here, or has not made you a contact yet" in sending.one("error")["message"]
    assert ada.standings() == {"Bob": "ask"}, "who is sent to may answer"
    assert inbox.interrupt() == 130
    assert inbox.kinds() == {"inbox"}


def test_a_contact_sends_without_a_code_to_one_who_takes_everything(
    people: tuple[Person, Person], tmp_path: Path
) -> None:
    ada, bob = people
    [known] = bob.contacts("allow", "ada")
    assert known["standing"] == "always"
    inbox = bob.start("inbox", tmp_path / "in")
    assert inbox.until("inbox")["contacts"] == 1
    data = os.urandom(3_000_000)
    (tmp_path / "big.bin").write_bytes(data)
    sending = ada.start("send", tmp_path / "big.bin", "--to", "Bob")
    assert sending.end() == 0, sending.errors
    assert (tmp_path / "in" / "big.bin").read_bytes() == data
    called = inbox.until("called")
    assert (called["name"], called["names"], called["bytes"], called.get("ask", False)) == (
        "Ada",
        ["big.bin"],
        3_000_000,
        False,
    )
    done = inbox.until("done")
    assert done["session"] == called["session"]
    text = ada.start("send", "--text", "and a word", "--to", "Bob")
    assert text.end() == 0, text.errors
    assert inbox.until("text")["text"] == "and a word"
    assert inbox.interrupt() == 130


def test_without_anybody_to_ask_it_is_declined_and_with_a_rule_taken(
    people: tuple[Person, Person], tmp_path: Path
) -> None:
    ada, bob = people
    bob.contacts("add", "Ada", "--as", "Ada from work")
    inbox = bob.start("inbox", tmp_path / "in", json_events=False)
    error = inbox.process.stderr
    assert error is not None
    while "1 contact may send" not in (line := error.readline()):
        assert line, "the inbox ended"
    sending = ada.start("send", tmp_path / "hello.txt", "--to", "Bob")
    assert sending.end() == 3
    assert sending.one("error")["message"] == "Bob did not take it."
    assert not (tmp_path / "in").exists()
    assert inbox.interrupt() == 130
    assert "Ada from work, " in "".join(inbox.errors)
    assert "`pypeer contacts allow NAME`" in inbox.errors
    box = bob.start("inbox", tmp_path / "in", "--accept", "contacts", "--sort")
    box.until("inbox")
    assert ada.start("send", tmp_path / "hello.txt", "--to", "Bob").end() == 0
    assert (tmp_path / "in" / "Ada from work" / "hello.txt").read_text() == "hello"


def test_a_person_at_a_terminal_is_asked_who_and_what_and_decides_for_the_future(
    people: tuple[Person, Person], server: Server, tmp_path: Path
) -> None:
    ada, bob = people
    bob.contacts("add", "Ada")
    box = Terminal(bob.home, server.url, "inbox", str(tmp_path / "in"))
    try:
        box.until("Waiting for what 1 contact may send to you")
        sending = ada.start("send", tmp_path / "hello.txt", "--to", "Bob")
        shown = box.until("[y/N, a: always, b: block]: ")
        [known] = bob.contacts()
        assert f"Ada, {known['short']} [{known['peer']}] sends 1 file, 5 bytes: hello.txt" in shown
        assert shown.count("sends 1 file") == 1
        box.press("perhaps\r")
        box.until("Please answer y or n; a takes everything from now on, b blocks who calls.")
        box.press("a\r")
        assert sending.end() == 0, sending.errors
        assert (tmp_path / "in" / "hello.txt").read_text() == "hello"
        assert bob.standings() == {"Ada": "always"}
        box.until("all verified")
        box.press("\x03")
        assert box.end() == 130
    finally:
        box.discard()


def test_a_script_answers_on_standard_input(people: tuple[Person, Person], server: Server, tmp_path: Path) -> None:
    ada, bob = people
    bob.contacts("add", "Ada")
    command = [sys.executable, "-m", "pypeer", "inbox", str(tmp_path / "in"), "--json", "--server", server.url]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(bob.home), stdin=pipe, stdout=pipe, text=True, bufsize=1
    ) as box:
        assert box.stdin is not None
        assert box.stdout is not None
        sending: Command | None = None
        for line in box.stdout:
            event = json.loads(line)
            if event["event"] == "inbox" and sending is None:
                sending = ada.start("send", tmp_path / "hello.txt", "--to", "Bob")
            if event["event"] == "called":
                assert event["ask"] is True
                box.stdin.write('no answer\n{"session": "another", "answer": "block"}\n')
                box.stdin.write(json.dumps({"session": event["session"], "answer": "accept"}) + "\n")
            if event["event"] == "done":
                break
        assert sending is not None
        assert sending.end() == 0, sending.errors
        box.terminate()
        assert box.wait(PATIENCE_S) == 130
    assert bob.standings() == {"Ada": "ask"}


def test_whoever_is_met_is_a_contact_at_once_and_can_be_forgotten(
    person: Callable[[str], Person], tmp_path: Path
) -> None:
    ada, bob = person("Ada"), person("Bob")
    sending, _ = meet(ada, bob, tmp_path, "--remember", "My Bob")
    assert ada.standings() == {"My Bob": "ask"}
    assert sending.one("contact")["standing"] == "ask"
    assert bob.contacts("rename", "Ada", "Countess")[0]["name"] == "Countess"
    assert bob.contacts("remove", "countess") == []
    assert bob.contacts() == []
    assert bob.contacts("remove", "--met") == []
    assert ada.standings() == {"My Bob": "ask"}


def test_with_a_contact_there_is_no_code(pypeer: Callable[..., Command]) -> None:
    for option in ("--once", "--qr", "--swarm", "--remember=x", "--expires=10m"):
        assert pypeer("send", "--text", "x", "--to", "Bob", option).end() == 2
    unknown = pypeer("send", "--text", "x", "--to", "Bob")
    assert unknown.end() == 4
    assert "You have met nobody called 'Bob'" in unknown.one("error")["message"]


def test_several_contacts_are_sent_to_at_once_and_each_answers(
    people: tuple[Person, Person], person: Callable[[str], Person], tmp_path: Path
) -> None:
    ada, bob = people
    cid, dan = person("Cid"), person("Dan")
    for each in (cid, dan):
        meet(ada, each, tmp_path)
    bob.contacts("allow", "Ada")
    cid.contacts("add", "Ada")
    boxes = [each.start("inbox", tmp_path / each.name) for each in (bob, cid)]
    for box in boxes:
        assert box.until("inbox")["contacts"] == 1
    sending = ada.start("send", tmp_path / "hello.txt", "--to", "Bob", "--to", "Cid", "--to", "Dan", "--to", "bob")
    assert sending.end() == 3, "Bob has it, Cid said no, Dan was not there"
    names = {event["session"]: event["name"] for event in sending.events if event["event"] == "calling"}
    assert sorted(names.values()) == ["Bob", "Cid", "Dan"]
    ends = {
        names[event["session"]]: event.get("code", "done")
        for event in sending.events
        if event["event"] in ("done", "error") and event.get("session")
    }
    assert ends == {"Bob": "done", "Cid": "declined", "Dan": "not-found"}
    assert sending.events[-1]["code"] == "declined"
    assert sending.events[-1]["message"] == "1 of 3 have it. Not: Cid (declined), Dan (not-found)."
    assert (tmp_path / "Bob/hello.txt").read_text() == "hello"
    cid.contacts("allow", "Ada")
    told = ada.start("send", tmp_path / "hello.txt", "--to", "Bob", "--to", "Cid", json_events=False)
    assert told.end() == 0, told.errors
    assert "Calling Bob, " in told.errors
    assert "Cid has it." in told.errors
    unknown = ada.start("send", tmp_path / "hello.txt", "--to", "Bob", "--to", "Zoe")
    assert unknown.end() == 4
    assert unknown.kinds() == {"error"}, "nobody is called before all are known"
    for box in boxes:
        box.interrupt()
