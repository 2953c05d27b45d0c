"""`pypeer search`, `peers`, `browse` and `get HIT`: real processes, real libraries, and what becomes of owners that go,
lie, or say no."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from secrets import token_hex

import pytest

from pypeer.library.index import RootIndex
from pypeer.transfer.identity import identity_of
from pypeer.transfer.recovery import root_of
from tests.support.commands import Command, running_server

Start = Callable[..., Command]

SIZE = 6 * 2**20
SLOW = "1M"
"""What an owner gives: alone it needs seconds, in which something can happen."""


class Owner:
    """A command that shares one file, as it is called there."""

    def __init__(self, pypeer: Start, folder: Path, name: str, content: bytes, *options: str) -> None:
        folder.mkdir()
        self.path = folder / name
        self.path.write_bytes(content)
        os.utime(self.path, (1e9, 1e9 + len(folder.name)))
        self.library = folder.name
        self._pypeer = pypeer
        self._options = options

    def share(self) -> Command:
        """Publish it; returns once it is found."""
        where = ("share", self.path.parent, "--name", self.library, "--yes", "--limit", SLOW)
        self.command = self._pypeer(*where, *self._options)
        while not self.command.until("announced").get("whole"):
            pass
        self.peer = next(event["peer"] for event in self.command.events if event["event"] == "library")
        return self.command


@pytest.fixture
def content() -> bytes:
    return os.urandom(SIZE)


@pytest.fixture
def word() -> str:
    """Nobody else has it in a name."""
    return f"w{token_hex(6)}"


@pytest.fixture
def owners(pypeer: Start, tmp_path: Path, content: bytes, word: str) -> list[Owner]:
    """Three who have the same under different names."""
    names = (f"{word} film.mkv", f"copy of {word}.mkv", f"{word}.old.mkv")
    return [Owner(pypeer, tmp_path / f"lib-{number}", name, content) for number, name in enumerate(names)]


def found(pypeer: Start, *words: str) -> list[dict[str, object]]:
    """What a search tells."""
    command = pypeer("search", *words)
    assert command.end() == 0, command.errors
    return [event for event in command.events if event["event"] == "hit"]


def only(folder: Path) -> bytes:
    """The only thing that was put there."""
    [path] = [path for path in folder.iterdir() if not path.name.startswith(".")]
    return path.read_bytes()


def test_one_file_comes_from_all_who_have_it_under_other_names(
    pypeer: Start, owners: list[Owner], content: bytes, word: str, tmp_path: Path
) -> None:
    sharing = [owner.share() for owner in owners]
    [hit] = found(pypeer, word)
    assert (hit["count"], hit["size"], hit["kind"]) == (3, SIZE, "video")
    sources = hit["sources"]
    assert isinstance(sources, list)
    assert {source["peer"] for source in sources} == {owner.peer for owner in owners}
    receiver = pypeer("get", hit["handle"], "-o", tmp_path / "got")
    assert receiver.end() == 0, receiver.events
    assert only(tmp_path / "got") == content
    assert max(event.get("sources", 1) for event in receiver.events if event["event"] == "progress") == 3
    served = [command.until("done") for command in sharing]
    assert all(event["sent"] > 0 for event in served)
    assert sum(event["sent"] for event in served) < 1.5 * SIZE
    assert "source-dropped" not in receiver.kinds()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["Ctrl-C", "killed"])
def test_one_that_leaves_ends_nothing(
    pypeer: Start, owners: list[Owner], content: bytes, word: str, tmp_path: Path, how: signal.Signals
) -> None:
    sharing = [owner.share() for owner in owners[:2]]
    [hit] = found(pypeer, word)
    receiver = pypeer("get", hit["handle"], "-o", tmp_path / "got")
    while receiver.until("progress").get("sources", 1) < 2:
        pass
    sharing[0].process.send_signal(how)
    assert receiver.end() == 0, receiver.events
    assert only(tmp_path / "got") == content


def doctor(home: Path, path: Path, root: bytes) -> None:
    """Make the index of a peer say that a file has this root."""
    index = RootIndex(home / "roots.sqlite")
    index.put([(str(path), identity_of(path.stat()), root)])
    index.close()


def test_one_that_lies_is_found_out_and_the_others_go_on(
    pypeer: Start, owners: list[Owner], content: bytes, word: str, tmp_path: Path
) -> None:
    root = root_of(owners[0].path, SIZE)
    assert root is not None
    liar = Owner(pypeer, tmp_path / "lib-of-lies", f"{word}.lie.mkv", os.urandom(SIZE))
    doctor(tmp_path / "home0", liar.path, root)
    for owner in (liar, *owners[:2]):
        owner.share()
    [hit] = found(pypeer, word)
    assert hit["count"] == 3
    receiver = pypeer("get", hit["handle"], "-o", tmp_path / "got")
    assert receiver.end() == 0, receiver.events
    assert only(tmp_path / "got") == content
    assert receiver.one("source-dropped")["peer"] == liar.peer


def test_of_a_liar_alone_nothing_is_kept(pypeer: Start, word: str, tmp_path: Path) -> None:
    liar = Owner(pypeer, tmp_path / "lib-of-lies", f"{word}.mkv", b"something else")
    doctor(tmp_path / "home0", liar.path, os.urandom(32))
    liar.share()
    [hit] = found(pypeer, word)
    receiver = pypeer("get", hit["handle"], "-o", tmp_path / "got")
    assert receiver.end() == 1
    assert "noted" not in receiver.kinds(), "nobody who is here could bring it, so nothing is waited for"
    assert not [path for path in (tmp_path / "got").glob("*") if path.is_file()]


def test_a_fetch_that_was_cut_off_goes_on_from_somebody_else(
    pypeer: Start, owners: list[Owner], content: bytes, word: str, tmp_path: Path
) -> None:
    first = owners[0].share()
    [hit] = found(pypeer, word)
    receiver = pypeer("get", hit["handle"], "-o", tmp_path / "got")
    while receiver.until("progress")["bytes"] < SIZE / 3:
        pass
    receiver.interrupt()
    first.interrupt()
    owners[1].share()
    again = pypeer("get", hit["handle"], "-o", tmp_path / "got")
    assert again.end() == 0, again.events
    assert again.one("done")["fetched"] <= SIZE * 3 / 4
    assert only(tmp_path / "got") == content
    assert not list((tmp_path / "got").glob(".byway-*"))


def test_when_all_are_gone_another_is_found(
    pypeer: Start, owners: list[Owner], content: bytes, word: str, tmp_path: Path
) -> None:
    first = owners[0].share()
    [hit] = found(pypeer, word)
    receiver = pypeer("get", hit["handle"], "-o", tmp_path / "got")
    receiver.until("progress")
    first.interrupt()
    receiver.until("noted")
    owners[1].share()
    assert receiver.end() == 0, receiver.events
    assert only(tmp_path / "got") == content
    assert receiver.events[-1]["event"] == "done"


def test_libraries_are_listed_and_looked_into(
    pypeer: Start, owners: list[Owner], content: bytes, word: str, tmp_path: Path
) -> None:
    folder = owners[0].path.parent / "below" / "deep"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"hello")
    owner = owners[0]
    owner.library = f"lib-{word}"
    owner.share()
    peers = pypeer("peers")
    assert peers.end() == 0
    [here] = [event for event in peers.events if event.get("peer") == owner.peer]
    assert (here["event"], here["name"], here["files"], here["whole"]) == ("here", owner.library, 2, True)
    top = pypeer("browse", here["short"].lower())
    assert top.end() == 0
    assert {(event["event"], event["name"]) for event in top.events} == {("folder", "below"), ("file", owner.path.name)}
    deep = pypeer("browse", owner.library, "below/deep/")
    assert deep.end() == 0
    [file] = deep.events
    assert (file["name"], file["path"], file["size"]) == ("a.txt", "below/deep/a.txt", 5)
    whole = pypeer("get", f"byway:{owner.peer}/below", "-o", tmp_path / "got")
    assert whole.end() == 0, whole.events
    assert (tmp_path / "got" / "below" / "deep" / "a.txt").read_bytes() == b"hello"
    one = pypeer("get", f"byway:{owner.peer}/{file['handle']}", "-o", tmp_path / "one")
    assert one.end() == 0
    assert only(tmp_path / "one") == b"hello"


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("search", "nothing-has-this-name"), 4, "not-found"),
        (("get", "abcdefghijklmnop"), 4, "not-found"),
        (("get", f"byway:{'a' * 32}/abcdefghijklmnop"), 4, "not-found"),
        (("get", f"byway:{'a' * 32}/folder"), 4, "not-found"),
        (("get", "byway:nobody/folder"), 2, "bad-code"),
        (("browse", "nobody at all"), 4, "not-found"),
        (("search", "x", "--peer", "nobody at all"), 4, "not-found"),
        (("get", "abcdefghijklmnop", "--also", "7-guitar-sunset"), 2, "bad-code"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_not_there(pypeer: Start, arguments: tuple[str, ...], status: int, code: str) -> None:
    command = pypeer(*arguments)
    assert command.end() == status
    assert command.one("error")["code"] == code


def test_a_server_that_keeps_no_directory(pypeer: Start, tmp_path: Path) -> None:
    with running_server(tmp_path / "server", "--directory-off") as server:
        for arguments in (("search", "x"), ("peers",), ("browse", "x"), ("get", "abcdefghijklmnop")):
            command = pypeer(*arguments, url=server.url)
            assert command.end() == 1
            assert command.one("error")["code"] == "no-directory"
            assert "no directory" in command.one("error")["message"]


def test_lines_for_people(pypeer: Start, owners: list[Owner], word: str) -> None:
    owners[0].share()
    command = pypeer("search", word, "--type", "video", "--size", ">1M", "--peer", owners[0].peer, json_events=False)
    out, errors = command.process.communicate(timeout=60)
    assert command.process.returncode == 0
    [line] = out.splitlines()
    assert owners[0].path.name in line
    assert f"pypeer get {line.split()[0]}" in errors
