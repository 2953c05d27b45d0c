"""`pypeer doctor` at the laboratory's sites, compared with what an independent probe must find there."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from tests.nat import netns
from tests.nat.lab import Lab
from tests.nat.places import Place
from tests.nat.plan import SERVER_V4, SERVER_V6
from tests.nat.server import AUTHORITY, serving
from tests.nat.sites import BEHAVIOUR, BY_NAME, SHORT_S, Filtering, Mapping, Ports, Udp

TWO_ADDRESSES: Final = tuple(f"--stun-address={address}" for address in (*SERVER_V4, *SERVER_V6))
"""What RFC 5780 needs."""

AT_ONCE: Final = 3
"""Doctors at a time: many more would be slow, and late answers are no answers."""

KINDS: Final = {
    "public": "public",
    "firewall": "firewall",
    "fullcone": "home",
    "addr-restricted": "home",
    "port-restricted": "strict",
    "port-restricted-accept": "strict",
    "symmetric-seq": "counting",
    "symmetric-random": "symmetric",
    "cgnat": "cgnat",
    "cgnat-hairpin": "cgnat",
    "ipv6": "firewall",
    "dual": "strict",
    "udp-blocked": "blocked",
    "tcp443": "blocked",
    "proxy": "blocked",
    "proxy-443": "blocked",
    "socks": "blocked",
}
"""Sites, and what the doctor calls such a network."""

MAPPINGS: Final = {
    Mapping.NONE: "none",
    Mapping.ENDPOINT_INDEPENDENT: "endpoint-independent",
    Mapping.ADDRESS_AND_PORT_DEPENDENT: "address-and-port-dependent",
}
FILTERINGS: Final = {
    Filtering.ENDPOINT_INDEPENDENT: "endpoint-independent",
    Filtering.ADDRESS_DEPENDENT: "address-dependent",
    Filtering.ADDRESS_AND_PORT_DEPENDENT: "address-and-port-dependent",
}
PORTS: Final = {Ports.PRESERVED: "kept", Ports.SEQUENTIAL: "sequential", Ports.RANDOM: "random"}


def doctor(place: Place, *options: str) -> tuple[int, list[dict[str, Any]]]:
    """Its exit status and events, at the first client of a site."""
    client = place.clients[0]
    env = {**os.environ, "SSL_CERT_FILE": str(AUTHORITY), **client.proxies}
    command = netns.forked(client.netns, "pypeer", ["doctor", "--json", "--server", client.url, *options], env)
    out, _ = command.communicate()
    return command.wait(), [json.loads(line) for line in out.splitlines()]


def diagnosis(place: Place, *options: str) -> dict[str, Any]:
    """What it found, where the server can be reached."""
    status, events = doctor(place, *options)
    assert status == 0, events
    assert events[-1]["event"] == "diagnosis"
    return events[-1]


def of(found: dict[str, Any], family: int) -> dict[str, Any]:
    """UDP of one version of IP."""
    [udp] = [each for each in found["findings"]["udp"] if each["family"] == family]
    return dict(udp)


def told(found: dict[str, Any], family: int) -> tuple[str, str, str] | None:
    """Mapping, filtering and ports; None if UDP does not work."""
    udp = of(found, family)
    if udp["status"] != "works":
        return None
    assert udp["mapping_sure"], udp
    assert udp["filtering_sure"], udp
    return udp["mapping"], udp["filtering"], udp["ports"]


def meant(udp: Udp | None) -> tuple[str, str, str] | None:
    """The same of the table of sites."""
    return None if udp is None else (MAPPINGS[udp.mapping], FILTERINGS[udp.filtering], PORTS[udp.ports])


def test_what_each_site_does_is_found_out() -> None:
    """Mapping, filtering and ports in both families, and the kind of the network."""
    with Lab() as lab, serving(*TWO_ADDRESSES), ThreadPoolExecutor(AT_ONCE) as pool:
        places = [lab.add(BY_NAME[name]) for name in KINDS]
        found = dict(zip(KINDS, pool.map(diagnosis, places), strict=True))
    assert {name: each["kind"] for name, each in found.items()} == KINDS
    for family in (4, 6):
        seen = {name: told(each, family) for name, each in found.items()}
        assert seen == {name: meant(getattr(BEHAVIOUR[name], f"v{family}")) for name in KINDS}
    outside = {place.site.name: of(found[place.site.name], 4)["public"] for place in places if place.site.translated}
    blocked = {name for name, kind in KINDS.items() if kind == "blocked"}
    assert outside == {
        place.site.name: [] if place.site.name in blocked else [place.public]
        for place in places
        if place.site.translated
    }
    assert of(found["cgnat-hairpin"], 4)["hairpin"]
    assert not of(found["cgnat"], 4)["hairpin"]
    assert found["cgnat"]["findings"]["route"]["hops"][:2] == ["192.168.1.1", "100.64.1.1"]
    assert found["symmetric-seq"]["advice"] == ["varies", "ipv6-off"]


def tcp(found: dict[str, Any]) -> dict[str, Any]:
    """TCP over IPv4."""
    [each] = [each for each in found["findings"]["tcp"] if each["family"] == 4]
    return dict(each)


def rung(found: dict[str, Any], way: str) -> str:
    """How a way stands."""
    [use] = [each["use"] for each in found["rungs"] if each["way"] == way]
    return str(use)


def test_what_a_nat_does_with_tcp_is_found_out() -> None:
    """Mapping and ports, whether two can dial each other at once, and what is left where UDP is blocked."""
    wanted = {
        "public": ("none", "kept", "yes"),
        "port-restricted": ("endpoint-independent", "kept", "yes"),
        "symmetric-seq": ("address-and-port-dependent", "sequential", "some"),
        "symmetric-random": ("address-and-port-dependent", "random", "no"),
    }
    with Lab() as lab, serving(*TWO_ADDRESSES), ThreadPoolExecutor(AT_ONCE) as pool:
        places = [lab.add(BY_NAME[name]) for name in (*wanted, "udp-blocked")]
        *found, blocked = pool.map(diagnosis, places)
    told = [(tcp(each)["mapping"], tcp(each)["ports"], rung(each, "spliced")) for each in found]
    assert dict(zip(wanted, told, strict=True)) == wanted
    assert all(tcp(each)["mapping_sure"] for each in (*found, blocked))
    assert tcp(blocked)["mapping"] == "endpoint-independent"
    assert "tcp-remains" in blocked["advice"]


def test_a_server_with_one_address_tells_less_and_the_doctor_says_so() -> None:
    """It cannot tell who lets in everybody from who lets in one host; a strict filter it can tell."""
    names = ("fullcone", "port-restricted", "symmetric-random")
    with Lab() as lab, serving(), ThreadPoolExecutor(AT_ONCE) as pool:
        places = [lab.add(BY_NAME[name]) for name in names]
        found = dict(zip(names, pool.map(diagnosis, places), strict=True))
    udp = {name: of(each, 4) for name, each in found.items()}
    assert {name: each["mapping"] for name, each in udp.items()} == {
        "fullcone": "endpoint-independent",
        "port-restricted": "endpoint-independent",
        "symmetric-random": "address-and-port-dependent",
    }
    assert (udp["fullcone"]["filtering"], udp["fullcone"]["filtering_sure"]) == ("address-dependent", False)
    assert udp["port-restricted"]["filtering"] == "address-and-port-dependent"
    assert udp["port-restricted"]["filtering_sure"]
    assert not udp["port-restricted"]["mapping_sure"]
    assert "not-sure" in found["fullcone"]["advice"]


def test_how_long_an_unused_hole_stays_open() -> None:
    """At a router that forgets after five seconds."""
    with Lab() as lab, serving(*TWO_ADDRESSES):
        lifetime = of(diagnosis(lab.add(BY_NAME["short-mapping"]), "--long"), 4)["lifetime"]
    assert lifetime["at_least"] <= SHORT_S < lifetime["below"] <= 2 * SHORT_S


def test_a_line_that_is_cut_is_told_in_time() -> None:
    """Nothing gets through: status 1, with a report, and the obstacle is silence."""
    with Lab() as lab, serving(*TWO_ADDRESSES):
        place = lab.add(BY_NAME["port-restricted"])
        with lab.cut(place):
            status, events = doctor(place)
    assert status == 1
    assert [event["event"] for event in events[-2:]] == ["diagnosis", "error"]
    assert events[-2]["findings"]["signaling"]["obstacle"] == "silent"
