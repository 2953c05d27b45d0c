"""Whether a delegation lets a session take over the locator of another key; pure."""

from dataclasses import dataclass
from typing import Final

from signaling.engine.base import Claim, Delegated
from signaling.protocol.codes import ErrorCode
from signaling.protocol.delegation import flaw, parse
from signaling.protocol.encoding import b64, unb64
from signaling.protocol.limits import TTL_MIN_S

TAKEN: Final = "this locator belongs to somebody else than who has signed the delegation"
VOID: Final = "its owner has taken this delegation back, or has made another one since"


@dataclass(frozen=True, slots=True)
class Good:
    """A delegation that holds, unless its owner has taken it back; `left` are the seconds for which it does."""

    locator: str
    owner: str
    serial: int
    left: float

    def at(self, now: float) -> Delegated:
        """The same by the clock of the core."""
        return Delegated(self.owner, self.serial, now + self.left)


def delegated(text: str, key: str, wall: float) -> Good | str:
    """What it says to the session with this key at `wall`, in seconds since 1970; or why it says nothing."""
    try:
        signed = parse(text)
    except ValueError as error:
        return str(error)
    made = signed.delegation
    wrong = flaw(signed, unb64(key), made.locator, wall)
    if wrong is not None:
        return f"this delegation is no good: {wrong}"
    return Good(made.locator, b64(made.owner), made.serial, max(made.expires - wall, TTL_MIN_S))


def explained(claim: Claim) -> tuple[ErrorCode, str]:
    """Why such a locator was not granted."""
    return (ErrorCode.BAD_DELEGATION, VOID) if claim.is_stale else (ErrorCode.LOCATOR_TAKEN, TAKEN)
