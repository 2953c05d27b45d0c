"""What is told of TCP, what is dialled, and how a connection is called."""

import errno
import itertools

import pytest

from pypeer.connect.ice.candidate import Candidate, parse, to_line
from pypeer.connect.tcp import plan
from pypeer.connect.tcp.plan import DIALS_MAX, TcpType
from pypeer.connect.tcp.reporting import Checks
from pypeer.connect.trouble import of_proxy
from pypeer.links.link import Path, Scope
from pypeer.protocol.report import CandidateKind, CheckState, Reason, Refusal
from pypeer.secure.keys import Role
from pypeer.secure.knock import How
from signaling.protocol.rendezvous import Phases
from signaling.protocol.values import Address

HERE = ("192.0.2.1", 4000)
HERE6 = ("2001:db8::1", 4006)
THERE = plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, ("198.51.100.7", 5000), 0)
SEEN = plan.candidate(CandidateKind.SRFLX, TcpType.SO, ("203.0.113.9", 6000), 0, THERE.address)
MAPPED = plan.candidate(CandidateKind.SRFLX, TcpType.PASSIVE, ("203.0.113.9", 7000), 0, THERE.address)


def test_candidates_are_text_as_others_write_them() -> None:
    assert to_line(SEEN).endswith("203.0.113.9 6000 typ srflx raddr 198.51.100.7 rport 5000 tcptype so")
    assert plan.read([to_line(each) for each in (THERE, SEEN, MAPPED)]) == [THERE, SEEN, MAPPED]


def test_hosts_come_first_and_what_was_seen_before_what_was_asked_for() -> None:
    """RFC 6544, section 4.2."""
    assert THERE.priority > SEEN.priority > MAPPED.priority


def test_of_one_kind_the_lower_rank_is_better() -> None:
    ranked = [plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, HERE, rank).priority for rank in (0, 1, 9000)]
    assert ranked == sorted(ranked, reverse=True)


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "candidate:1 1 udp 1 192.0.2.1 9 typ host",
        "candidate:1 1 tcp 1 192.0.2.1 9 typ host tcptype active",
        "candidate:1 1 tcp 1 192.0.2.1 9 typ host",
        "candidate:1 1 tcp 1 192.0.2.1 0 typ host tcptype passive",
        "candidate:1 1 tcp 1 example.org 9 typ host tcptype passive",
        "candidate:1 1 tcp 1 239.0.0.1 9 typ host tcptype passive",
        "candidate:1 1 tcp 1 255.255.255.255 9 typ host tcptype passive",
        "candidate:1 1 tcp 1 0.0.0.0 9 typ host tcptype passive",
        "candidate:1 1 tcp 1 fe80::1 9 typ host tcptype passive",
        "candidate:1 1 tcp 1 192.0.2.1 9 typ relay tcptype passive",
    ],
)
def test_what_cannot_be_dialled_is_left_out(line: str) -> None:
    assert plan.read([line]) == []


def test_whatever_is_told_is_dialled_from_all_addresses_of_its_family() -> None:
    found = plan.dials([HERE, HERE6], [MAPPED, SEEN, THERE])
    assert [(each.base, each.remote, each.how) for each in found] == [
        (HERE, THERE, How.HOST),
        (HERE, SEEN, How.REFLEXIVE),
        (HERE, MAPPED, How.MAPPED),
    ]


def test_nobody_dials_itself() -> None:
    own = plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, HERE, 0)
    assert plan.dials([HERE, ("192.0.2.2", 4000)], [own]) == []


@pytest.mark.parametrize(("base", "count"), [("127.0.0.1", 1), ("192.0.2.1", 0)])
def test_loopback_is_dialled_from_loopback_only(base: str, count: int) -> None:
    loopback = plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, ("127.0.0.1", 5000), 0)
    assert len(plan.dials([(base, 4000)], [loopback])) == count


