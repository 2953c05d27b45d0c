"""What the operator's counters take of what pairs report."""

import pytest

from signaling.core.effects import Observe, Tally
from signaling.core.policy import Policy
from signaling.core.reports import PHASES, SLOWEST_S
from signaling.protocol.rendezvous import Phases, Report
from tests.support.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene(Policy(knock_rate=1000, open_rate=100_000, request_rate=100_000, locators_per_session=100_000))


def test_a_report_tells_when_each_phase_ended(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    sender.ask(Report(id=1, pair=pair, outcome="direct", phases=Phases(gathered=0.25, opened=1)))
    receiver.ask(Report(id=1, pair=pair, outcome="direct"))
    assert scene.observed == [Observe("gathered", 0.25), Observe("opened", 1)]


def test_a_made_up_time_counts_as_a_long_one(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    sender.ask(Report(id=1, pair=pair, outcome="punched", phases=Phases(**dict.fromkeys(PHASES, 31_536_000))))
    assert scene.observed == [Observe(phase, SLOWEST_S) for phase in PHASES]


def test_what_is_no_time_is_no_report(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    assert sender.refused(Report(id=1, pair=pair, outcome="direct", phases=Phases(opened=-1))) == "bad-message"
    assert sender.refused(Report(id=1, pair=pair, outcome="direct", phases=Phases(opened=1e300))) == "bad-message"
    assert scene.observed == []


def test_reports_that_nobody_knows_count_as_other(scene: Scene) -> None:
    sender, receiver = scene.guest(), scene.guest()
    pair = receiver.meet(sender)
    for outcome in ("punched", "made-up", ""):
        sender.ask(Report(id=1, pair=pair, outcome=outcome))
    assert scene.counts[Tally.REPORTS, "punched"] == 1
    assert scene.counts[Tally.REPORTS, "other"] == 2
