"""When a connection that was refused is dialled again. Pure.

Two NATs that refuse what they do not expect, with RST or ICMP, let two SYNs pass that are on their way at the same
time. Say that both sides dial again as soon as they are refused, each a round trip after its last SYN, and that one
began d later than the other: if d is less than half of a round trip, the SYNs cross; if it is more, the other's next
one has left before this one arrives. So they meet at the first or the second try, without a clock in common. A random
pause instead, which meets by chance, took twice as long in the laboratory (median 0.9 s, not 0.4 s, at 50 ms). Where it
is ICMP that refuses, only one of the two dials again: see patience.
"""

from collections.abc import Callable
from typing import Final

FAR_S: Final = 0.005
"""Who refuses sooner is near: a machine where nobody listens yet, or this side's own router. It would be dialled
hundreds of times a second, and gains nothing by it."""

AT_ONCE: Final = 16
"""So often at most: what has not met by then is refused for another reason, or by paths of unequal length."""

AGAIN_S: Final = 0.15
"""Else it is dialled after a random part of this: a fixed pause, on both sides, would miss again and again."""

PATIENCE: Final = 1.15
"""... and of a pause so much longer at each time: forty tries in all."""


class Redial:
    """The tries of one pair of addresses; `random` gives numbers from 0 to 1."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._left = AT_ONCE
        self._pause = AGAIN_S

    def pause(self, took: float) -> float:
        """Seconds until the next one, if it took so many to be refused."""
        if took >= FAR_S and self._left:
            self._left -= 1
            return 0.0
        pause = self._random() * self._pause
        self._pause *= PATIENCE
        return pause
