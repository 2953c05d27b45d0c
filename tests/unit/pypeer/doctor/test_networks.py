"""Who connects to whom: the same judgement as of the laboratory, and the kinds of networks."""

import itertools
from typing import Final

import msgspec
import pytest

from pypeer.doctor.findings import Filtering, Ports, Status, Udp
from pypeer.doctor.findings import Mapping as Maps
from pypeer.doctor.networks import USUAL, Kind, Network, Stack, Verdict, kind_of, network_of, prospects, verdict
from pypeer.protocol.codes import Mapping
from tests.nat import sites
from tests.nat.expect import Expect, expected
from tests.unit.pypeer.doctor import samples
from tests.unit.pypeer.doctor.samples import findings, udp

MAPPINGS: Final = {
    (sites.Mapping.NONE, sites.Ports.PRESERVED): Mapping.NONE,
    (sites.Mapping.ENDPOINT_INDEPENDENT, sites.Ports.PRESERVED): Mapping.INDEPENDENT,
    (sites.Mapping.ADDRESS_AND_PORT_DEPENDENT, sites.Ports.SEQUENTIAL): Mapping.SEQUENTIAL,
    (sites.Mapping.ADDRESS_AND_PORT_DEPENDENT, sites.Ports.RANDOM): Mapping.RANDOM,
}
FILTERINGS: Final = {
    sites.Filtering.ENDPOINT_INDEPENDENT: Filtering.ENDPOINT_INDEPENDENT,
    sites.Filtering.ADDRESS_DEPENDENT: Filtering.ADDRESS_DEPENDENT,
    sites.Filtering.ADDRESS_AND_PORT_DEPENDENT: Filtering.ADDRESS_AND_PORT_DEPENDENT,
}
AGREE: Final = {
    Expect.PLAIN: {Verdict.DIRECT, Verdict.PUNCHED},
    Expect.RACE: {Verdict.PUNCHED},
    Expect.PREDICTED: {Verdict.PREDICTED},
    Expect.RELAYED: {Verdict.RELAYED},
}
UDP_SITES: Final = [
    site for site in sites.ALL if site.router.out is sites.Out.ALL and site.router.gateway is sites.Gateway.NONE
]


def stack(found: sites.Udp | None) -> Stack | None:
    """As the doctor has it."""
    return None if found is None else Stack(MAPPINGS[found.mapping, found.ports], FILTERINGS[found.filtering])


def network(site: sites.Site) -> Network:
    """As the doctor has it, from what the laboratory's own probe finds there."""
    behaviour = sites.BEHAVIOUR[site.name]
    return Network(stack(behaviour.v4), stack(behaviour.v6))


@pytest.mark.parametrize(
    ("one", "other"),
    list(itertools.product(UDP_SITES, repeat=2)),
    ids=lambda site: site.name,
)
def test_the_doctor_and_the_laboratory_agree_on_every_pair_of_sites(one: sites.Site, other: sites.Site) -> None:
    assert verdict(network(one), network(other)) in AGREE[expected(one, other)]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((kind.value, kind) for kind in Kind),
        ("dual", Kind.STRICT),
        ("ipv6", Kind.FIREWALL),
        ("untested", Kind.UNKNOWN),
        ("away", Kind.UNKNOWN),
        ("two routers", Kind.STRICT),
        ("mobile", Kind.CGNAT),
        ("inside", Kind.UNKNOWN),
        ("port by address", Kind.SYMMETRIC),
    ],
)
def test_the_kind_of_a_network(name: str, kind: Kind) -> None:
    assert kind_of(samples.ALL[name]) is kind


def test_no_address_at_all_is_not_called_blocked() -> None:
    assert kind_of(findings(Udp(4, Status.ABSENT), Udp(6, Status.ABSENT))) is Kind.UNKNOWN


def test_ipv6_that_was_not_measured_is_not_counted_on() -> None:
    assert network_of(samples.ALL["strict"]).v6 is None
    assert network_of(samples.ALL["dual"]).v6 == Stack(Mapping.NONE)


def test_who_is_open_is_reached_by_all_but_the_blocked() -> None:
    verdicts = {kind: verdict(USUAL[Kind.PUBLIC], theirs) for kind, theirs in USUAL.items()}
    assert {kind for kind, each in verdicts.items() if each is not Verdict.DIRECT} == {Kind.BLOCKED}


def test_a_relay_makes_the_difference_where_nothing_else_works() -> None:
    without = {each.partner: each.verdict for each in prospects(samples.ALL["symmetric"])}
    with_one = {each.partner: each.verdict for each in prospects(samples.ALL["relayed"])}
    assert (without[Kind.SYMMETRIC], with_one[Kind.SYMMETRIC]) == (Verdict.NONE, Verdict.RELAYED)
    assert without[Kind.HOME] is with_one[Kind.HOME] is Verdict.PUNCHED


def test_ipv6_on_both_sides_helps_everybody_but_the_blocked() -> None:
    found = {each.partner: (each.verdict, each.ipv6) for each in prospects(samples.ALL["dual"])}
    assert found[Kind.SYMMETRIC] == (Verdict.PREDICTED, Verdict.PUNCHED)
    assert found[Kind.BLOCKED] == (Verdict.NONE, Verdict.NONE)


def test_what_is_not_known_is_not_judged() -> None:
    found = {each.partner: each.verdict for each in prospects(samples.ALL["unknown"])}
    assert found[Kind.HOME] is Verdict.UNKNOWN
    assert found[Kind.PUBLIC] is Verdict.DIRECT


def test_two_counting_nats_predict_each_other() -> None:
    assert verdict(USUAL[Kind.COUNTING], USUAL[Kind.COUNTING]) is Verdict.PREDICTED
    assert verdict(USUAL[Kind.COUNTING], USUAL[Kind.SYMMETRIC]) is Verdict.RELAYED


def test_a_filter_that_is_not_known_counts_as_strict() -> None:
    unsure = msgspec.structs.replace(udp(Maps.ENDPOINT_INDEPENDENT, ports=Ports.KEPT), filtering=Filtering.UNKNOWN)
    assert kind_of(findings(unsure)) is Kind.STRICT
