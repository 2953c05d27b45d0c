"""Signs of life: when a side has to show one, and what the other's silence means; pure, the clock passed in."""

from typing import Final

SIGN_S: Final = 1.0
"""A side that has sent nothing for so long sends a sign of life."""

SILENT_S: Final = 3.0
"""A link on which nothing came for so long is silent: three signs of life missing. As soon as ICE notices, about."""

GONE_S: Final = 20.0
"""... and closed: the same as at the relay. A path that comes back sooner is used again."""


class Pulse:
    """Of one link. Times are seconds of any one clock; call `look` every SIGN_S / 2."""

    def __init__(self, now: float) -> None:
        self.silent = False
        """Whether nothing has come for too long."""
        self._heard = self._spoke = self._looked = now

    def heard(self, now: float) -> bool:
        """Something came: whether that ends a silence."""
        was_silent, self.silent = self.silent, False
        self._heard = now
        return was_silent

    def spoke(self, now: float) -> None:
        """Something was sent."""
        self._spoke = now

    def look(self, now: float) -> bool:
        """Whether a silence begins."""
        if now - self._looked > SIGN_S * 3 / 2:
            self._heard = max(self._heard, now - SIGN_S)  # it was this program that did not listen
        self._looked = now
        begins = now - self._heard > SILENT_S and not self.silent
        self.silent |= begins
        return begins

    def has_to_speak(self, now: float) -> bool:
        """Whether a sign of life is due."""
        return now - self._spoke >= SIGN_S

    def is_gone(self, now: float) -> bool:
        """Whether it was silent for so long that nothing is hoped for any more."""
        return now - self._heard > GONE_S
