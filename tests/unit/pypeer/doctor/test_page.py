"""What people read: every case has words, they fit, and drawings are whole."""

import json
from collections.abc import Iterable
from enum import Enum
from typing import Final

import msgspec
import pytest

from pypeer.doctor import drawing, texts, words
from pypeer.doctor.advice import Advice, Rung, Use, Way
from pypeer.doctor.diagnosis import Diagnosis, Finding, diagnose
from pypeer.doctor.findings import (
    AddressKind,
    Filtering,
    Findings,
    Lifetime,
    Mapping,
    Obstacle,
    Ports,
    Signaling,
    Status,
    Udp,
)
from pypeer.doctor.networks import PARTNERS, Kind, Verdict
from pypeer.doctor.page import STATUS_MARKS, USE_MARKS, VERDICT_MARKS, WIDTH, Page
from pypeer.events import to_json
from tests.unit.pypeer.doctor.samples import ALL, SYMMETRIC, findings, udp

LINE: Final = set("┌┐└┘─│├┤\u2573")


@pytest.mark.parametrize(
    ("table", "keys"),
    [
        (texts.HEADLINES, Kind),
        (texts.KINDS, AddressKind),
        (texts.OBSTACLES, Obstacle),
        (texts.STATUSES, Status),
        (texts.MAPPINGS, Mapping),
        (texts.FILTERINGS, Filtering),
        (texts.WAYS, Way),
        (texts.USES, Use),
        (texts.VERDICTS, Verdict),
        (texts.ADVICE, Advice),
        (texts.PARTNERS, PARTNERS),
        (USE_MARKS, Use),
        (VERDICT_MARKS, Verdict),
        (STATUS_MARKS, Status),
    ],
)
def test_every_case_has_words(table: dict[Enum, object], keys: Iterable[Enum]) -> None:
    assert set(table) == set(keys)
    assert str(list(table.values())).isascii()


@pytest.mark.parametrize("unicode", [True, False])
@pytest.mark.parametrize("found", ALL.values(), ids=ALL.keys())
def test_pages_fit_the_terminal(found: Findings, unicode: bool) -> None:
    lines = Page(unicode).lines(diagnose(found))
    assert max(map(len, lines)) <= WIDTH
    assert unicode or "\n".join(lines).isascii()
    assert all(line == line.rstrip() for line in lines)
    assert {"What was found", "What to change"} <= set(lines)
    assert ("Ways to connect" in lines) is found.signaling.works


@pytest.mark.parametrize("found", ALL.values(), ids=ALL.keys())
def test_drawings_are_whole(found: Findings) -> None:
    plain = drawing.drawing(found, drawing.ASCII)
    assert "\n".join(plain).isascii()
    for _, boxes in drawing.rows(found):
        lines = drawing.draw(boxes, drawing.UNICODE)
        assert len({len(line) for line in lines}) == 1, "a rectangle"
        assert [lines[0].count(corner) for corner in "┌┐"] == [len(boxes)] * 2
        assert [lines[1].count(joint) for joint in "├┤"] == [len(boxes) - 1] * 2
        assert set(lines[0]) | set(lines[-1]) <= LINE | {" "}


def titles(name: str) -> list[list[str]]:
    """The boxes of each row."""
    return [[box.title for box in boxes] for _, boxes in drawing.rows(ALL[name])]


def test_what_is_drawn() -> None:
    assert titles("public") == [["This machine", "Internet"]]
    assert titles("firewall") == [["This machine", "Firewall", "Internet"]]
    assert titles("strict") == [["This machine", "Router (NAT)", "Internet"]]
    assert titles("silent routers") == [["This machine", "Router (NAT)", "Internet"]]
    assert titles("cgnat") == [["This machine", "Router (NAT)", "Provider's NAT", "Internet"]]
    assert titles("mobile") == [["This machine", "Provider's NAT", "Internet"]]
    assert titles("two routers") == [["This machine", "Router (NAT)", "2nd router", "Internet"]]
    assert titles("blocked") == [["This machine", "Firewall?", "Internet"]]
    assert titles("untested") == titles("away") == [["This machine", "Internet"]]
    assert titles("inside") == [["This machine", "Server", "Internet"]]
    assert len(titles("dual")) == 2
    assert titles("ipv6") == [["This machine", "Firewall", "Internet"]]
    assert drawing.rows(findings(Udp(4, Status.ABSENT)))[0][1][1].lines == ("not measured",)


