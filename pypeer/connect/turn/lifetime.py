"""How long an allocation lasts, when it is renewed, and what is known of its end (RFC 8656, section 8). Pure."""

from typing import Final

from pypeer.connect.turn import words
from pypeer.connect.turn.words import Ended

AHEAD_S: Final = 60.0
"""How long before its end an allocation is renewed (RFC 8656, section 8); half of its time where it lasts less."""

LIFETIME_S: Final = range(10, 3601)
"""Seconds of an allocation that are believed: below it would be nothing but renewing, and no NAT keeps an hour."""

FOREVER: Final = float("inf")


class Lifetime:
    """Of one allocation; times are of a monotonic clock."""

    def __init__(self) -> None:
        self.until = FOREVER
        self.refresh_at = FOREVER
        self.doubt: Ended | None = None
        """Why it ends if no refresh is granted; None as long as nothing was refused."""

    @property
    def end(self) -> Ended:
        """How its end is told when its time is over."""
        return self.doubt or Ended(0, words.EXPIRED)

    def lasts(self, seconds: int, now: float) -> None:
        """The server granted so many seconds."""
        believed = min(max(seconds, LIFETIME_S.start), LIFETIME_S.stop - 1)
        self.until, self.doubt = now + believed, None
        self.refresh_at = self.until - min(AHEAD_S, believed / 2)

    def asked(self, now: float) -> None:
        """A refresh is on its way; the next one is due if it is not answered."""
        self.refresh_at = now + max(LIFETIME_S.start / 2, (self.until - now) / 2)

    def released(self) -> None:
        """It is not to be refreshed any more."""
        self.refresh_at = FOREVER

    def over(self) -> None:
        """It is no more."""
        self.until = self.refresh_at = FOREVER
