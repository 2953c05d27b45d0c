"""What was found in several places as one list; pure."""

from collections.abc import Iterable, Sequence
from itertools import zip_longest

import msgspec

from pypeer.finding.found import Hit


def merged(lists: Iterable[Sequence[Hit]], limit: int) -> list[Hit]:
    """The best of each first, by turns; one file that is in several is one hit, with the sources of all."""
    hits: dict[str, Hit] = {}
    for row in zip_longest(*lists):
        for hit in row:
            if hit is not None:
                hits[hit.root] = _joined(hits[hit.root], hit) if hit.root in hits else hit
    return list(hits.values())[:limit]


def _joined(first: Hit, second: Hit) -> Hit:
    known = {source.library for source in first.sources}
    more = tuple(source for source in second.sources if source.library not in known)
    return msgspec.structs.replace(first, sources=first.sources + more, count=first.count + second.count)
