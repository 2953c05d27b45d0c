"""What is known of a command in the background, and that it is kept while its process lives."""

import os
from pathlib import Path

import pytest

from pypeer import events
from pypeer.background import shelf
from pypeer.background.record import SESSIONS_KEPT, Kind, Record, Session, claims
from pypeer.events import Event
from pypeer.links.link import Scope


def record(*told: Event, kind: Kind = Kind.SEND, paths: tuple[str, ...] = ("a",)) -> Record:
    made = Record(kind, 7, paths, 1000.0)
    for event in told:
        made.note(event, 1000.0)
    return made


COUNTED = events.Counted(files=2, bytes=9, folders="/m", name="Music", server="http://x", space="Kin")
LIBRARY = events.LibraryOpen(library="l", name="Music", peer="p", short="Deep Blue", most=9)
INBOX = events.InboxOpen(peer="p", short="Deep Blue", into="in", contacts=2)
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
    assert made.sessions == {"s": Session("Deep Blue", "me", "direct", 5, 10, 2.0)}


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
    assert (made.sessions["s"].ended, made.delivered, made.closed) == (ended, delivered, "used")


def test_a_library_is_open_once_the_server_has_it() -> None:
    made = record(COUNTED, kind=Kind.SHARE, paths=("/m",))
    assert (made.counted, made.is_open) == (COUNTED, False)
    made.note(LIBRARY, 0)
    made.note(events.Announced(files=2, total=3), 0)
    assert (made.opened, made.is_open, made.found) == (LIBRARY, True, 2)


def test_what_ended_all_is_kept_and_what_ended_one_is_of_that_one() -> None:
    failed = events.Failed(code="server", message="gone")
    made = record(INBOX, JOINED, failed, kind=Kind.INBOX)
    assert (made.failed, made.sessions["s"].ended) == (failed, "")


@pytest.mark.parametrize(
    ("made", "handle", "called", "not_called"),
    [
        (record(events.Ready(code="7-a-b", link="l", expires=1.0)), "7-a-b", ("7-a-b", "7"), ("a", "/a")),
        (record(INBOX, kind=Kind.INBOX, paths=("/in",)), "/in", ("/in", "/in/", "/x/../in", "7"), ("in", "/", "")),
        (
            record(COUNTED, LIBRARY, kind=Kind.SHARE, paths=("/m", "/n")),
            "Music",
            ("Music", "/m", "/n/", "7"),
            ("music", "/m/n", "70"),
        ),
    ],
)
def test_what_a_person_calls_it(
    made: Record, handle: str, called: tuple[str, ...], not_called: tuple[str, ...]
) -> None:
    assert made.handle == handle
    assert [word for word in (*called, *not_called) if made.is_called(word, os.path.normpath(word))] == list(called)


def test_folders_are_claimed_for_each_audience_and_what_is_sent_is_not() -> None:
    assert claims(Kind.SEND, ("a",)) == ()
    assert claims(Kind.SHARE, ("/m", "/n"), "x") != claims(Kind.SHARE, ("/m", "/n"), "y")
    assert len({*claims(Kind.SHARE, ("/m", "/n"), "x"), *claims(Kind.INBOX, ("/m", "/n"), "x")}) == 4


def test_those_who_ended_are_forgotten_and_no_others() -> None:
    made = record(JOINED)
    for number in range(SESSIONS_KEPT + 5):
        made.note(events.Joined(session=str(number), peer="p", short="x"), 0)
        made.note(events.Failed(session=str(number), code="declined", message=""), 0)
    assert len(made.sessions) <= SESSIONS_KEPT + 1
    assert "s" in made.sessions


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


def test_one_process_at_a_time_does_something_and_the_next_after_it(tmp_path: Path) -> None:
    first, second = (shelf.Keeper(tmp_path, name) for name in ("0123abcd", "0123abce"))
    assert first.claim("inbox /in")
    assert not second.claim("inbox /in")
    assert second.claim("inbox /out")
    first.close()
    assert second.claim("inbox /in")
    second.close()
    assert list(tmp_path.iterdir()) == []


def test_what_was_claimed_under_a_name_that_is_gone_is_claimed_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = shelf._take
    first, second = (shelf.Keeper(tmp_path, name) for name in ("0123abcd", "0123abce"))
    assert first.claim("x")

    def late(lock: int) -> bool:
        monkeypatch.setattr(shelf, "_take", take)
        first.close()  # between opening the file and locking it
        return take(lock)

    monkeypatch.setattr(shelf, "_take", late)
    assert second.claim("x")
    [kept] = tmp_path.glob("*.claim")
    assert not shelf.Keeper(tmp_path, "0123abcf").claim("x"), kept
    second.close()


def test_a_record_may_outlive_its_process_for_who_started_it_and_is_shown_no_more(tmp_path: Path) -> None:
    keeper = shelf.Keeper(tmp_path, "0123abcd")
    keeper.write(record(events.Failed(code="server", message="gone")))
    keeper.close(keep=True)
    left = shelf.read(tmp_path, "0123abcd")
    assert left is not None
    assert left.failed is not None
    assert list(shelf.served(tmp_path)) == []
    assert list(tmp_path.iterdir()) == []


def test_names_that_are_no_unicode_are_written_as_far_as_it_goes(tmp_path: Path) -> None:
    keeper = shelf.Keeper(tmp_path, "0123abcd")
    keeper.write(record(paths=("a\udcff",)))
    [shown] = shelf.served(tmp_path)
    assert shown.paths == ("a?",)
    keeper.close()


def test_what_a_dead_process_left_is_removed(tmp_path: Path) -> None:
    for name, content in (("0123abcd", b"{"), ("0123abce", b"")):
        (tmp_path / f"{name}.json").write_bytes(content)
    (tmp_path / "0123abcd.lock").touch()
    (tmp_path / "notes.json").touch()
    assert list(shelf.served(tmp_path)) == []
    assert {path.name for path in tmp_path.iterdir()} == {"notes.json", "0123abce.json"}
