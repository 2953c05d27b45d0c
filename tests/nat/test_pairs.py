"""pypeer between sites of every kind: what should connect does; for all pairs, `python -m tests.nat matrix`."""

import asyncio
from typing import Final

import pytest

from tests.nat.expect import Expect
from tests.nat.fleet import Programs
from tests.nat.matrix import Conditions, connect
from tests.nat.pairs import Outcome, parse_pairs

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


def test_pairs_that_plain_checks_connect() -> None:
    """All are connected directly, with 50 ms between two sites."""
    found = outcomes(PLAIN, Conditions())
    assert {outcome.pair.expected for outcome in found} == {Expect.PLAIN}
    assert {str(outcome.pair): outcome.error or outcome.way for outcome in found if outcome.surprise} == {}


@pytest.mark.parametrize("end", ["sender", "receiver"])
def test_a_page_at_one_end(end: str) -> None:
    """Chromium behind a NAT and pypeer behind another."""
    programs = {"sender": ("page", "peer"), "receiver": ("peer", "page")}[end]
    found = outcomes(("port-restricted:cgnat", "symmetric-random:fullcone"), Conditions(programs=Programs(*programs)))
    assert {str(outcome.pair): outcome.error or outcome.way for outcome in found if outcome.surprise} == {}
