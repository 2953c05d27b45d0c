"""`pypeer send --swarm`: real processes; receivers serve each other, and the sender sends less than they get."""

import os
from collections.abc import Callable
from pathlib import Path

from tests.integration.test_commands import code_of
from tests.support.commands import Command

Start = Callable[..., Command]
SIZE = 12 * 2**20
RECEIVERS = 3


def sent_by(sender: Command) -> int:
    return sum(event.get("sent", 0) for event in sender.events if event["event"] == "done")


def test_receivers_serve_each_other(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "source.bin"
    source.write_bytes(os.urandom(SIZE))
    sender = pypeer("send", source, "--swarm", "--times", RECEIVERS, "--limit", "400K")
    code = code_of(sender)
    receivers = [pypeer("get", code, "-o", tmp_path / f"got{number}") for number in range(RECEIVERS)]
    assert [receiver.end() for receiver in receivers] == [0] * RECEIVERS
    assert sender.end() == 0
    for number, receiver in enumerate(receivers):
        assert (tmp_path / f"got{number}" / source.name).read_bytes() == source.read_bytes()
        assert "source" in receiver.kinds(), "it has drawn from others"
    assert sent_by(sender) < 2.5 * SIZE


def test_who_does_not_want_to_help_is_served_as_always(pypeer: Start, tmp_path: Path) -> None:
    source = tmp_path / "source.bin"
    source.write_bytes(os.urandom(2**20))
    sender = pypeer("send", source, "--swarm", "--times", 2)
    code = code_of(sender)
    receivers = [pypeer("get", code, "--no-swarm", "-o", tmp_path / f"got{number}") for number in range(2)]
    assert [receiver.end() for receiver in receivers] == [0, 0]
    assert sender.end() == 0
    assert sent_by(sender) == 2 * 2**20
    assert all("source" not in receiver.kinds() for receiver in receivers)
