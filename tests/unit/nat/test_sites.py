"""Kinds of sites, their rules and addresses."""

from ipaddress import IPv4Address, ip_address, ip_network
from itertools import combinations

import pytest

from tests.nat.plan import SERVER_V4, SERVER_V6, SITES_MAX, SitePlan
from tests.nat.rules import ruleset
from tests.nat.sites import ALL, BEHAVIOUR, BY_NAME, Filtering, Mapping, Ports, Site

NAMES = [site.name for site in ALL]


def test_every_site_has_a_name_and_an_expectation() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert set(NAMES) == set(BEHAVIOUR) == set(BY_NAME)


@pytest.mark.parametrize("site", ALL, ids=NAMES)
def test_a_site_has_a_family_and_a_router_for_every_packet(site: Site) -> None:
    assert site.v4 or site.v6
    assert site.routers[0] is site.router
    assert site.translated == (site.v4 and site.name not in ("public", "firewall"))


def rules(name: str) -> str:
    site = BY_NAME[name]
    return ruleset(site.routers[-1], "lan", "192.0.2.1")


def test_an_open_router_has_no_rules() -> None:
    assert rules("public") == ""


def test_a_firewall_translates_nothing() -> None:
    assert "table ip translation" not in rules("firewall")
    assert "policy drop" in rules("firewall")


def test_only_mappings_that_let_strangers_in_are_learnt() -> None:
    learn = {name for name in NAMES if "@owners" in rules(name)}
    assert learn == {"fullcone", "addr-restricted", "cgnat-hairpin"}
    assert "@seen" in rules("addr-restricted")
    assert "@seen" not in rules("fullcone")


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("port-restricted", 'oifname "wan" masquerade\n'),
        ("symmetric-random", "fully-random"),
        ("symmetric-seq", "numgen inc mod 512 map { 0 : 40000, 1 : 40001"),
        ("udp-blocked", 'iifname "lan" oifname "wan" meta l4proto udp drop'),
        ("tcp443", "tcp dport 443 accept"),
        ("port-restricted", 'iifname "wan" ct state new drop'),
        ("port-restricted-rst", "reject with tcp reset"),
        ("port-restricted-icmp", "reject with icmpx port-unreachable"),
        ("cgnat-hairpin", 'oifname != "wan" ct status dnat'),
    ],
)
def test_rules_of_a_kind(name: str, rule: str) -> None:
    assert rule in rules(name)


def test_a_router_that_accepts_drops_nothing_of_its_own() -> None:
    assert 'iifname "wan" ct state new' not in rules("port-restricted-accept")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_expected_fits_what_is_configured(name: str) -> None:
    """The table is written by hand; this says where the two would differ."""
    site, expected = BY_NAME[name], BEHAVIOUR[name].v4
    if expected is not None:
        assert (expected.mapping is Mapping.NONE) == (not site.translated)
        assert expected.filtering is max((each.filtering for each in site.routers), key=list(Filtering).index)
        assert expected.ports is max((each.ports for each in site.routers), key=list(Ports).index)


def test_public_addresses_count_as_public() -> None:
    for number in range(1, SITES_MAX + 1):
        plan = SitePlan(number)
        for address in (plan.wan(), plan.wan(3), plan.pop, plan.wan6, str(plan.lan6[1]), str(plan.open_lan[2])):
            assert ip_address(address).is_global
    assert all(ip_address(address).is_global for address in SERVER_V4 + SERVER_V6)


def test_addresses_of_sites_do_not_overlap() -> None:
    plans = [SitePlan(number) for number in range(1, SITES_MAX + 1)]
    assert not any(
        one.share.overlaps(other.share) or one.share6.overlaps(other.share6) for one, other in combinations(plans, 2)
    )
    for plan in plans:
        assert plan.open_lan.subnet_of(plan.share)
        assert plan.lan6.subnet_of(plan.share6)
        assert all(IPv4Address(plan.wan(life)) not in plan.open_lan for life in range(9))


def test_private_addresses_are_never_those_of_the_other_side() -> None:
    hosts = [SitePlan(number).private_host(home, 0) for number in range(1, SITES_MAX + 1) for home in (0, 1)]
    assert all(ip_address(host) in ip_network("192.168.1.0/24") for host in hosts)
    assert len(set(hosts)) == len(hosts)


def test_a_laboratory_has_its_limit() -> None:
    with pytest.raises(ValueError, match="at most"):
        SitePlan(SITES_MAX + 1)
