"""What should connect."""

from dataclasses import replace

import pytest

from tests.nat.expect import Expect, expected
from tests.nat.pairs import SAME, Outcome, Pair, Rank, all_pairs, parse_pairs
from tests.nat.sites import ALL, BY_NAME


@pytest.mark.parametrize(
    ("pair", "expect"),
    [
        ("public:port-restricted", Expect.PLAIN),
        ("port-restricted:port-restricted", Expect.PLAIN),
        ("port-restricted:port-restricted-accept", Expect.RACE),
        ("fullcone:port-restricted-accept", Expect.PLAIN),
        ("symmetric-random:addr-restricted", Expect.PLAIN),
        ("symmetric-random:port-restricted", Expect.PREDICTED),
        ("symmetric-seq:firewall", Expect.PREDICTED),
        ("symmetric-seq:symmetric-seq", Expect.PREDICTED),
        ("symmetric-seq:symmetric-random", Expect.RELAYED),
        ("symmetric-random:symmetric-random", Expect.RELAYED),
        ("cgnat:cgnat", Expect.PLAIN),
        ("cgnat:same", Expect.RELAYED),
        ("cgnat-hairpin:same", Expect.PLAIN),
        ("lan:same", Expect.PLAIN),
        ("udp-blocked:public", Expect.TCP),
        ("udp-blocked:port-restricted", Expect.TCP),
        ("udp-blocked:symmetric-random", Expect.RELAYED),
        ("udp-blocked:udp-blocked", Expect.TCP),
        ("udp-blocked:symmetric-seq", Expect.PREDICTED),
        ("upnp:symmetric-random", Expect.MAPPED),
        ("pcp:port-restricted", Expect.MAPPED),
        ("nat-pmp:fullcone", Expect.PLAIN),
        ("nat-pmp:udp-blocked", Expect.TCP),
        ("ipv6:dual", Expect.PLAIN),
        ("ipv6:port-restricted", Expect.RELAYED),
        ("tcp443:public", Expect.RELAYED),
        ("proxy:public", Expect.PROXIED),
        ("upnp:socks", Expect.PROXIED),
        ("proxy:firewall", Expect.RELAYED),
        ("proxy:ipv6", Expect.RELAYED),
        ("proxy:socks", Expect.RELAYED),
        ("proxy-443:public", Expect.RELAYED),
    ],
)
def test_pairs(pair: str, expect: Expect) -> None:
    assert parse_pairs(pair)[0].expected is expect


@pytest.mark.parametrize(
    ("pair", "sends", "receives"),
    [
        ("public:port-restricted", Expect.PLAIN, Expect.PLAIN),
        ("symmetric-random:port-restricted", Expect.RELAYED, Expect.RELAYED),
        ("symmetric-seq:firewall", Expect.PREDICTED, Expect.PREDICTED),
        ("symmetric-seq:port-restricted-accept", Expect.RELAYED, Expect.PREDICTED),
        ("symmetric-seq:symmetric-seq", Expect.RELAYED, Expect.RELAYED),
        ("udp-blocked:public", Expect.RELAYED, Expect.RELAYED),
        ("udp-blocked:symmetric-seq", Expect.RELAYED, Expect.RELAYED),
        ("upnp:symmetric-random", Expect.RELAYED, Expect.MAPPED),
        ("pcp:port-restricted", Expect.RELAYED, Expect.MAPPED),
        ("nat-pmp:fullcone", Expect.PLAIN, Expect.PLAIN),
        ("proxy:public", Expect.RELAYED, Expect.RELAYED),
        ("cgnat-hairpin:same", Expect.PLAIN, Expect.PLAIN),
    ],
)
def test_pairs_with_a_page(pair: str, sends: Expect, receives: Expect) -> None:
    [found] = parse_pairs(pair)
    assert replace(found, pages=(True, False)).expected is sends
    assert replace(found, pages=(False, True)).expected is receives


@pytest.mark.parametrize(
    ("pair", "pages", "expect"),
    [
        ("port-restricted:port-restricted-accept", (True, False), Expect.RACE),
        ("port-restricted:port-restricted-accept", (True, True), Expect.RACE),
        ("port-restricted-accept:port-restricted-accept", (True, False), Expect.RACE),
        ("port-restricted-accept:port-restricted-accept", (True, True), Expect.RELAYED),
    ],
)
def test_two_pages_win_a_race_where_one_router_takes_nothing(
    pair: str, pages: tuple[bool, bool], expect: Expect
) -> None:
    [found] = parse_pairs(pair)
    assert replace(found, pages=pages).expected is expect


def test_it_does_not_matter_who_sends() -> None:
    for one in ALL:
        for other in ALL:
            assert expected(one, other) is expected(other, one)


def test_all_pairs_and_neighbours() -> None:
    pairs = all_pairs(["public", "lan"])
    assert len(pairs) == 5
    assert pairs[-1] == Pair("lan", SAME)


@pytest.mark.parametrize("text", ["nowhere:public", "public:nowhere", "public:same"])
def test_pairs_that_cannot_be(text: str) -> None:
    with pytest.raises(ValueError, match=r"no kind of site|only one client"):
        parse_pairs(text)


@pytest.mark.parametrize(
    ("pair", "way", "rank", "surprise"),
    [
        ("public:public", "direct", Rank.DIRECT, ""),
        ("public:public", "turn-udp", Rank.RELAYED, "-"),
        ("public:public", "", Rank.NONE, "-"),
        ("proxy-443:public", "websocket", Rank.RELAYED, ""),
        ("proxy:public", "proxied", Rank.DIRECT, ""),
        ("proxy:public", "websocket", Rank.RELAYED, "-"),
        ("proxy-443:public", "reversed", Rank.DIRECT, "+"),
        ("proxy-443:public", "", Rank.NONE, "-"),
    ],
)
def test_surprises(pair: str, way: str, rank: Rank, surprise: str) -> None:
    outcome = Outcome(parse_pairs(pair)[0], ok=bool(way), way=way)
    assert (outcome.rank, outcome.surprise) == (rank, surprise)


def test_every_neighbour_has_an_expectation() -> None:
    assert {name for name, site in BY_NAME.items() if site.neighbours} == {"lan", "cgnat", "cgnat-hairpin"}
