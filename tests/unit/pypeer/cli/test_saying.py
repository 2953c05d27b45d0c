"""Nothing is told twice, and nothing that a person cares about is left out."""

import pytest

from pypeer import events
from pypeer.cli.saying import Said
from pypeer.cli.words import describe
from pypeer.events import Event
from pypeer.links.link import Scope
from pypeer.protocol.report import REPORT_VERSION, ConnectionReport, Reason


def path(way: str, scope: Scope, session: str = "a") -> Event:
    return events.PathChanged(session=session, way=way, scope=scope, local="x", remote="y")


def failed(*reasons: Reason) -> Event:
    report = ConnectionReport(v=REPORT_VERSION, link=0, outcome="failed", reasons=reasons)
    return events.Report(session="a", report=report)


DIRECT = path("direct", Scope.INTERNET)
TCP = path("spliced", Scope.INTERNET)
RELAY = path("turn-udp", Scope.RELAY)
BROKE = events.Reconnecting(session="a")
DONE = events.Done(session="a", files=1, bytes=1, seconds=1)
PAUSED = events.Paused(session="a", by="me")
FAILED = events.Failed(session="a", code="vanished", message="Gone.", retry=True)


@pytest.mark.parametrize(
    ("told", "is_news"),
    [
        ([DIRECT, DIRECT, TCP], [True, False, False]),
        ([RELAY, TCP, RELAY], [True, True, True]),
        ([RELAY, path("websocket", Scope.RELAY)], [True, False]),
        ([DIRECT, path("direct", Scope.INTERNET, "b")], [True, True]),
        ([DIRECT, path("direct", Scope.NETWORK)], [True, True]),
        ([DIRECT, BROKE, DIRECT], [True, True, True]),
        ([DIRECT, DONE, DIRECT], [True, True, True]),
        ([failed(), failed(), failed(Reason.FILTERED)], [True, False, True]),
        ([failed(), FAILED, failed()], [True, True, True]),
        ([PAUSED, PAUSED], [True, True]),
    ],
)
def test_what_is_news(told: list[Event], is_news: list[bool]) -> None:
    said = Said()
    assert [said.is_news(event, describe(event) or "") for event in told] == is_news