def test_a_drawing_in_ascii_is_this() -> None:
    assert drawing.drawing(ALL["strict"], drawing.ASCII) == [
        "+--------------+  +------------------+  +-------------+",
        "| This machine |--| Router (NAT)     |--| Internet    |",
        "| 192.168.1.10 |  | 192.168.1.1      |  | sees you as |",
        "|              |  | one port for all |  | 9.9.9.9     |",
        "|              |  | lets in answers  |  |             |",
        "|              |  | only             |  |             |",
        "+--------------+  +------------------+  +-------------+",
    ]


def test_words_of_the_server() -> None:
    away = Signaling("http://x/", False, False, obstacle=Obstacle.REFUSED, message="It is away.")
    assert words.signaling(away) == "cannot be reached"
    assert "http://x/. The machine is there, but nothing listens" in words.unreachable(away)
    assert words.unreachable(msgspec.structs.replace(away, obstacle=Obstacle.CERTIFICATE)) == "It is away."
    assert words.headline(Kind.UNKNOWN, ALL["away"])[0].startswith("The server cannot be reached")
    assert words.signaling(Signaling("http://x/", True, False, 1.25)) == "reached in 1.2 s, not encrypted (no TLS)"
    assert words.signaling(Signaling("https://x/", True, True, 0.02)) == "reached in 20 ms, encrypted (TLS)"


def test_words_of_udp() -> None:
    assert words.udp(udp(Mapping.NONE)) == "works, others see this machine's own address, round trip 30 ms"
    assert words.udp(msgspec.structs.replace(udp(), public=("9.9.9.9", "9.9.9.8"), rtt=None)) == (
        "works, others see 9.9.9.9 and 9.9.9.8"
    )
    assert words.details(ALL["blocked"].of(4)) == []
    unsure = dict(words.details(udp(sure=False)))
    assert unsure["Outside port"].startswith("likely ")
    assert unsure["Lets in"].startswith("likely ")
    hairpin = msgspec.structs.replace(udp(SYMMETRIC, ports=Ports.SEQUENTIAL), hairpin=True)
    found = dict(words.details(hairpin))
    assert found["Hairpinning"].startswith("yes")
    assert found["Its number"] == "counts up, by 1"


@pytest.mark.parametrize(
    ("lifetime", "text"),
    [
        (Lifetime(29, 34), "closes after 29 to 34 s"),
        (Lifetime(0, 4), "closes within 4 s"),
        (Lifetime(112, None), "stays open for more than 112 s"),
    ],
)
def test_words_of_a_lifetime(lifetime: Lifetime, text: str) -> None:
    found = dict(words.details(msgspec.structs.replace(udp(), lifetime=lifetime)))
    assert found["Unused hole"].startswith(text)


def test_words_of_a_rung_say_why() -> None:
    assert words.way(Rung(Way.PUNCHED, Use.YES))[1].endswith("since your port is the same for all partners")
    assert words.way(Rung(Way.TURN_TLS, Use.OFF))[1].endswith("the server has none")


def test_names_of_interfaces_cannot_steer_the_terminal() -> None:
    machine = msgspec.structs.replace(ALL["home"].machine.interfaces[0], name="\x1b[31mred")
    whole = msgspec.structs.replace(ALL["home"].machine, interfaces=(machine,))
    lines = Page(True).lines(diagnose(msgspec.structs.replace(ALL["home"], machine=whole)))
    assert "\x1b" not in "\n".join(lines)


def test_events_are_complete_and_read_back() -> None:
    diagnosis = diagnose(ALL["relayed"])
    line = json.loads(to_json(diagnosis))
    assert line["event"] == "diagnosis"
    assert line["v"] == 1
    assert line["kind"] == "symmetric"
    assert line["findings"]["udp"][0]["mapping"] == "address-and-port-dependent"
    assert line["advice"] == ["varies", "ipv6-off"]
    assert msgspec.json.decode(to_json(diagnosis), type=Diagnosis) == diagnosis
    finding = Finding(udp=udp())
    assert json.loads(to_json(finding)).keys() == {"event", "udp"}
    assert msgspec.json.decode(to_json(finding), type=Finding) == finding
