"""Two direct links to one peer, and which of them carries what is bulk, as `pypeer.connect.race` decides."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol

from pypeer.connect.lanes import Road
from pypeer.connect.race import TICK_S, Action, Ask, Follow, Race, Verdict
from pypeer.links.link import Link


class Measured(Link, Protocol):
    """A link that counts."""

    @property
    def heard(self) -> int:
        """Bytes that have come, of frames with something in them."""

    @property
    def has_closed(self) -> bool:
        """Whether nothing more will come."""


Attach = Callable[[Link, int, bool], None]
"""Let the session use a link, of this rank: the lowest carries. The last says that it is to be the only one."""


class Racing:
    """Of one conversation. `leads` if this side chooses; `on_verdict` is told when another road carries, and why."""

    def __init__(self, leads: bool, attach: Attach, on_verdict: Callable[[Road, Mapping[Road, float]], None]) -> None:
        self._leads = leads
        self._attach = attach
        self._on_verdict = on_verdict
        self._race = Race()
        self._follow = Follow()
        self._links: dict[Road, Measured] = {}
        self._carries: Road | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()

    @property
    def road(self) -> Road | None:
        """The one that carries, as far as that was found out; None while there is nothing to choose from."""
        return self._carries

    def look(self, links: Mapping[Road, Measured]) -> None:
        """These are open, and lead straight to the other side."""
        open_links = {road: link for road, link in links.items() if not link.has_closed}
        found = open_links if len(open_links) == 2 else {}
        if found == self._links:
            return
        before, self._links = self._links, found
        self.stop()
        self._race.open(False, self._loop.time())
        self._follow.open()
        if found:
            self._begin()
        else:
            self._rank(Road.TCP, {road: link for road, link in before.items() if links.get(road) is link})

    def stop(self) -> None:
        """It is over."""
        self._carries = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _begin(self) -> None:
        self._carries = Road.TCP
        self._later()
        if self._leads:
            self._do(self._race.open(True, self._loop.time()))
        else:
            self._rank(Road.TCP, self._links)

    def _later(self) -> None:
        self._timer = self._loop.call_later(TICK_S, self._tick)

    def _tick(self) -> None:
        self.look(self._links)
        if self._links:
            self._later()
            heard = {road: link.heard for road, link in self._links.items()}
            core = self._race if self._leads else self._follow
            self._do(core.tick(heard, self._loop.time()))

    def _do(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Ask():
                    self._rank(action.road, self._links)
                case Verdict():
                    self._carries = action.road
                    self._on_verdict(action.road, self._race.rates)

    def _rank(self, best: Road, links: Mapping[Road, Link]) -> None:
        """The best first: what is asked for next is not to be asked on both."""
        for road in sorted(links, key=lambda road: road is not best):
            self._attach(links[road], int(road is not best), False)
