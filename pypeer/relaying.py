"""The relays that one pair may use, kept fresh while it lasts; sockets and doors are made from what is known last."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from weakref import WeakSet

from pypeer.connect import servers
from pypeer.connect.detour import Access
from pypeer.connect.options import ConnectOptions, Relaying
from pypeer.connect.renewal import FOREVER, Renewal
from pypeer.errors import ServerError
from pypeer.tasks import Tasks
from pypeer.websocket import WebSocket
from signaling.protocol.contacts import Called
from signaling.protocol.directory import Asked
from signaling.protocol.fields import IceServer
from signaling.protocol.rendezvous import Knocked, Met, Renewed

if TYPE_CHECKING:
    from pypeer.connect.gathering import Gathering

_log = logging.getLogger("byway.connect")

Ask = Callable[[], Awaitable[Renewed]]
"""Asks the server; raises ServerError."""


class PairRelays:
    """What the server tells one pair: TURN servers beside those of everybody, and a ticket for its own relay.

    `ask` renews it, `common` gives the servers of everybody, `dial` opens a WebSocket to the relay at `url`,
    `gatherings` gets what is made. Call `keep` to have it renewed in time, and `close` in the end.
    """

    def __init__(
        self,
        told: Met | Knocked | Asked | Called,
        ask: Ask,
        common: Callable[[], tuple[IceServer, ...]],
        dial: Callable[[], Awaitable[WebSocket]],
        url: str,
        options: ConnectOptions,
        gatherings: "WeakSet[Gathering]",
    ) -> None:
        self._ice = told.ice
        self._ticket = told.relay
        self._ask = ask
        self._common = common
        self._dial = dial
        self._url = url
        self._options = options
        self._all = gatherings
        self._is_first = True
        self._loop = asyncio.get_running_loop()
        self._renewal = Renewal(told.ttl, self._loop.time())
        self._timer: asyncio.TimerHandle | None = None
        self._asking: asyncio.Future[None] | None = None
        self._tasks = Tasks("relays")
        self._gatherings: WeakSet[Gathering] = WeakSet()

    def gather(self) -> "Gathering":
        """Sockets and candidates for one link."""
        from pypeer.connect.gathering import Gathering

        gathering = Gathering(self.servers(), self._options)
        gathering.relays.on_unauthorized = self.renew_soon
        self._gatherings.add(gathering)
        self._all.add(gathering)
        return gathering

    @property
    def access(self) -> Access | None:
        """The way to the relay inside a WebSocket; None if the server, or our person, does not want it."""
        return Access(self._admission, self._dial, self._url) if can_relay(self._ticket, self._options) else None

    def keep(self) -> None:
        """From now on, renew what is told before its time is over."""
        self._stop_timer()
        at = self._renewal.wake_at()
        if at < FOREVER:
            self._timer = self._loop.call_at(at, self.renew_soon)

    def renew_soon(self) -> None:
        """Renew it, in a task of its own."""
        self._tasks.spawn(self.renew())

    async def renew(self) -> None:
        """Renew it, if that is possible, and wait for the answer."""
        if self._renewal.ask():
            self._asking = self._loop.create_future()
            self._tasks.spawn(self._renew(self._asking))
        if self._asking is not None:
            await asyncio.shield(self._asking)

    def close(self) -> None:
        """Nothing is renewed any more."""
        self._stop_timer()
        self._tasks.cancel()

    async def _renew(self, answered: asyncio.Future[None]) -> None:
        try:
            self._renewed(await self._ask())
        except ServerError as error:
            _log.info("relays are not renewed: %s", error)
            self._refused(error)
        finally:
            answered.set_result(None)
        self.keep()

    def _refused(self, error: ServerError) -> None:
        if error.retry:
            self._renewal.refused(self._loop.time())
        else:
            self._renewal.end()

    def _renewed(self, renewed: Renewed) -> None:
        self._renewal.renewed(renewed.ttl, self._loop.time())
        self._ice, self._ticket = renewed.ice, renewed.relay or self._ticket
        _log.debug("relays are renewed, for %s s", renewed.ttl)
        for gathering in self._gatherings:
            gathering.renew(self.servers())

    async def _admission(self) -> str:
        """The ticket; for every link but the first a new one, if there is one."""
        is_first, self._is_first = self._is_first, False
        if not is_first:
            await self.renew()
        assert self._ticket is not None
        return self._ticket

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def servers(self) -> servers.Servers:
        """All that are known now."""
        return servers.read((*self._common(), *self._ice))


def can_relay(ticket: str | None, options: ConnectOptions) -> bool:
    """Whether the server, and our person, let the relay inside a WebSocket be used."""
    return ticket is not None and options.relaying is not Relaying.NEVER
