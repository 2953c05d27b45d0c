"""Sites, and the programs at their clients, made when they are first needed and used by one pair at a time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests.nat.driver import Driver, DriverError
from tests.nat.enter import ROOT
from tests.nat.lab import Lab
from tests.nat.pairs import Pair
from tests.nat.places import Client, Place
from tests.nat.shaper import Shape
from tests.nat.sites import BY_NAME, without_udp


class Programs(NamedTuple):
    """What runs at either end: peer, page or plain."""

    sender: str
    receiver: str

    @property
    def pages(self) -> tuple[bool, bool]:
        """Which of them are pages."""
        return self.sender == "page", self.receiver == "page"


PEERS: Final = Programs("peer", "peer")


class Fleet:
    """All of them."""

    def __init__(
        self, lab: Lab, shape: Shape | None, programs: Programs = PEERS, tree: Path = ROOT, no_udp: bool = False
    ) -> None:
        self._lab = lab
        self._shape = shape
        self._programs = programs
        self._tree = tree
        self._no_udp = no_udp
        self._places: dict[tuple[str, int], Place] = {}
        self._drivers: dict[tuple[str, str], Driver] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    @asynccontextmanager
    async def pair(self, pair: Pair) -> AsyncIterator[tuple[Driver, Driver]]:
        """Both programs, used by nobody else while the block lasts."""
        clients = self.clients(pair)
        async with AsyncExitStack() as stack:
            for client in sorted(clients, key=lambda each: each.netns):
                await stack.enter_async_context(self._locks.setdefault(client.netns, asyncio.Lock()))
            starting = map(self._driver, clients, self._programs)
            sender, receiver = await asyncio.gather(*starting)
            yield sender, receiver

    def clients(self, pair: Pair) -> tuple[Client, Client]:
        """Sender and receiver: at two sites, or neighbours at one."""
        sender = self._place(pair.sender, 0)
        if pair.neighbours:
            return sender.clients[0], sender.clients[1]
        receiver = self._place(pair.receiver, int(pair.sender == pair.receiver))
        return sender.clients[0], receiver.clients[0]

    async def renew(self, driver: Driver) -> None:
        """Forget a program that does not obey; the next pair gets a new one."""
        self._drivers = {key: each for key, each in self._drivers.items() if each is not driver}
        await driver.stop()

    async def stop(self) -> None:
        """End all programs."""
        await asyncio.gather(*(driver.stop() for driver in self._drivers.values()))

    def _place(self, name: str, copy: int) -> Place:
        if (name, copy) not in self._places:
            site = without_udp(BY_NAME[name]) if self._no_udp else BY_NAME[name]
            self._places[name, copy] = self._lab.add(site, self._shape)
        return self._places[name, copy]

    async def _driver(self, client: Client, program: str) -> Driver:
        key = client.netns, program
        if key not in self._drivers:
            self._drivers[key] = driver = Driver(client, program, self._tree)
            try:
                await driver.start()
            except (DriverError, TimeoutError) as error:
                await self.renew(driver)
                raise DriverError(f"{client.netns}: {str(error) or 'does not start'}\n{driver.log()}") from None
        return self._drivers[key]
