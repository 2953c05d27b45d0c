"""Ports that routers were asked for, for one link: asked for early, renewed in time, given back in the end."""

import asyncio
import contextlib
import ipaddress
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from pypeer.connect.ice.candidate import join
from pypeer.connect.mapping import routers
from pypeer.connect.mapping.routers import MappingError
from pypeer.connect.mapping.wire import NONCE_BYTES, Granted, Protocol, Wish
from pypeer.tasks import Tasks
from signaling.protocol.values import Address

LEASE_S: Final = 120
"""For how long a port is asked for: the least that RFC 6887, section 11.2.1, recommends. A port that is not given back,
because this program was killed, is free again soon."""

RENEW: Final = 0.5
"""After what part of the time that was granted it is asked for again (RFC 6887, section 11.2.1)."""

RENEW_LEAST_S: Final = 5.0
"""But not more often than this, whatever a router grants."""

GIVE_BACK_S: Final = 2.0
"""How long giving back may take at the end of a link."""

OnMapped = Callable[[Address, Protocol, Address], None]
"""One of our addresses has this public one."""

_log = logging.getLogger("byway.connect")


class Leases:
    """Those of one link. `ask` is pypeer.connect.mapping.routers.ask, or what stands for it."""

    def __init__(self, on_mapped: OnMapped, ask: Callable[[Wish], Awaitable[Granted]] = routers.ask) -> None:
        self._on_mapped = on_mapped
        self._ask = ask
        self._held: list[Wish] = []
        self._tasks = Tasks("mapping")
        self._closing = Tasks("mapping")

    def want(self, base: Address, protocol: Protocol) -> None:
        """Ask for a public port for one of ours, if it is behind a NAT that its router has."""
        address = ipaddress.ip_address(base[0])
        if address.version == 4 and address.is_private and not address.is_loopback:
            self._tasks.spawn(self._hold(Wish(protocol, base, LEASE_S, os.urandom(NONCE_BYTES))))

    def close(self) -> None:
        """Give all back, in the background."""
        self._tasks.cancel()
        held, self._held = self._held, []
        for wish in held:
            self._closing.spawn(self._give_back(wish))

    async def wait_closed(self) -> None:
        """Give all back, and wait until that is done or cannot be."""
        self.close()
        await self._tasks.wait()
        await self._closing.wait()

    async def _hold(self, wish: Wish) -> None:
        try:
            while True:
                granted = await self._ask(wish)
                wish = self._granted(wish, granted)
                await asyncio.sleep(max(RENEW_LEAST_S, granted.lifetime * RENEW))
        except MappingError as error:
            _log.debug("no public port for %s: %s", join(*wish.inside), error)

    def _granted(self, wish: Wish, granted: Granted) -> Wish:
        outside = granted.host, granted.port
        held = replace(wish, outside=outside)
        self._held = [each for each in self._held if each.nonce != wish.nonce] + [held]
        if outside != wish.outside and _is_public(granted.host):
            _log.debug("%s is %s outside", join(*wish.inside), join(*outside))
            self._on_mapped(wish.inside, wish.protocol, outside)
        return held

    async def _give_back(self, wish: Wish) -> None:
        with contextlib.suppress(MappingError, TimeoutError):
            async with asyncio.timeout(GIVE_BACK_S):
                await self._ask(replace(wish, lifetime=0))


def _is_public(host: str) -> bool:
    """Behind a second NAT a port of the first leads nowhere."""
    try:
        return not ipaddress.ip_address(host).is_private
    except ValueError:
        return False
