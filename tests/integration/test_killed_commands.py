"""Real commands over a real server, killed at random moments: run again, they go on where they were."""

import random
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Final

import pytest

from tests.support.commands import Command, Server, running_server
from tests.support.transfers import make, tree_of
from tests.vectors.stream import stream

SEED: Final = 5
KILLS: Final = 6
"""Of each side. What a fetch may be killed at is in test_killed.py."""

PLACES: Final = 2
"""Where the receiver puts it, one after the other."""

SIZES: Final = (7_000_000, 3_000_000, 1_000_000, 600_000, 500_000)
"""All of several chunks, so that everything that was told as stored has to be there again."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make(tmp_path / "tree", {f"d{n}/{n}": stream(size, b"%d" % n) for n, size in enumerate(SIZES)})


def offer(server: Server, home: Path, tree: Path) -> tuple[Command, str]:
    sender = Command(home, server.url, "send", str(tree))
    return sender, str(sender.until("ready")["code"])


def get(server: Server, home: Path, code: str, into: Path, *options: str) -> Command:
    receiver = Command(home, server.url, "get", code, "-o", str(into), *options)
    receiver.until("accepted")
    return receiver


def stored(receiver: Command) -> list[int]:
    """What it told of, in bytes."""
    return [event["bytes"] for event in receiver.events if event["event"] == "progress"]


def whole(into: Path, tree: Path) -> None:
    """Whatever has its final name is complete."""
    for path in (into / "tree").rglob("*"):
        if path.is_file():
            assert path.read_bytes() == (tree / path.relative_to(into / "tree")).read_bytes()


def test_the_receiver_is_killed(server: Server, tree: Path, tmp_path: Path) -> None:
    chance, had = random.Random(SEED), 0
    sender, code = offer(server, tmp_path / "sender", tree)
    for number in range(KILLS):
        into = tmp_path / str(number * PLACES // KILLS)
        receiver = get(server, tmp_path / "receiver", code, into, "--limit", "1M")
        sleep(chance.uniform(0, 1.0))
        receiver.interrupt(signal.SIGKILL)
        told = stored(receiver)
        assert not told or number == KILLS // PLACES or told[0] >= had, "something is fetched again"
        had = told[-1] if told else had if number % (KILLS // PLACES) else 0
        whole(into, tree)
    for number in range(PLACES):
        receiver = get(server, tmp_path / "receiver", code, into := tmp_path / str(number))
        assert receiver.end() == 0
        assert tree_of(into / "tree") == tree_of(tree)
        assert [path.name for path in into.iterdir()] == ["tree"]
    sender.discard()


def test_the_sender_is_killed(server: Server, tree: Path, tmp_path: Path) -> None:
    """Each time under another code, the last time from another place."""
    chance, had, into = random.Random(SEED), 0, tmp_path / "into"
    for number in range(KILLS):
        sender, code = offer(server, tmp_path / f"sender{number}", tree)
        receiver = get(server, tmp_path / "receiver", code, into, "--limit", "3M")
        sleep(chance.uniform(0, 0.6))
        sender.interrupt(signal.SIGKILL)
        assert receiver.interrupt() == 130
        told = stored(receiver)
        assert not told or told[0] >= had, "something is fetched again"
        had = told[-1] if told else had
        whole(into, tree)
    other = shutil.copytree(tree, tmp_path / "elsewhere" / "tree")
    sender, code = offer(server, tmp_path / "sender", other)
    receiver = get(server, tmp_path / "receiver", code, into)
    assert receiver.end() == 0
    assert stored(receiver)[0] >= had
    assert tree_of(into / "tree") == tree_of(tree)
    sender.discard()