def test_what_is_no_candidate_of_ours_is_not_dialled() -> None:
    active = parse("candidate:1 1 tcp 1 198.51.100.7 9 typ host tcptype active")
    assert plan.dials([HERE], [active]) == []


def test_a_flood_of_candidates_is_bounded() -> None:
    many: list[Candidate] = [
        plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, ("198.51.100.7", port), 0) for port in range(1, 200)
    ]
    assert len(plan.dials([HERE], many)) == DIALS_MAX
    checks = Checks()
    assert sum(checks.add(dial) for base in range(1, 4) for dial in plan.dials([("192.0.2.1", base)], many)) == 100


OTHER_SCOPES = [Scope.MACHINE, Scope.NETWORK]


UNPROXIED = [how for how in How if how is not How.PROXIED]


@pytest.mark.parametrize(("scope", "here", "there"), list(itertools.product(OTHER_SCOPES, UNPROXIED, UNPROXIED)))
def test_what_stays_in_one_network_is_direct(scope: Scope, here: How, there: How) -> None:
    assert plan.way_of(scope, Role.A, here, there) == "direct"


@pytest.mark.parametrize(
    ("a", "b", "way"),
    [
        (How.HOST, How.LISTENED, "direct"),
        (How.LISTENED, How.HOST, "reversed"),
        (How.HOST, How.HOST, "spliced"),
        (How.REFLEXIVE, How.REFLEXIVE, "spliced"),
        (How.REFLEXIVE, How.LISTENED, "spliced"),
        (How.LISTENED, How.REFLEXIVE, "spliced"),
        (How.MAPPED, How.LISTENED, "mapped"),
        (How.LISTENED, How.MAPPED, "mapped"),
        (How.PROXIED, How.LISTENED, "proxied"),
        (How.LISTENED, How.PROXIED, "proxied"),
    ],
)
def test_a_way_has_one_name_at_both_ends(a: How, b: How, way: str) -> None:
    assert plan.way_of(Scope.INTERNET, Role.A, a, b) == way
    assert plan.way_of(Scope.INTERNET, Role.B, b, a) == way


def test_a_report_tells_what_became_of_each_pair() -> None:
    checks = Checks()
    checks.local.append(plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, HERE, 0))
    checks.remote += [THERE, SEEN]
    first, second = plan.dials([HERE], [THERE, SEEN])
    assert checks.add(first)
    assert checks.add(second)
    assert not checks.add(first)
    checks.sent(first)
    checks.succeeded(first)
    checks.failed(second)
    path = Path("direct", Scope.INTERNET, "192.0.2.1:4000", "198.51.100.7:5000")
    report = checks.report(3, path, Phases())
    assert report.outcome == "direct"
    assert report.chosen is not None
    assert [(each.state, each.sent) for each in report.checks] == [(CheckState.SUCCEEDED, 1), (CheckState.FAILED, 0)]
    assert {each.transport for each in (*report.local, *report.remote)} == {"tcp"}


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([errno.ECONNREFUSED], Refusal.REFUSED),
        ([errno.EHOSTUNREACH], Refusal.UNREACHABLE),
        ([errno.ENETUNREACH, errno.ETIMEDOUT], Refusal.UNREACHABLE),
        ([errno.ETIMEDOUT], None),
        ([None], None),
    ],
)
def test_a_report_tells_what_a_network_does_with_a_syn_that_nobody_expects(
    answers: list[int | None], told: Refusal | None
) -> None:
    checks, dial = Checks(), plan.Dial(HERE, SEEN, How.REFLEXIVE)
    assert checks.add(dial)
    for number in answers:
        checks.refused(dial, OSError(number, "") if number else OSError("no number"))
    assert [each.refused for each in checks.report(0, None, Phases()).checks] == [told]


