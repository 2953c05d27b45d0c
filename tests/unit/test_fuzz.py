"""A slice of tests/fuzz, always the same; `python -m tests.fuzz` tries a million messages and looks at memory."""

from typing import Final

import pytest

from signaling.relay.turn.kinds import Transport
from tests.fuzz.__main__ import FUZZERS, Fuzzer, Report, run
from tests.fuzz.client import ClientFuzzer
from tests.fuzz.server import ServerFuzzer

MESSAGES: Final = 3000
"""Of each: enough for every kind of message, and every refusal, several times."""

WRONG: Final = {"truncated", "malformed", "replayed", "oversized", "random"}


@pytest.mark.parametrize("kind", FUZZERS)
def test_hostile_messages_are_no_exception(kind: type[Fuzzer]) -> None:
    report = run(kind(2), MESSAGES)
    assert report.exceptions == []
    assert report.kinds.keys() >= WRONG
    assert report.kinds.total() > MESSAGES


def test_the_server_relays_and_refuses_in_many_ways() -> None:
    fuzzer = ServerFuzzer(3)
    report = run(fuzzer, MESSAGES)
    stats = fuzzer.stage.turn.stats
    assert min(stats.allocated[Transport.UDP], stats.to_peers, stats.to_clients) > MESSAGES // 500
    assert len(stats.refusals) >= 12
    assert report.kinds.keys() >= {"unauthenticated", "wrong key", "signed", "from a peer"}


def test_clients_get_what_they_want_now_and_then() -> None:
    fuzzer = ClientFuzzer(3)
    run(fuzzer, MESSAGES)
    assert fuzzer.opened > MESSAGES // 1000


def test_an_exception_is_counted_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    fuzzer = ClientFuzzer(4)
    monkeypatch.setattr(fuzzer.client, "receive", None)
    report = run(fuzzer, 200)
    assert report.exceptions
    assert "TypeError" in report.exceptions[0]


def test_memory_that_grows_is_told() -> None:
    assert Report(memory=[0, 1000, 200_000, 210_000]).is_level
    assert not Report(memory=[0, 1000, 200_000, 400_000]).is_level
