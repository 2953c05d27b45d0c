"""Whether datagrams may get from one peer to the other, as far as candidates and STUN servers tell. Pure.

A relay inside a WebSocket need not wait its turn when they cannot. That nobody answered is no proof: it is judged so
soon that a slow line may be taken for a closed one, at the price of a relay that is opened in vain. Nothing else is
given up for it. Twin of web/src/connect/prospects.ts, held to the same vectors (tests/vectors/prospects.json).
"""

from dataclasses import dataclass

from pypeer.protocol.codes import Mapping


@dataclass(frozen=True, slots=True)
class Side:
    """What is known of one side. `families` are those of all its candidates, relayed ones too: 4, 6, 0 for a name."""

    mapping: Mapping = Mapping.UNKNOWN
    families: frozenset[int] = frozenset()
    is_complete: bool = False
    """Whether no more candidates come."""


def is_barred(here: Side, there: Side) -> bool:
    """Whether nothing is to be hoped for from datagrams."""
    return _is_silent(here) or _is_silent(there) or _cannot_pair(here, there)


def _is_silent(side: Side) -> bool:
    """No server answered it over UDP."""
    return side.mapping is Mapping.BLOCKED


def _cannot_pair(here: Side, there: Side) -> bool:
    """No candidate has a partner of its family (RFC 8445, section 6.1.2.2). A name may have addresses of either."""
    names = 0 in here.families | there.families
    return here.is_complete and there.is_complete and not names and not here.families & there.families
