"""Peers that are in sealed spaces, and what they share there."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from pypeer.api import Peer
from pypeer.events import Announced, Event
from pypeer.finding.found import Hit
from pypeer.identity import Identity
from pypeer.library.library import Library
from pypeer.spaces.space import Space
from pypeer.spaces.store import SpaceStore
from tests.support.commands import PATIENCE_S

SONG = os.urandom(400_000)
FILES = {
    "Holiday 2019/Été in Kyoto.mp3": SONG,
    "Holiday 2019/packing list.txt": b"socks",
    "Zucchini/recipe.pdf": b"a" * 70_000,
    "Übersicht.txt": b"all",
}


class People:
    """Peers at one server, each with spaces of its own."""

    def __init__(self, folder: Path, url: str, stack: AsyncExitStack) -> None:
        self._folder = folder
        self._url = url
        self._stack = stack

    async def enter(self, name: str, space: Space | None = None) -> Peer:
        """Somebody, who is in a space if one is given."""
        store = SpaceStore(self._folder / name / "spaces.json")
        if space is not None:
            store.join(space)
        peer = Peer(self._url, identity=Identity.new(), name=name, spaces=store)
        return await self._stack.enter_async_context(peer)


async def until(events: AsyncIterator[Event], fits: Callable[[Event], bool]) -> Event:
    """The next event of which this is true."""
    async with asyncio.timeout(PATIENCE_S):
        async for event in events:
            if fits(event):
                return event
    raise AssertionError("there was none")


async def shared(peer: Peer, folder: Path, name: str = "Pictures", **how: object) -> Library:
    """A library in the space, once members find all of it."""
    library = await peer.share([folder], name=name, **({"space": "family"} | how))  # type: ignore[arg-type]
    await until(library.events, lambda event: isinstance(event, Announced) and event.whole)
    return library


def named(hits: list[Hit]) -> list[str]:
    """Of what was found."""
    return [hit.name for hit in hits]
