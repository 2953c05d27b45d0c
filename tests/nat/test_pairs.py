"""pypeer between sites of every kind: what should connect does; for all pairs, `python -m tests.nat matrix`."""

import asyncio
from dataclasses import replace
from typing import Final

import pytest

from tests.nat.expect import Expect
from tests.nat.fleet import Programs
from tests.nat.matrix import Conditions, connect
from tests.nat.pairs import Outcome, parse_pairs

PATIENCE_S: Final = 60.0
"""For a pair on a busy machine; where it is quiet, each is over in a few seconds."""

DIRECT: Final = Conditions(server_options=("--relay-off",), bound=PATIENCE_S)
"""Without a relay, which would be quicker than a guess, and enough for a small file."""

PLAIN: Final = (
    "public:firewall",
    "port-restricted:public",
    "port-restricted:port-restricted",
    "fullcone:symmetric-random",
    "symmetric-seq:addr-restricted",
    "cgnat:port-restricted-rst",
    "cgnat-hairpin:same",
    "short-mapping:port-restricted-icmp",
    "lan:same",
    "dual:dual",
)
"""Each site that plain ICE crosses, and each way of crossing."""


def outcomes(pairs: tuple[str, ...], under: Conditions) -> list[Outcome]:
    """How these pairs came out."""
    found: list[Outcome] = []
    asyncio.run(connect(parse_pairs(",".join(pairs)), under, found.append))
    return found


HARD: Final = (
    "symmetric-random:port-restricted",
    "port-restricted-accept:symmetric-random",
    "symmetric-seq:firewall",
    "symmetric-seq:symmetric-seq",
)
"""One side's port has to be guessed, or both; by a run of prediction, or one of the two that may follow it."""


def test_pairs_that_take_prediction() -> None:
    """A port that goes up, a port at random, and a router that takes early packets for itself."""
    found = outcomes(HARD, DIRECT)
    assert {str(outcome.pair): outcome.error or outcome.way for outcome in found if outcome.surprise} == {}


def test_a_pair_without_a_way_is_told_soon() -> None:
    """Each attempt is over in 3 s, and says why."""
    [found] = outcomes(("symmetric-random:symmetric-random",), DIRECT)
    assert found.error == "no-path"
    reports = [event["report"] for event in found.events["receiver"] if event["event"] == "report"]
    assert [report["outcome"] for report in reports] == ["failed"] * len(reports)
    assert {"varies-here", "varies-there"} <= set(reports[0]["reasons"])


def test_pairs_that_plain_checks_connect() -> None:
    """All are connected directly, with 50 ms between two sites."""
    found = outcomes(PLAIN, DIRECT)
    assert {outcome.pair.expected for outcome in found} == {Expect.PLAIN}
    assert {str(outcome.pair): outcome.error or outcome.way for outcome in found if outcome.surprise} == {}


HTTP_ONLY: Final = ("tcp443:proxy", "proxy-443:public", "public:tcp443", "proxy:proxy", "ipv6:tcp443")
"""One side's network lets only HTTPS out, or only through a proxy."""


def test_where_only_https_leaves_the_relay_inside_the_websocket_helps() -> None:
    """Without TURN in the way of it."""
    found = outcomes(HTTP_ONLY, replace(DIRECT, server_options=("--turn-port=0",)))
    assert {str(outcome.pair): outcome.error or outcome.way for outcome in found} == dict.fromkeys(
        HTTP_ONLY, "websocket"
    )


SPLICED: Final = (
    "port-restricted:port-restricted",
    "port-restricted-icmp:port-restricted-icmp",
    "port-restricted-rst:port-restricted-icmp",
    "symmetric-seq:port-restricted",
    "firewall:symmetric-seq",
)
"""NATs that drop a SYN which they do not expect, that refuse it, and one whose next port has to be guessed."""


def test_two_calls_over_tcp_become_one_where_udp_is_blocked() -> None:
    """Both dial, and their SYNs meet; whom the other's NAT refuses dials again at once. A relay says how they look."""
    found = outcomes(SPLICED, Conditions(no_udp=True, hold=PATIENCE_S, bound=2 * PATIENCE_S))
    assert {str(outcome.pair): outcome.error or outcome.way for outcome in found} == dict.fromkeys(SPLICED, "spliced")


PROXIED: Final = ("proxy:public", "public:proxy", "socks:public", "socks:upnp")
"""Nothing leaves one side but through a proxy, and the other side can be reached from anywhere."""


def test_a_proxy_leads_to_a_peer_that_can_be_reached() -> None:
    """Over an HTTP proxy and over SOCKS, to a public address and to a port that a router was asked for."""
    found = outcomes(PROXIED, DIRECT)
    assert {str(outcome.pair): outcome.error or outcome.way for outcome in found} == dict.fromkeys(PROXIED, "proxied")


def test_what_the_proxy_refuses_is_told() -> None:
    """One that leads to port 443 only: without a relay there is no way, and the report says why."""
    [found] = outcomes(("proxy-443:public",), DIRECT)
    reports = [event["report"] for event in found.events["sender"] if event["event"] == "report"]
    told = [trouble for report in reports for trouble in report.get("relays", ())]
    assert not found.way
    assert {trouble["code"] for trouble in told} == {403}


@pytest.mark.parametrize("end", ["sender", "receiver"])
def test_a_page_at_one_end(end: str) -> None:
    """Chromium behind a NAT and pypeer behind another."""
    programs = {"sender": ("page", "peer"), "receiver": ("peer", "page")}[end]
    found = outcomes(
        ("port-restricted:cgnat", "symmetric-random:fullcone"), replace(DIRECT, programs=Programs(*programs))
    )
    assert {str(outcome.pair): outcome.error or outcome.way for outcome in found if outcome.surprise} == {}


@pytest.mark.parametrize("end", ["sender", "receiver"])
def test_a_page_guesses_a_port_before_its_router_takes_a_packet_for_itself(end: str) -> None:
    """The peer's first checks open its own hole and do not knock at the page's router."""
    programs = {"sender": ("page", "peer"), "receiver": ("peer", "page")}[end]
    pair = {"sender": "port-restricted-accept:symmetric-seq", "receiver": "symmetric-seq:port-restricted-accept"}[end]
    [found] = outcomes((pair,), replace(DIRECT, programs=Programs(*programs)))
    assert not found.surprise


def test_two_pages_take_turns_at_sending_first() -> None:
    """The router of whoever asked takes the first packet for itself; in the second round its own client is earlier."""
    under = Conditions(programs=Programs("page", "page"), hold=PATIENCE_S, bound=2 * PATIENCE_S)
    [found] = outcomes(("port-restricted:port-restricted-accept",), under)
    assert (found.error or found.way) == "direct"


def test_a_page_with_both_families_and_a_peer_with_one() -> None:
    """The page knows its servers by name, and has an address of each family."""
    [found] = outcomes(("ipv6:dual",), replace(DIRECT, programs=Programs("peer", "page")))
    assert (found.error or found.way) == "direct"
