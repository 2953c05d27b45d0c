"""Keeps a link's Pulse: shows that this side is alive, and tells when the other falls silent, and when it is gone."""

import asyncio
from collections.abc import Callable

from pypeer.links.pulse import SIGN_S, Pulse


class Vigil:
    """Of one link, from `begin` to `end`. `speak` is to send a sign of life, unless something is about to leave."""

    def __init__(
        self, speak: Callable[[], None], on_silent: Callable[[bool], None], on_gone: Callable[[], None]
    ) -> None:
        self._speak = speak
        self._on_silent = on_silent
        self._on_gone = on_gone
        self._loop = asyncio.get_running_loop()
        self._pulse = Pulse(self._loop.time())
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """The link is in use from now on."""
        self._pulse = Pulse(self._loop.time())
        self._later()

    def heard(self) -> None:
        """Something came."""
        if self._pulse.heard(self._loop.time()):
            self._on_silent(False)

    def spoke(self) -> None:
        """Something was sent."""
        self._pulse.spoke(self._loop.time())

    def end(self) -> None:
        """The link is closed."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        begins = self._pulse.look(now)
        if self._pulse.is_gone(now):
            self._on_gone()
            return
        self._later()  # before what may end it
        if self._pulse.has_to_speak(now):
            self._speak()
        if begins:
            self._on_silent(True)

    def _later(self) -> None:
        self._timer = self._loop.call_later(SIGN_S / 2, self._look)
