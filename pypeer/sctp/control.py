"""What says how much may be in flight: one small interface, for flows that share and for those that give way."""

from collections.abc import Callable
from typing import Protocol

from pypeer.sctp.cubic import Cubic
from pypeer.sctp.ledbat import Ledbat


class Controller(Protocol):
    """The congestion window of one path, in bytes. Times are seconds of any one clock."""

    window: float
    """What may be in flight."""
    segment: int
    """What a packet carries at most."""

    @property
    def slow_start(self) -> bool:
        """Whether the window grows with what is acknowledged."""

    def sample(self, rtt: float, now: float) -> None:
        """A round trip was measured."""

    def round_over(self) -> None:
        """What was in flight a round trip ago is acknowledged."""

    def acknowledged(self, size: int, rtt: float, now: float) -> None:
        """So many bytes have arrived, while the window was what kept from sending more."""

    def lost(self, now: float) -> None:
        """Something was lost, for the first time in this round trip."""

    def timed_out(self, now: float) -> None:
        """Nothing was acknowledged for long."""

    def undo(self) -> None:
        """Nothing had been lost when last it timed out (RFC 4015)."""


MakeController = Callable[[int], Controller]
"""By the size of a segment."""


FOREGROUND: MakeController = Cubic
BACKGROUND: MakeController = Ledbat
