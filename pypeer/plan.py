"""What a fetch begins with: whom to meet, and how."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pypeer.approach import Approach, ByCode
from pypeer.errors import AbsentError, PeerError
from pypeer.protocol.codes import EndCode
from pypeer.secure.code import Code
from pypeer.transfer.expected import Expected

FINAL: Final = frozenset(
    (
        EndCode.DECLINED.value,
        EndCode.CORRUPT.value,
        EndCode.BAD_MANIFEST.value,
        EndCode.PROTOCOL.value,
        AbsentError.code,
    )
)
"""Who has ended a fetch so is not asked again: it said no, has it no more, or lied."""

More = Callable[[Mapping[str, PeerError]], Awaitable[Sequence[Approach]]]
"""Looks for others who have it, given the peers from which nothing more comes, and why; raises PeerError."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`expected` is what has to come, if that is known; `more` finds others when all are gone."""

    approaches: Sequence[Approach]
    expected: Expected | None = None
    more: More | None = None


Planning = Callable[[], Awaitable[Plan]]
"""Finds out whom to meet; raises PeerError."""


def is_final(error: PeerError | None) -> bool:
    """Whether nothing will come any more from whom this came; None if nothing has ended."""
    return error is not None and error.code in FINAL


def by_codes(codes: Collection[Code]) -> Planning:
    """Those who wait under these codes."""

    async def plan() -> Plan:
        return Plan([ByCode(code) for code in codes])

    return plan
