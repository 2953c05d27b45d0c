"""Rungs and advice: what applies, and nothing else."""

import msgspec
import pytest
from msgspec.structs import replace

from pypeer.doctor.advice import Advice, Use, Way, advice, rungs
from pypeer.doctor.findings import RelayFound, Status, Udp
from pypeer.doctor.networks import Verdict, prospects
from tests.unit.pypeer.doctor.samples import ALL, findings, udp


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("public", [Advice.NOTHING]),
        ("firewall", [Advice.FIREWALL]),
        ("home", [Advice.NOTHING]),
        ("strict", [Advice.IPV6_OFF]),
        ("cgnat", [Advice.CGNAT, Advice.IPV6_OFF]),
        ("counting", [Advice.VARIES, Advice.IPV6_OFF, Advice.RELAY_NONE]),
        ("symmetric", [Advice.VARIES, Advice.IPV6_OFF, Advice.RELAY_NONE]),
        ("blocked", [Advice.UDP_BLOCKED, Advice.RELAY_NONE]),
        ("proxy", [Advice.UDP_BLOCKED, Advice.PROXY, Advice.RELAY_NONE]),
        ("unknown", [Advice.NOT_SURE]),
        ("dual", [Advice.NOTHING]),
        ("untested", [Advice.NO_STUN]),
        ("away", [Advice.SERVER_AWAY]),
        ("inside", [Advice.INSIDE]),
        ("tcp varies", [Advice.TCP_VARIES, Advice.IPV6_OFF]),
        ("tcp counts", [Advice.TCP_VARIES, Advice.IPV6_OFF]),
        ("tcp remains", [Advice.UDP_BLOCKED, Advice.TCP_REMAINS, Advice.RELAY_NONE]),
        ("tcp open", [Advice.FIREWALL]),
        ("relayed", [Advice.VARIES, Advice.IPV6_OFF]),
    ],
)
def test_what_to_change(name: str, expected: list[Advice]) -> None:
    assert list(advice(ALL[name])) == expected


def test_ipv6_that_is_there_and_blocked_is_noticed() -> None:
    blocked = Udp(6, Status.BLOCKED, "2620:4f:8000::10")
    assert advice(findings(udp(), blocked, v6=True)) == (Advice.IPV6_BLOCKED,)


def test_a_relay_that_does_not_answer_and_a_port_that_is_closed_are_told_to_the_operator() -> None:
    dead = RelayFound("turn.example.org", 3478, "udp", False, 3.0)
    partly = msgspec.structs.replace(udp(), asked=("8.8.8.1:3478", "8.8.8.1:3479"))
    assert advice(findings(partly, relays=(dead,), v6=True)) == (Advice.RELAY_FAILED, Advice.STUN_CLOSED)


def uses(name: str) -> dict[Way, Use]:
    """The rungs of a sample."""
    return {rung.way: rung.use for rung in rungs(ALL[name])}


def test_the_rungs_are_those_of_the_ladder_in_order() -> None:
    assert [rung.way for rung in rungs(ALL["home"])] == list(Way)


def test_rungs_by_udp() -> None:
    assert uses("public")[Way.DIRECT] is uses("public")[Way.REVERSED] is Use.YES
    assert uses("home")[Way.DIRECT] is Use.SOME
    assert uses("home")[Way.PUNCHED] is Use.YES
    assert uses("symmetric")[Way.PUNCHED] is uses("symmetric")[Way.PREDICTED] is Use.SOME
    assert uses("dual")[Way.PUNCHED] is Use.YES
    assert uses("blocked")[Way.DIRECT] is uses("blocked")[Way.PUNCHED] is Use.NO
    assert uses("unknown")[Way.PUNCHED] is Use.UNKNOWN


@pytest.mark.parametrize(
    ("name", "use"),
    [
        ("home", Use.UNKNOWN),
        ("tcp open", Use.YES),
        ("tcp remains", Use.YES),
        ("tcp counts", Use.SOME),
        ("tcp varies", Use.NO),
        ("tcp unknown", Use.UNKNOWN),
    ],
)
def test_the_rung_of_tcp(name: str, use: Use) -> None:
    assert uses(name)[Way.SPLICED] is use


def test_rungs_by_relay() -> None:
    assert uses("relayed")[Way.TURN_TLS] is Use.YES
    assert uses("relayed")[Way.TURN_UDP] is Use.NO
    assert uses("relayed")[Way.TURN_TCP] is Use.OFF
    assert uses("away")[Way.TURN_UDP] is Use.UNKNOWN


@pytest.mark.parametrize(("inside", "use"), [(True, Use.YES), (False, Use.OFF), (None, Use.UNKNOWN)])
def test_the_rung_inside_the_connection_to_the_server(inside: bool | None, use: Use) -> None:
    signaling = replace(ALL["home"].signaling, inside=inside)
    found = {rung.way: rung.use for rung in rungs(replace(ALL["home"], signaling=signaling))}
    assert found[Way.WEBSOCKET] is use


def test_who_reaches_the_relay_inside_needs_no_other() -> None:
    blocked = ALL["blocked"]
    assert Advice.RELAY_NONE in advice(blocked)
    relayed = replace(blocked, signaling=replace(blocked.signaling, inside=True))
    assert Advice.RELAY_NONE not in advice(relayed)
    assert {each.verdict for each in prospects(relayed)} == {Verdict.RELAYED}
    assert {each.verdict for each in prospects(blocked)} == {Verdict.NONE}
