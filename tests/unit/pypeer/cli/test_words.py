"""Events in words."""

import pytest
from msgspec.structs import replace

from pypeer import events
from pypeer.cli import words
from pypeer.events import Event
from pypeer.links.link import Scope
from pypeer.protocol.report import REPORT_VERSION, ConnectionReport, Reason, RelayTrouble


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (5 * 2**20, "5.0 MiB"), (2**62, "4096.0 PiB")],
)
def test_sizes(count: int, text: str) -> None:
    assert words.size(count) == text


@pytest.mark.parametrize(("seconds", "text"), [(0.4, "0 s"), (61, "1 min 1 s"), (7261, "2 h 1 min")])
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def report(outcome: str, *reasons: Reason) -> events.Report:
    return events.Report(report=ConnectionReport(v=REPORT_VERSION, link=0, outcome=outcome, reasons=reasons))


def refused() -> events.Report:
    told = report("failed", Reason.PROXY_REFUSES, Reason.UDP_BLOCKED_HERE).report
    trouble = RelayTrouble(relay="http://proxy", code=403, text="The proxy lets nothing out.")
    return events.Report(report=replace(told, relays=(trouble,)))


WISHED = events.Wished(peer="abc", short="Happy Guide", title="a.flac", files=1, bytes=2048)


EVENTS: list[tuple[Event, str | None]] = [
    (
        events.LibraryOpen(library="x", name="Mus\x1bik", peer="abc", short="Happy Guide", most=9),
        "“Mus\ufffdik” is in the directory, as Happy Guide (abc).",
    ),
    (
        events.LibraryOpen(library="x", name="Musik", peer="abc", short="Happy Guide", most=9, space="K\x1bin"),
        "“Musik” is in the space “K\ufffdin”, as Happy Guide (abc).",
    ),
    (
        events.Invited(space="K\x1bin", peer="abc", short="Happy Guide"),
        "Happy Guide invites you to the space “K\ufffdin”.",
    ),
    (events.Member(space="Kin", peer="abc", short="Happy Guide"), "Happy Guide is in the space “Kin” now."),
    (events.Announced(files=1, total=2), None),
    (events.Announced(files=2, total=2, whole=True), "Others find 2 files."),
    (
        events.Announced(files=1, total=1002, left=1001),
        "The server takes no more: 1,001 files of 1,002 cannot be found by others.",
    ),
    (WISHED, "Happy Guide [abc] asks for a.flac: 1 file, 2.0 KiB."),
    (
        replace(WISHED, name="Ada", why="For\x07 me.", folder="Jazz"),
        "Happy Guide (Ada) [abc] asks for the folder Jazz: 1 file, 2.0 KiB. They say: For\ufffd me.",
    ),
    (events.Declined(reason="no"), "Declined."),
    (events.Declined(reason="unanswered"), "Declined, because nobody answered."),
    (events.Withdrawn(), "The library is not in the directory any more."),
    (events.Joined(peer="x", short="Happy Guide"), "Met Happy Guide."),
    (events.Joined(peer="x", short="Happy Guide", name="Ada\x1b[2J"), "Met Happy Guide (Ada\ufffd[2J)."),
    (
        events.Waiting(peer="x", short="Happy Guide", seconds=300),
        "Happy Guide is asked; that may take up to 5 min 0 s.",
    ),
    (events.Skipped(message="x may not be read"), "Left out: x may not be read."),
    (events.Noted(message="'a:b' is 'a_b'"), "Note: 'a:b' is 'a_b'."),
    (events.Guessed(left=1), "Someone tried wrong words; 1 attempt is left."),
    (events.Offered(files=1, folders=0, bytes=5, text=True), "A text of 5 bytes."),
    (events.Offered(files=2, folders=1, bytes=2048, title="album"), "album: 2 files, 1 folder, 2.0 KiB."),
    (events.Offered(files=1, folders=0, bytes=0), "Offer: 1 file, 0 bytes."),
    (events.SourceJoined(peer="x", short="Happy Guide", sources=1), "Fetching from Happy Guide."),
    (
        events.SourceJoined(peer="x", short="Happy Guide", sources=3),
        "Fetching from Happy Guide, one of 3 senders now.",
    ),
    (
        events.SourceDropped(code="vanished", message="It left.", peer="x", short="Happy Guide"),
        "Nothing more comes from Happy Guide: It left.",
    ),
    (
        events.SourceDropped(code="unknown-locator", message="No such code."),
        "Nothing more comes from one of the senders: No such code.",
    ),
    (
        events.PathChanged(way="direct", scope=Scope.NETWORK, local="a", remote="b"),
        "Connected directly, in the same network (direct).",
    ),
    (report("punched", Reason.DIFFERENT_NETWORKS), None),
    (report("failed"), "No way to the other side opened."),
    (report("failed", Reason.NO_RELAY), "There is no relay to fall back to."),
    (
        report("failed", Reason.FILTERED, Reason.NO_RELAY),
        "Both sides sent, and nothing came through: a firewall drops it. There is no relay to fall back to.",
    ),
    (
        report("failed", Reason.UDP_BLOCKED_HERE, Reason.UDP_BLOCKED_THERE, Reason.NO_RELAY),
        "The network here lets no UDP out; try another, or ask whoever runs it to allow UDP. "
        "The network of the other side lets no UDP out; it should try another.",
    ),
    (refused(), "The proxy lets nothing out."),
    (events.Reconnecting(), "The connection broke; looking for another way."),
    (events.Paused(by="me"), "Paused."),
    (events.Paused(by="them"), "The other side paused."),
    (events.Resumed(), "Going on."),
    (events.FileFailed(path="a\u202eb", code="corrupt", message="no"), "a\ufffdb: no"),
    (events.Done(files=1, bytes=2048, seconds=2), "Done: 1 file, 2.0 KiB, 1.0 KiB/s, all verified."),
    (
        events.Done(files=3, bytes=0, seconds=0, failed=1, into=("a", "b")),
        "Done: 3 files, 0 bytes, all verified. 1 file could not be transferred. Saved: a, b.",
    ),
    (
        events.Done(files=1, bytes=4096, seconds=2, fetched=2048),
        "Done: 1 file, 4.0 KiB, 1.0 KiB/s, all verified. Only 2.0 KiB had to come, the rest was here.",
    ),
    (events.Failed(session="1", code="x", message="because"), "Failed: because"),
    (events.Failed(code="x", message="because"), None),
    (events.Closed(reason="used"), "The code has been used and is closed."),
    (events.Closed(reason="other"), "other"),
    (events.Text(text="x"), None),
]


