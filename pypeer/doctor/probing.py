"""The asyncio shell of the two state machines that ask over UDP."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, Protocol

from pypeer.connect.ice.candidate import family_of
from pypeer.connect.sockets import Sockets
from pypeer.doctor import lifetime
from pypeer.doctor.asking import Send
from pypeer.doctor.discovery import Discovery, Role
from pypeer.doctor.findings import Lifetime, Status, Udp
from pypeer.doctor.lifetime import WAITS_S, LifetimeTest
from pypeer.doctor.machine import local_address
from signaling.protocol.values import Address

BOUND_S: Final = 6.0
"""Of a discovery: it ends by itself within 4 s, and a machine that sleeps in between must not hold it up."""


class Asker(Protocol):
    """What is common to both."""

    @property
    def is_done(self) -> bool:
        """Whether there is nothing more to learn."""

    def start(self, now: float) -> list[Send]:
        """Begin."""

    def receive(self, socket: int, source: Address, data: bytes, now: float) -> list[Send]:
        """A datagram came."""

    def tick(self, now: float) -> list[Send]:
        """Time passes."""

    def wake_at(self) -> float | None:
        """When `tick` has something to do."""


class Opened:
    """UDP sockets on one address, numbered from 0."""

    def __init__(self) -> None:
        self.locals: list[Address] = []
        self.on_datagram: Callable[[int, Address, bytes], None] = lambda number, source, data: None
        self.sockets = Sockets(self._datagrams)

    async def open(self, host: str, count: int) -> bool:
        """Open so many; whether that worked."""
        for _ in range(count):
            opened = await self.sockets.open(host)
            if opened is None:
                return False
            self.locals.append((host, opened[1]))
        return True

    def _datagrams(self, number: int, source: Address, datagrams: list[bytes]) -> None:
        for data in datagrams:
            self.on_datagram(number, source, data)


async def run(asker: Asker, opened: Opened, within: float) -> None:
    """Let it ask until it is done."""
    news = asyncio.Event()

    def perform(sends: list[Send]) -> None:
        for send in sends:
            opened.sockets.send(send.socket, send.to, send.data)
        news.set()

    opened.on_datagram = lambda number, source, data: perform(asker.receive(number, source, data, time.monotonic()))
    with suppress(TimeoutError):
        async with asyncio.timeout(within):
            perform(asker.start(time.monotonic()))
            while not asker.is_done:
                news.clear()
                await _until(asker.wake_at(), news)
                perform(asker.tick(time.monotonic()))


async def _until(at: float | None, news: asyncio.Event) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(None if at is None else max(0.0, at - time.monotonic())):
            await news.wait()


async def discover(family: int, servers: Sequence[Address]) -> tuple[Udp, Discovery | None]:
    """What becomes of UDP over one version of IP; and the discovery, if there was one."""
    fitting = [server for server in servers if family_of(server[0]) == family]
    if not fitting:
        return Udp(family, Status.UNTESTED), None
    local = local_address(fitting[0])
    opened = Opened()
    try:
        if local is None or not await opened.open(local, len(Role)):
            return Udp(family, Status.ABSENT), None
        discovery = Discovery(family, fitting, opened.locals, os.urandom)
        await run(discovery, opened, BOUND_S)
        return discovery.findings(), discovery
    finally:
        opened.sockets.close()


async def measure_lifetime(udp: Udp, discovery: Discovery) -> Lifetime | None:
    """How long an idle hole stays open, within two minutes; None if that cannot be measured here."""
    by, primary = lifetime.how(udp), discovery.primary
    other = discovery.other or discovery.second_port
    if by is None or primary is None or other is None:
        return None
    opened = Opened()
    try:
        if not await opened.open(udp.local, len(WAITS_S)):
            return None
        test = LifetimeTest(by, primary, other, os.urandom)
        await run(test, opened, WAITS_S[-1] + BOUND_S)
        return test.lifetime()
    finally:
        opened.sockets.close()
