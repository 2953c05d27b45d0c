"""What the events of both sides say about a pair, and the table."""

import json

import pytest

from tests.nat.driver import Event
from tests.nat.matrix import outcome
from tests.nat.pairs import Outcome, Pair
from tests.nat.report import Report, in_words, repeated, row, summary

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


def tried(pair: Pair, way: str, *settled: float | None) -> list[Outcome]:
    """One try after the other: each direct so long after both knew each other; None is a relay for ever."""
    return [
        Outcome(pair, ok=True, way=way, first_ms=200.0, direct_s=None if at is None else at - 0.2) for at in settled
    ]


@pytest.mark.parametrize(
    ("late", "status", "told"),
    [
        ([], 0, "direct within 2 s in 20/20, median 0.3 s, worst 0.3 s"),
        ([2.5], 0, "direct within 2 s in 19/20, median 0.3 s, worst 2.5 s"),
        ([None], 0, "direct within 2 s in 19/20, median 0.3 s, worst never, at times"),
        ([2.5, None], 1, "direct within 2 s in 18/20, median 0.3 s, worst never, at times  too few"),
    ],
)
def test_nineteen_of_twenty_tries_are_enough(
    late: list[float | None], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    report = Report(as_json=False)
    for found in tried(PAIR, "spliced", *([0.3] * (20 - len(late))), *late):
        report.add(found)
    assert report.end() == status
    assert told in capsys.readouterr().out


def test_tries_of_a_pair_that_has_to_be_relayed_count_when_they_are_connected() -> None:
    [facts] = repeated(tried(Pair("public", "proxy-443"), "websocket", None, None))
    assert (facts["wanted"], facts["soon"], facts["enough"], facts["worst_s"]) == ("connected", 2, True, 0.2)
    failed = Outcome(PAIR, ok=False)
    [facts] = repeated([failed, failed])
    assert (facts["soon"], facts["median_s"], facts["worst_s"], facts["enough"]) == (0, None, None, False)