@pytest.mark.parametrize(("event", "text"), EVENTS, ids=lambda value: type(value).__name__)
def test_events(event: Event, text: str | None) -> None:
    assert words.describe(event) == text


def test_what_is_asked_about() -> None:
    assert words.contents(events.Offered(files=1, folders=0, bytes=5, text=True)) == "a text of 5 bytes"


def test_a_text_keeps_its_lines_and_cannot_steer_a_terminal() -> None:
    text = "one\r\n\ttwo\x1b]0;x\x07 \u202eeert \U0001f468\u200d\U0001f469 \r\x9b"
    assert words.readable(text) == "one\n\ttwo\ufffd]0;x\ufffd \ufffdeert \U0001f468\u200d\U0001f469 \ufffd\ufffd"


def test_messages_cannot_steer_a_terminal() -> None:
    assert words.describe(events.Failed(session="1", code="x", message="\x1b[2J")) == "Failed: \ufffd[2J"
    assert words.describe(events.FileFailed(path="a", code="x", message="\x1b[2J")) == "a: \ufffd[2J"


def test_every_scope_has_words() -> None:
    assert set(words.SCOPES) == set(Scope)


def test_every_reason_is_one_sentence() -> None:
    assert set(words.REASONS) == set(Reason)
    assert all(text.endswith(".") and text.count(". ") == 0 for text in words.REASONS.values())


def test_progress() -> None:
    assert words.progress(events.Progress(bytes=1, total=2)) == "1 bytes of 2 bytes"
    full = events.Progress(bytes=1024, total=2048, rate=1024.0, left=1.0)
    assert words.progress(full) == "1.0 KiB of 2.0 KiB, 1.0 KiB/s, 1 s left"


def test_what_would_be_published_and_to_whom() -> None:
    counted = events.Counted(files=12345, bytes=67 * 2**30, folders="~/Music", name="Music", server="http://nas/")
    assert words.counted(counted) == "12,345 files, 67.0 GiB of ~/Music as “Music” to everybody at http://nas/"
    sealed = replace(counted, space="Kin")
    assert words.counted(sealed).endswith(" as “Music” to the members of the space “Kin” at http://nas/")
    assert words.describe(counted) is None
