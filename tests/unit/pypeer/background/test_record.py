"""What is known of an offer in the background, and that it is kept while its process lives."""

from pathlib import Path

import pytest

from pypeer import events
from pypeer.background import shelf
from pypeer.background.record import RECEIVERS_KEPT, Receiver, Record
from pypeer.events import Event
from pypeer.links.link import Scope


def record(*told: Event) -> Record:
    made = Record(7, ("a",), 1000.0)
    for event in told:
        made.note(event, 1000.0)
    return made


JOINED = events.Joined(session="s", peer="p", short="Deep Blue", name="me")


def test_it_follows_an_offer_and_its_receivers() -> None:
    made = record(
        events.Ready(code="7-a-b", link="http://x/#7-a-b", expires=60.0),
        JOINED,
        events.PathChanged(session="s", way="direct", scope=Scope.MACHINE, local="l", remote="r"),
        events.Progress(session="s", bytes=5, total=10, rate=2.0),
        events.Paused(session="s", by="them"),
        events.Progress(session="nobody", bytes=5, total=10),
    )
    assert (made.code, made.link, made.expires) == ("7-a-b", "http://x/#7-a-b", 1060.0)
    assert made.receivers == {"s": Receiver("Deep Blue", "me", "direct", 5, 10, 2.0)}


@pytest.mark.parametrize(
    ("end", "ended", "delivered"),
    [
        (events.Done(session="s", files=1, bytes=10, seconds=1.0), "done", 1),
        (events.Done(session="s", files=1, bytes=9, seconds=1.0, failed=1), "done", 0),
        (events.Failed(session="s", code="no-path", message="no way"), "no-path", 0),
    ],
)
def test_how_a_receiver_ended(end: Event, ended: str, delivered: int) -> None:
    made = record(JOINED, end, events.Closed(reason="used"))
    assert (made.receivers["s"].ended, made.delivered, made.closed) == (ended, delivered, "used")


def test_those_who_ended_are_forgotten_and_no_others() -> None:
    made = record(JOINED)
    for number in range(RECEIVERS_KEPT + 5):
        made.note(events.Joined(session=str(number), peer="p", short="x"), 0)
        made.note(events.Failed(session=str(number), code="declined", message=""), 0)
    assert len(made.receivers) <= RECEIVERS_KEPT + 1
    assert "s" in made.receivers


def test_a_record_is_there_while_its_keeper_lives(tmp_path: Path) -> None:
    keeper = shelf.Keeper(tmp_path, "0123abcd")
    assert list(shelf.served(tmp_path)) == []
    keeper.write(record(JOINED))
    assert list(shelf.served(tmp_path)) == [record(JOINED)]
    assert (tmp_path / "0123abcd.json").stat().st_mode & 0o077 == 0
    with pytest.raises(BlockingIOError):
        shelf.Keeper(tmp_path, "0123abcd")
    keeper.close()
    assert list(tmp_path.iterdir()) == []


def test_what_a_dead_process_left_is_removed(tmp_path: Path) -> None:
    for name, content in (("0123abcd", b"{"), ("0123abce", b"")):
        (tmp_path / f"{name}.json").write_bytes(content)
    (tmp_path / "0123abcd.lock").touch()
    (tmp_path / "notes.json").touch()
    assert list(shelf.served(tmp_path)) == []
    assert {path.name for path in tmp_path.iterdir()} == {"notes.json", "0123abce.json"}
