"""What a delegate shows to whoever comes for a code: in whose name it serves. Pure."""

from collections.abc import Sequence
from typing import Final

from pypeer.delegates.digest import digest
from pypeer.errors import MeetError
from pypeer.events import OnBehalf
from pypeer.protocol.messages import Entry, Offer
from pypeer.secure.code import short_name
from pypeer.secure.ids import peer_id
from pypeer.transfer.names import ManifestError, printable
from signaling.protocol.delegation import Delegation, flaw, parse

OTHERS: Final = "it is not what the owner of the code has handed over"


class DelegationError(MeetError):
    """Whoever waits under the code says that it serves for somebody else, and cannot prove it."""

    code = "bad-delegation"


def proven(text: str, delegate: bytes, locator: str, now: float) -> Delegation:
    """What lets this key serve the code of this locator; raises DelegationError."""
    try:
        signed = parse(text)
    except ValueError as error:
        raise _unproven(str(error)) from None
    wrong = flaw(signed, delegate, locator, now)
    if wrong is not None:
        raise _unproven(f"what it shows is no good: {wrong}")
    return signed.delegation


def told(delegation: Delegation, name: str) -> OnBehalf:
    """In whose name it is served, and by whom, as an event."""
    owner, delegate = peer_id(delegation.owner), peer_id(delegation.delegate)
    return OnBehalf(
        peer=owner,
        short=short_name(owner),
        name=printable(name),
        by=delegate,
        by_short=short_name(delegate),
        until=float(delegation.expires),
    )


class Vouched:
    """What its owner has signed, to the byte: every other list is refused (pypeer.transfer.expected)."""

    def __init__(self, signed: bytes) -> None:
        self._signed = signed
        self._text = False

    def look(self, offer: Offer) -> None:
        """What it is like is seen when it is listed."""
        self._text = offer.text

    def settle(self, entries: Sequence[Entry]) -> list[Entry]:
        """All of it; raises ManifestError."""
        if digest(entries, self._text) != self._signed:
            raise ManifestError(OTHERS)
        return list(entries)


def _unproven(why: str) -> DelegationError:
    return DelegationError(
        f"Whoever waits under this code says that it serves for somebody else, but {why}. Do not trust it: ask the "
        "sender for a new code."
    )
