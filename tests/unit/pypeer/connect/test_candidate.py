"""Candidates as text, as priorities, and as the report has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pypeer.connect.ice.candidate import (
    TYPE_PREFERENCE,
    Candidate,
    CandidateError,
    interleaved,
    join,
    parse,
    priority,
    to_line,
    told,
)
from pypeer.protocol.report import CandidateKind, ReportCandidate

words = st.from_regex(r"[A-Za-z0-9+/.:-]{1,20}", fullmatch=True)
ports = st.integers(0, 65_535)
candidates = st.builds(
    Candidate,
    kind=st.sampled_from(list(TYPE_PREFERENCE)),
    host=words,
    port=ports,
    priority=st.integers(0, 2**32 - 1),
    foundation=words,
    related=st.none() | st.tuples(words, ports),
    ufrag=st.just("") | words,
    predicted=st.booleans(),
    transport=st.sampled_from(["udp", "tcp"]),
)


@given(candidates, st.sampled_from(["", "a="]))
def test_round_trip(candidate: Candidate, prefix: str) -> None:
    assert parse(prefix + to_line(candidate)) == candidate


def test_extensions_are_ignored() -> None:
    found = parse("candidate:1 1 UDP 2122260223 2620:4f:8000::1 50000 typ host generation 0 network-id 1 tcptype")
    assert found == Candidate(CandidateKind.HOST, "2620:4f:8000::1", 50_000, 2_122_260_223)
    assert (found.family, found.address) == (6, ("2620:4f:8000::1", 50_000))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "candidate:1 1 udp 1 10.0.0.1 5000 typ",
        "candidate:1 1 udp 1 10.0.0.1 5000 kind host",
        "candidate:1 1 udp 1 10.0.0.1 5000 typ teleport",
        "candidate:1 1 udp 1 10.0.0.1 65536 typ host",
        "candidate:1 1 udp 1 10.0.0.1 -1 typ host",
        "candidate:1 1 udp 1 10.0.0.1 port typ host",
        "candidate:1 1 udp first 10.0.0.1 5000 typ host",
        f"candidate:1 1 udp {'9' * 5000} 10.0.0.1 5000 typ host",
        "candidate:1 1 udp 1 10.0.0.1 5000 typ srflx raddr 10.0.0.1 rport 70000",
        "candidate:1 1 udp 1 10.0.0.1 5000 typ proxy",
    ],
)
def test_no_candidates(line: str) -> None:
    with pytest.raises(CandidateError):
        parse(line)


vocabulary = st.sampled_from(["1", "udp", "10.0.0.1", "5000", "typ", "host", "raddr", "rport", "-9", "é"])


@given(st.text() | st.lists(vocabulary).map(" ".join))
def test_any_text(text: str) -> None:
    try:
        found = parse(text)
    except CandidateError:
        return
    assert 0 <= found.port <= 65_535
    assert 0 <= found.priority < 2**32
    assert found.family in (0, 4, 6)


def test_priorities_are_those_of_the_rfc() -> None:
    assert priority(CandidateKind.HOST, 65_535) == 2_130_706_431
    order = [(CandidateKind.HOST, 0), (CandidateKind.PRFLX, 0), (CandidateKind.SRFLX, 0)]
    order += [(CandidateKind.RELAY, bonus) for bonus in (2, 1, 0)]
    values = [priority(kind, 5, bonus) for kind, bonus in order]
    assert values == sorted(values, reverse=True)


def test_families_take_turns() -> None:
    assert interleaved(["10.0.0.1", "10.0.0.2", "10.0.0.3", "::1"]) == ["::1", "10.0.0.1", "10.0.0.2", "10.0.0.3"]
    assert interleaved(["10.0.0.1", "::1", "::2"]) == ["::1", "10.0.0.1", "::2"]
    assert interleaved([]) == []


def test_in_the_report() -> None:
    assert told(Candidate(CandidateKind.RELAY, "10.0.0.1", 5, 1)) == ReportCandidate(
        kind=CandidateKind.RELAY, address="10.0.0.1:5", transport="udp", family=4
    )
    assert told(Candidate(CandidateKind.HOST, "x.local", 5, 1, transport="tcp")) == ReportCandidate(
        kind=CandidateKind.HOST, address="x.local:5", transport="tcp", family=0
    )
    assert join("::1", 5) == "[::1]:5"


def test_a_port_that_a_router_was_asked_for_is_told_as_such() -> None:
    mapped = Candidate(CandidateKind.SRFLX, "192.0.2.1", 4000, 1, mapped=True)
    assert to_line(mapped).endswith("typ srflx mapped 1")
    assert parse(to_line(mapped)).mapped
