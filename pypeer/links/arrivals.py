"""Frames that have arrived, each delivered once: those before `deliver` are kept until then."""

from collections.abc import Callable
from typing import Final

from pypeer.octets import Arrived

EARLY_BYTES: Final = 256 * 1024
"""Kept beforehand: both sides greet at once, and whoever sends more than that has to wait."""


class Arrivals:
    """Of one link."""

    def __init__(self) -> None:
        self._on_frame: Callable[[Arrived], None] | None = None
        self._early: list[Arrived] = []
        self._early_bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether no more is to be read before it is delivered."""
        return self._early_bytes > EARLY_BYTES

    def deliver(self, on_frame: Callable[[Arrived], None]) -> None:
        """From now on, and what came before, in order."""
        self._on_frame = on_frame
        early, self._early, self._early_bytes = self._early, [], 0
        for frame in early:
            on_frame(frame)

    def put(self, frame: Arrived) -> None:
        """One more has come."""
        if self._on_frame is not None:
            self._on_frame(frame)
            return
        self._early.append(frame)
        self._early_bytes += len(frame)