def test_a_report_of_a_failure_says_why() -> None:
    checks = Checks()
    checks.local.append(plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, HERE6, 0))
    checks.remote.append(THERE)
    assert checks.add(plan.Dial(HERE6, SEEN, How.HOST))
    report = checks.report(0, None, Phases())
    assert report.outcome == "failed"
    assert report.chosen is None
    assert report.reasons == ("no-common-family",)
    assert report.checks[0].local.address == "[2001:db8::1]:4006"


PROXY = ("192.168.1.1", 3128)
OPEN = plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, ("192.31.196.10", 5000), 0)
OPENED = plan.candidate(CandidateKind.SRFLX, TcpType.PASSIVE, ("192.31.196.10", 7000), 1, ("192.168.1.2", 5000))


def test_a_proxy_is_asked_for_what_can_be_reached_from_anywhere() -> None:
    inside = plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, ("192.168.1.2", 5000), 0)
    seen = plan.candidate(CandidateKind.SRFLX, TcpType.SO, ("192.31.196.10", 6000), 0, inside.address)
    found = plan.proxied(PROXY, [OPENED, seen, inside, OPEN])
    assert [(each.base, each.remote, each.how) for each in found] == [
        (PROXY, OPEN, How.PROXIED),
        (PROXY, OPENED, How.PROXIED),
    ]


def proxied() -> tuple[Checks, plan.Dial]:
    """One address, dialled directly and through a proxy."""
    checks = Checks()
    checks.local.append(plan.candidate(CandidateKind.HOST, TcpType.PASSIVE, HERE, 0))
    checks.remote.append(OPEN)
    [direct], [by_proxy] = plan.dials([HERE], [OPEN]), plan.proxied(PROXY, [OPEN])
    assert checks.add(direct)
    assert checks.add(by_proxy)
    return checks, by_proxy


def test_a_report_names_the_proxy() -> None:
    checks, by_proxy = proxied()
    path = Path("proxied", Scope.INTERNET, "192.168.1.2:4000", "192.31.196.10:5000")
    before = checks.report(0, path, Phases()).chosen
    assert before is not None
    assert before.local.kind is CandidateKind.HOST, "none is known to work"
    checks.succeeded(by_proxy)
    report = checks.report(0, path, Phases())
    assert report.chosen is not None
    assert (report.chosen.local.kind, report.chosen.local.address) == (CandidateKind.PROXY, "192.168.1.1:3128")
    assert report.reasons == ()


def test_a_report_says_what_the_proxy_said() -> None:
    checks, by_proxy = proxied()
    checks.failed(by_proxy)
    found = of_proxy("http://192.168.1.1:3128", True, 403, "port 5000", "")
    assert found is not None
    checks.troubles[found.text] = found
    report = checks.report(0, None, Phases())
    assert report.relays == (found,)
    assert report.reasons[0] is Reason.PROXY_REFUSES
    assert Reason.PROXY_REFUSES not in checks.report(0, Path("direct", Scope.INTERNET, "", ""), Phases()).reasons


INSIDE = ("192.168.1.2", 5000)


def seen(*ports: int) -> list[Address]:
    """What a server saw."""
    return [("192.31.196.10", port) for port in ports]


def test_the_ports_around_those_that_a_counting_nat_gave_are_guessed() -> None:
    found = plan.guesses(INSIDE, seen(40_000, 40_003, 40_004), 2)
    assert [each.port for each in found] == [*range(39_996, 40_000), 40_001, 40_002, *range(40_005, 40_021)]
    assert {(each.host, each.related, each.tcptype, each.predicted) for each in found} == {
        ("192.31.196.10", INSIDE, "so", True)
    }
    assert plan.read(map(to_line, found)) == found
    assert sorted(found, key=lambda each: -each.priority) == found


@pytest.mark.parametrize("ports", [(5000, 40_001, 40_002), (40_000,), (40_000, 51_000, 43_000)])
def test_nothing_is_guessed_where_a_nat_keeps_ports_or_follows_no_rule(ports: tuple[int, ...]) -> None:
    assert plan.guesses(INSIDE, seen(*ports), 2) == []
