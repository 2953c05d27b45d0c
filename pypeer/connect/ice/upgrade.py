"""When a relayed pair is in use: when to try the direct ones again. A firewall may have opened, a network come back.

Both sides began to use the relay at about the same time, and so they try again at about the same time, which is what
holes in NATs need; a try lasts long enough for that (pairs.PATIENCE_S).
"""

from math import inf
from typing import Final

AGAIN_S: Final = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Pauses between two tries, the last one for ever: a path that just broke is often back soon, and a few packets a
minute cost nothing beside a relayed transfer."""


class Upgrade:
    """The timer of it, in seconds of a monotonic clock."""

    def __init__(self) -> None:
        self.due_at = inf
        self._tries = 0

    def start(self, now: float) -> None:
        """A relayed pair is in use from now on."""
        self._tries = 0
        self.due_at = now + AGAIN_S[0]

    def stop(self) -> None:
        """The pair in use is as good as any."""
        self.due_at = inf

    def tried(self, now: float) -> None:
        """All better pairs are being checked anew."""
        self._tries += 1
        self.due_at = now + AGAIN_S[min(self._tries, len(AGAIN_S) - 1)]
