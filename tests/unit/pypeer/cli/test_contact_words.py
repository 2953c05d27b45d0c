"""Contacts and their calls in words."""

from typing import Any

import pytest

from pypeer import events
from pypeer.cli import contact_words
from pypeer.cli.contact_words import called, contact, day, describe
from pypeer.contacts.standing import Standing

NOON = 1_790_000_000.0
ID = "0123456789abcdef"


def kept(**changes: Any) -> events.Kept:
    what: dict[str, Any] = {"id": ID, "peer": "id", "short": "Deep Blue", "name": "Bob", "files": 1, "bytes": 5}
    return events.Kept(**(what | changes))


def known(**changes: Any) -> events.Remembered:
    return events.Remembered(**{"peer": "id", "short": "Amber River", "name": "Bob", "standing": "ask"} | changes)


def call(**changes: Any) -> events.Called:
    what: dict[str, Any] = {"peer": "id", "short": "Amber River", "name": "Bob", "files": 2, "folders": 0, "bytes": 5}
    return events.Called(**what | changes)


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (known(), "Bob  Amber River  [may send, and you are asked]  id"),
        (known(standing="met"), "Bob  Amber River  [was met; no contact yet]  id"),
        (
            known(standing="blocked", alike=("B\u043eb", "B0b"), mixed=True),
            "Bob  Amber River  [is blocked; LOOKS LIKE B\u043eb, B0b, and is somebody else; "
            "mixes alphabets that look alike]  id",
        ),
    ],
)
def test_a_contact_in_the_list(event: events.Remembered, line: str) -> None:
    assert contact(event) == line


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (call(names=("a.txt", "b.txt")), "Bob, Amber River [id] sends 2 files, 5 bytes: a.txt, b.txt"),
        (call(names=("a",), folders=1), "Bob, Amber River [id] sends 2 files, 1 folder, 5 bytes: a …"),
        (call(text=True), "Bob, Amber River [id] sends a text of 5 bytes."),
        (
            call(name="B\x1bb", alike=("Bib",), names=("a", "b")),
            "B\ufffdb, Amber River [id] (LOOKS LIKE Bib, and is somebody else) sends 2 files, 5 bytes: a, b",
        ),
    ],
)
def test_a_call(event: events.Called, line: str) -> None:
    assert called(event) == line
    assert describe(event) == line


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (call(ask=True), None),
        (known(standing="met"), None),
        (
            known(standing="met", new=True),
            "Remembered as “Bob”: after `pypeer contacts add` at both sides you can send without a code.",
        ),
        (known(new=True), "Known as “Bob”, who may send, and you are asked."),
        (
            events.Calling(peer="id", short="Deep Blue", name="B\x1bob"),
            "Calling B\ufffdob, Deep Blue.",
        ),
        (
            events.InboxOpen(peer="id", short="Deep Blue", into="in", contacts=2),
            "Waiting for what 2 contacts may send to you, Deep Blue, into in.",
        ),
        (
            events.InboxOpen(peer="id", short="Deep Blue", into="in", contacts=0),
            "Waiting for what 0 contacts may send to you, Deep Blue, into in: "
            "`pypeer contacts add NAME` makes one of somebody you have met.",
        ),
        (
            kept(state="serving", title="a", until=NOON),
            f"01234567  is served until {day(NOON)}: “a”, 1 file, 5 bytes, for Bob, Deep Blue",
        ),
        (
            events.KeptNoMore(id="01", reason="used", title="a"),
            "“a” is not served any more: as many have it as it was for.",
        ),
        (
            events.OnBehalf(peer="id", short="Deep Blue", by="x", by_short="Amber River", until=NOON, name="Bob"),
            f"It is from Bob, Deep Blue, who lets Amber River serve it until {day(NOON)}.",
        ),
        (
            events.OnBehalf(peer="id", short="Deep Blue", by="x", by_short="Amber River", until=NOON),
            f"It is from Deep Blue, who lets Amber River serve it until {day(NOON)}.",
        ),
        (
            events.HandedOver(peer="id", short="Deep Blue", name="nas", until=NOON),
            f"nas, Deep Blue, serves it from now on, until {day(NOON)}.",
        ),
        (events.Resumed(), None),
    ],
)
def test_other_events(event: events.Event, line: str | None) -> None:
    assert describe(event) == line


def test_every_standing_has_words() -> None:
    assert set(contact_words.STANDINGS) == set(Standing)
