"""Asks servers how they see the ports of one link, and which a NAT that takes one for each destination gives next."""

import asyncio
import contextlib
import logging
from collections.abc import Callable

from pypeer.connect.ice.candidate import family_of, join
from pypeer.connect.resolving import resolve
from pypeer.connect.servers import Relay
from pypeer.connect.tcp import plan
from pypeer.connect.tcp.bases import Bases
from pypeer.connect.tcp.observing import next_ports, observed
from pypeer.tasks import Tasks
from signaling.protocol.values import Address

_log = logging.getLogger("byway.connect")


class Looks:
    """For one link, as tasks of its owner.

    `found` gets a base and its address as a server sees it, `guess` a base and those that were seen of it and of more
    ports, where they differ from ours. What a NAT knows of a base by it is kept for so many seconds.
    """

    def __init__(
        self,
        bases: Bases,
        tasks: Tasks,
        found: Callable[[Address, Address], None],
        guess: Callable[[Address, list[Address]], None],
        keep: float,
    ) -> None:
        self._bases = bases
        self._tasks = tasks
        self._found = found
        self._guess = guess
        self._keep = keep

    async def look(self, server: Relay, predict: bool) -> None:
        """Ask this server, from every base that reaches it."""
        addresses = await resolve(server.host, server.port)
        for base in self._bases.listeners:
            for address in addresses:
                if plan.may_reach(base[0], address[0]):
                    self._tasks.spawn(self._observe(base, address, predict))

    async def _observe(self, base: Address, server: Address, predict: bool) -> None:
        try:
            async with observed(self._bases, base, server) as address:
                if address is not None:
                    self._found(base, address)
                    if predict and family_of(base[0]) == 4 and address[1] != base[1]:
                        self._guess(base, [address, *await self._more(base[0], server)])
                await asyncio.sleep(self._keep)
        except OSError as error:
            _log.debug("%s does not say how it sees us: %s", join(*server), error)

    async def _more(self, host: str, server: Address) -> list[Address]:
        with contextlib.suppress(OSError):
            return await next_ports(self._bases, host, server)
        return []
