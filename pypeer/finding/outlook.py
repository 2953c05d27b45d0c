"""Whether a peer can be reached directly, as far as can be told before anybody is asked; pure.

What the peer says of its network tells most of it (RFC 5128, section 3.3): only where both sides' NATs vary their ports
does nothing but a relay remain, and what the NAT on this side does takes seconds to find out (`pypeer doctor`).
"""

from collections.abc import Iterable
from enum import Enum

from pypeer.finding.found import Holder
from signaling.protocol.listed import Reach


class Outlook(Enum):
    """From the best to the worst; the value is what a person is told."""

    DIRECT = "direct"
    LIKELY = "likely direct"
    UNKNOWN = ""
    MAYBE = "may need a relay"
    AWAY = "away"


_OUTLOOKS = {
    Reach.OPEN: Outlook.DIRECT,
    Reach.STEADY: Outlook.LIKELY,
    Reach.VARYING: Outlook.MAYBE,
    Reach.BLOCKED: Outlook.MAYBE,
    None: Outlook.UNKNOWN,
}


def outlook(reach: Reach | None, away: bool) -> Outlook:
    """How one peer is likely to be reached."""
    return Outlook.AWAY if away else _OUTLOOKS[reach]


def best(holders: Iterable[Holder]) -> Outlook:
    """How the best of several is."""
    order = list(Outlook)
    return min((outlook(each.reach, each.away) for each in holders), key=order.index)
