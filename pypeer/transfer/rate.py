"""Speed and time left, for people: steady while data flows, silent when there is nothing honest to say."""

from collections import deque
from typing import Final

WINDOW_S: Final = 8.0
"""Speed is the average over this time: long enough to be steady, short enough to follow a change of path."""

MINIMUM_S: Final = 1.0
"""No speed is told from less time than this: the first chunk arrives in a burst."""


class Rate:
    """Average speed over the last seconds in which data could flow. Times are seconds of any one clock."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, int]] = deque()

    def start(self, now: float, done: int) -> None:
        """Data can flow from now on: at the beginning, after a pause, on a link after none. No news if it could."""
        if not self._samples:
            self._samples.append((now, done))

    def stop(self) -> None:
        """Nothing can flow: there is no speed until `start`."""
        self._samples.clear()

    def add(self, now: float, done: int) -> None:
        """`done` bytes altogether by now; ignored while stopped."""
        if not self._samples:
            return
        self._samples.append((now, done))
        while len(self._samples) > 2 and self._samples[1][0] <= now - WINDOW_S:
            self._samples.popleft()

    def speed(self, now: float) -> float | None:
        """Bytes a second up to now, None while unknown; falls by itself when nothing is added."""
        if not self._samples or now - self._samples[0][0] < MINIMUM_S:
            return None
        start, done = self._samples[0]
        return (self._samples[-1][1] - done) / (now - start)

    def left(self, now: float, todo: int) -> float | None:
        """Seconds until `todo` more bytes are done at this speed; None while nothing is known or moves."""
        speed = self.speed(now)
        return todo / speed if speed else None
