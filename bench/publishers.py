"""Peers with libraries, who publish them, come and go: for benchmarks of the directory."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Final

from bench.searching import PATIENCE_S
from pypeer.errors import ServerError
from pypeer.identity import Identity
from pypeer.signaling_client.client import SignalingClient
from signaling.protocol import limits
from signaling.protocol.codec import encode
from signaling.protocol.directory import Announce, Publish, Published
from signaling.protocol.listed import Folder
from signaling.protocol.messages import Ok

ROOM: Final = limits.MESSAGE_BYTES - 1024
"""Bytes of files in one `announce`."""


class Peer:
    """Somebody with a library."""

    def __init__(self, url: str, pages: Sequence[Announce], name: str) -> None:
        self.client = SignalingClient(url, Identity.new(), lambda _: None, self._back)
        self.name = name
        self.announced = asyncio.Event()
        self.announced_at = 0.0
        self.pages = pages
        self._tasks = set[asyncio.Task[None]]()

    async def come(self) -> None:
        """Sign in, and publish."""
        await self.client.start()
        await self.publish()

    async def publish(self) -> None:
        """Announce everything."""
        request = Publish(id=1, name=self.name)
        published = await self.client.ask(request, Published, PATIENCE_S)
        for page in self.pages:
            announce = Announce(id=1, library=published.library, folders=page.folders, whole=page.whole)
            await self.client.ask(announce, Ok, PATIENCE_S)
        self.announced_at = time.monotonic()
        self.announced.set()

    async def go(self) -> None:
        """Say goodbye."""
        for task in self._tasks:
            task.cancel()
        await self.client.close()

    def _back(self, resumed: bool) -> None:
        if not resumed:
            self.announced.clear()
            task = asyncio.create_task(self.publish())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


def pages(folders: Sequence[Folder]) -> list[Announce]:
    """As many folders in each message as fit."""
    made: list[Announce] = []
    page: list[Folder] = []
    room = ROOM
    for folder in folders:
        size = len(encode(Announce(id=1, library="x", folders=(folder,))))
        if size > room or sum(len(each.files) for each in page) + len(folder.files) > limits.ANNOUNCED_FILES:
            made.append(Announce(id=1, library="x", folders=tuple(page)))
            page, room = [], ROOM
        page.append(folder)
        room -= size
    return [*made, Announce(id=1, library="x", folders=tuple(page), whole=True)]


class Turnover:
    """Peers that come and go: with each that comes, one of those that are there goes; so many a second."""

    def __init__(self, peers: list[Peer], make: Callable[[], Peer], churn: float) -> None:
        self.over = False
        self.count = 0
        self.refused = 0
        """Who did not get in within the time that a person would wait."""
        self._peers = peers
        self._make = make
        self._churn = churn
        self._random = random.Random(3)

    async def run(self) -> None:
        """Until it is over; a peer that is late holds none of the others up."""
        loop, tasks = asyncio.get_running_loop(), set[asyncio.Task[None]]()
        began, number = loop.time(), 0
        while not self.over and self._churn:
            number += 1
            await asyncio.sleep(max(0, began + number / self._churn - loop.time()))
            if len(tasks) < 10 * self._churn:
                task = asyncio.create_task(self._change())
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        await asyncio.gather(*tasks)

    async def _change(self) -> None:
        peers = self._peers
        place = self._random.randrange(len(peers))
        old, new = peers[place], self._make()
        peers[place] = new
        try:
            await asyncio.gather(new.come(), old.announced.wait())
        except ServerError:
            self.refused += 1
            new.announced.set()
            if peers[place] is new:
                peers[place] = old
                return
        await old.go()
        self.count += not self.over
