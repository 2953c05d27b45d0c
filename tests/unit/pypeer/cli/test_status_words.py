"""What runs in the background, in words."""

from pypeer import events
from pypeer.background.record import Kind, Record
from pypeer.cli import status_words
from pypeer.events import Event
from pypeer.links.link import Scope

SERVER = "http://x"


def record(kind: Kind, *told: Event, paths: tuple[str, ...] = ("/m/a.txt",)) -> Record:
    made = Record(kind, 7, paths, 1000.0, SERVER)
    for event in told:
        made.note(event, 1000.0)
    return made


def joined(session: str) -> Event:
    return events.Joined(session=session, peer="p", short="Deep Blue", name="me")


def done(session: str) -> Event:
    return events.Done(session=session, files=1, bytes=10, seconds=1.0)


READY = events.Ready(code="7-a-b", link="l", expires=3600.0)


def test_what_is_sent_and_to_whom() -> None:
    path = events.PathChanged(session="t", way="direct", scope=Scope.MACHINE, local="l", remote="r")
    progress = events.Progress(session="t", bytes=512, total=1024, rate=256.0)
    made = record(Kind.SEND, READY, joined("s"), done("s"), joined("t"), path, progress, joined("u"))
    assert status_words.status(made, 1060.0).splitlines() == [
        "7-a-b  a.txt  (1 receiver has all, expires in 59 min 0 s, running for 1 min 0 s at http://x)",
        "    Deep Blue (direct): 512 bytes of 1.0 KiB, 256 bytes/s",
        "    Deep Blue: 0 bytes of 0 bytes",
    ]
    made = record(Kind.SEND, READY, events.Closed(reason="used"), paths=())
    assert status_words.status(made, 1000.0) == (
        "7-a-b  a text  (0 receivers have all, code used, running for 0 s at http://x)"
    )
    assert status_words.goes_on(made).endswith("`pypeer stop 7-a-b` ends it.")


def test_an_inbox() -> None:
    made = record(Kind.INBOX, paths=("/my in",))
    assert "0 contacts may send" in status_words.status(made, 1000.0)
    made.note(events.InboxOpen(peer="p", short="s", into="in", contacts=1), 0)
    for event in (joined("s"), done("s")):
        made.note(event, 0)
    assert status_words.status(made, 1061.0) == (
        "inbox  /my in  (1 received, 1 contact may send, running for 1 min 1 s at http://x)"
    )
    assert "`pypeer stop '/my in'` ends it" in status_words.goes_on(made)


def test_a_library() -> None:
    made = record(Kind.SHARE, paths=("/m", "/n"))
    assert "0 files for everybody, 0 served" in status_words.status(made, 1000.0)
    counted = events.Counted(files=2, bytes=9, folders="/m", name="My\x1bmusic", server=SERVER, space="Kin")
    for event in (counted, events.Announced(files=1, total=1)):
        made.note(event, 0)
    assert status_words.status(made, 1000.0) == (
        "“My\ufffdmusic”  /m, /n  (1 file for “Kin”, 0 served, running for 0 s at http://x)"
    )
