"""What is told of candidates and of the NAT: in few messages, in order, nothing twice."""

import asyncio

from pypeer.connect.ice.candidate import Candidate, parse
from pypeer.connect.telling import BATCH_CANDIDATES, BATCH_S, Telling
from pypeer.protocol import sealed
from pypeer.protocol.codes import Mapping
from pypeer.protocol.report import CandidateKind
from pypeer.protocol.sealed import Network, SealedMessage


def candidate(port: int) -> Candidate:
    return Candidate(CandidateKind.HOST, "10.0.0.2", port, 99)


async def test_candidates_go_together_and_none_before_the_description() -> None:
    sent: list[SealedMessage] = []
    telling = Telling(3, sent.append, lambda: Mapping.UNKNOWN)
    telling.found(candidate(1), "abcd")
    assert [each.port for each in telling.described()] == [1]
    for port in range(2, 3 + BATCH_CANDIDATES):
        telling.found(candidate(port), "abcd")
    assert sent == []
    await asyncio.sleep(3 * BATCH_S)
    telling.end()
    told = [each for each in sent if isinstance(each, sealed.Candidate)]
    assert [len(each.candidates) for each in told] == [BATCH_CANDIDATES, 1, 0]
    assert [parse(line).port for each in told for line in each.candidates] == list(range(2, 3 + BATCH_CANDIDATES))
    assert {parse(line).ufrag for each in told for line in each.candidates} == {"abcd"}


async def test_what_the_nat_does_is_told_when_it_is_known_and_news() -> None:
    sent: list[SealedMessage] = []
    known = [Mapping.UNKNOWN, Mapping.BLOCKED, Mapping.BLOCKED, Mapping.INDEPENDENT]
    telling = Telling(0, sent.append, lambda: known[0])
    telling.network()
    telling.described()
    while known:
        telling.network()
        known.pop(0)
    assert sent == [Network(link=0, mapping=mapping) for mapping in (Mapping.BLOCKED, Mapping.INDEPENDENT)]
