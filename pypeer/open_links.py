"""The links to one peer that are open, by road, and which of the direct ones carries what is bulk."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pypeer.connect.lanes import Road
from pypeer.links.tls import TlsLink
from pypeer.links.webrtc import WebRtcLink
from pypeer.links.websocket import WebSocketLink
from pypeer.racing import Attach, Racing
from pypeer.tasks import Tasks

RANKS: Final = {Road.TCP: 0, Road.ICE: 1, Road.RELAY: 2}
"""The session asks on one of them at a time: two flows to one peer would take two shares of a line that others use, and
what TCP carries costs a tenth of the work. Whether it is quicker, too, `pypeer.racing` finds out."""

OpenLink = TlsLink | WebRtcLink | WebSocketLink


class OpenLinks(Mapping[Road, OpenLink]):
    """Those of one conversation. `leads`, `attach`, `on_verdict` as in Racing; `is_direct` tells of a road."""

    def __init__(
        self,
        leads: bool,
        attach: Attach,
        on_verdict: Callable[[Road, Mapping[Road, float]], None],
        is_direct: Callable[[Road], bool],
    ) -> None:
        self._links: dict[Road, OpenLink] = {}
        self._racing = Racing(leads, attach, on_verdict)
        self._is_direct = is_direct
        self._closing = Tasks("closing")

    def __getitem__(self, road: Road) -> OpenLink:
        return self._links[road]

    def __iter__(self) -> Iterator[Road]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)

    @property
    def raced(self) -> Road | None:
        """The road that carries, as far as that was measured; None while there is nothing to choose from."""
        return self._racing.road

    def put(self, road: Road, link: OpenLink) -> None:
        """It opened; one that was there is closed."""
        self.drop(road)
        self._links[road] = link

    def drop(self, road: Road) -> None:
        """Close it, if there is one."""
        link = self._links.pop(road, None)
        if link is not None:
            self.look()
            self._closing.spawn(link.close())

    def look(self) -> None:
        """Something has changed: see which are direct."""
        direct = {
            road: link
            for road, link in self._links.items()
            if not isinstance(link, WebSocketLink) and self._is_direct(road)
        }
        self._racing.look(direct)

    def stop(self) -> None:
        """Nothing is to be chosen any more."""
        self._racing.stop()

    async def close(self) -> None:
        """Close all, and wait for it."""
        links, self._links = list(self._links.values()), {}
        await asyncio.gather(*(link.close() for link in links))
        await self._closing.wait()
