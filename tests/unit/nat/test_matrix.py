"""What the events of both sides say about a pair, and the table."""

import json

import pytest

from tests.nat.driver import Event
from tests.nat.matrix import outcome
from tests.nat.pairs import Outcome, Pair
from tests.nat.report import Report, in_words, row, summary

PAIR = Pair("public", "port-restricted")
SENDER = [
    {"event": "ready", "at": 10.0},
    {"event": "joined", "at": 10.2},
    {"event": "path", "at": 10.5, "way": "punched", "local": "a:1", "remote": "b:2"},
]
RECEIVER = [
    {"event": "joined", "at": 10.3},
    {"event": "path", "at": 10.55, "way": "punched", "local": "b:2", "remote": "a:1"},
    {"event": "done", "at": 10.6},
]


def test_times_count_from_when_both_knew_each_other() -> None:
    found = outcome(PAIR, SENDER, RECEIVER, 10.0)
    assert found.ok
    assert (found.way, found.local, found.remote) == ("punched", "a:1", "b:2")
    assert found.first_ms == pytest.approx(250)
    assert (found.direct_s, found.lingers) == (0, False)
    assert found.events["receiver"][0]["at"] == pytest.approx(0.3)


def relayed(events: list[Event], for_s: float) -> list[Event]:
    """The same, over a relay at first."""
    before = [{**event, "way": "websocket"} for event in events if event["event"] == "path"]
    after = [{**event, "at": event["at"] + for_s} if event["event"] == "path" else event for event in events]
    return [*before, *after]


def test_a_relay_that_is_left_in_time_is_no_fault_and_one_that_is_not_is_named() -> None:
    for for_s, lingers in ((2.0, False), (3.5, True)):
        found = outcome(PAIR, relayed(SENDER, for_s), relayed(RECEIVER, for_s + 0.1), 10.0)
        assert found.direct_s == pytest.approx(for_s + 0.1)
        assert found.lingers is lingers
    found = outcome(PAIR, SENDER, [{**event, "way": "relay"} for event in RECEIVER], 10.0)
    assert (found.direct_s, found.lingers) == (None, True)
    assert "public:port-restricted" in in_words(summary([found]))
    hard = outcome(Pair("public", "proxy-443"), SENDER, [{**event, "way": "relay"} for event in RECEIVER], 10.0)
    assert not hard.lingers


def test_being_told_that_there_is_no_path() -> None:
    found = outcome(PAIR, SENDER[:2], [RECEIVER[0], {"event": "error", "at": 15.3, "code": "no-path"}], 10.0)
    assert not found.ok
    assert found.error == "no-path"
    assert found.error_s == pytest.approx(5.0)
    assert "no-path after 5.0 s" in row(found)


def test_a_pair_that_never_met() -> None:
    found = outcome(PAIR, SENDER[:1], [], 10.0, "no-end")
    assert (found.ok, found.error, found.first_ms) == (False, "no-end", None)


def test_the_summary_counts_and_the_status_says_if_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(as_json=True)
    report.add(Outcome(PAIR, ok=True, way="punched", first_ms=100.0, direct_s=0.0))
    assert report.end() == 0
    report.add(Outcome(PAIR, ok=False))
    assert report.end() == 1
    last = json.loads(capsys.readouterr().out.splitlines()[-1])["summary"]
    assert last["plain"] == {"pairs": 2, "none": 1, "relayed": 0, "direct": 1, "median_ms": 100, "slowest_ms": 100}
    assert summary(report.outcomes)["worse"] == 1
