"""The Python API: a peer that sends and gets.

    async with pypeer.Peer("http://localhost:8080") as peer:
        offer = await peer.send(["photos/"])
        print(offer.code)
        async for event in offer:
            ...

        fetch = peer.get("7-guitar-sunset", into="downloads")
        async for event in fetch:
            ...
"""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Final

from pypeer.errors import PeerError
from pypeer.fetching import Fetch
from pypeer.identity import Identity
from pypeer.protocol import limits
from pypeer.secure import code
from pypeer.sharing import Offer
from pypeer.signaling_client.client import SignalingClient
from pypeer.signaling_client.pair import Pair
from pypeer.transfer.session import Decide, accept_all
from pypeer.transfer.sources import scan, text_tree
from signaling.protocol.messages import Knocked, Lapsed, Left, Signaled

DEFAULT_SERVER: Final = "http://localhost:8080"
"""Where `signaling` listens when nothing is configured."""


def default_server() -> str:
    """The server of the environment (BYWAY_SERVER), else the one on this machine."""
    return os.environ.get("BYWAY_SERVER") or DEFAULT_SERVER


class Peer:
    """A peer, signed in to one server while the `async with` block lasts; entering raises ServerError.

    `identity` defaults to the one of this user; `name` is what the other side may show, next to the proven short name.
    """

    def __init__(self, server: str | None = None, *, identity: Identity | None = None, name: str = "") -> None:
        self.identity = identity or Identity.load()
        self.name = name
        self._client = SignalingClient(server or default_server(), self.identity, self._on_push, self._on_ready)
        self._offers: list[Offer] = []
        self._fetches: list[Fetch] = []
        self._pairs: dict[str, Pair] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Peer":
        await self._client.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.gather(*(work.stop() for work in (*self._offers, *self._fetches)))
        for task in tuple(self._tasks):
            task.cancel()
        await self._client.close()

    async def send(
        self,
        paths: Iterable[str | os.PathLike[str]] = (),
        *,
        text: str | None = None,
        once: bool = False,
        expires: float | None = None,
        words: int = limits.WORDS,
    ) -> Offer:
        """Offer files and folders, or a text, under a new code; raises TransferError for paths that cannot be read.

        `once` ends the code after one complete transfer; `expires` is in seconds, as the server allows; more `words` make
        the code harder to guess.
        """
        tree = text_tree(text) if text is not None else await scan([Path(path) for path in paths])
        offer = Offer(self._client, self.identity, tree, code.pick_words(words), once, self.name)
        await offer.open(expires)
        self._offers.append(offer)
        return offer

    def get(self, text: str, into: str | os.PathLike[str] = ".", decide: Decide = accept_all) -> Fetch:
        """Fetch what a code or link names into a folder; `decide` sees the offer first. Raises CodeError."""
        fetch = Fetch(self._client, self.identity, code.parse(text), Path(into), decide, self.name)
        self._fetches.append(fetch)
        return fetch

    def _on_push(self, message: Knocked | Signaled | Left | Lapsed) -> None:
        match message:
            case Knocked():
                self._knocked(message)
            case Signaled():
                if (pair := self._pair(message.pair)) is not None:
                    pair.signaled(message.body)
            case Left():
                if (pair := self._pair(message.pair)) is not None:
                    self._pairs.pop(message.pair, None)
                    pair.left()
            case Lapsed():
                for offer in self._offers:
                    if offer.locator == message.locator:
                        offer.lapsed()

    def _knocked(self, message: Knocked) -> None:
        for offer in self._offers:
            if offer.locator == message.locator:
                self._pairs[message.pair] = offer.knocked(message)

    def _pair(self, pair_id: str) -> Pair | None:
        fetching = (fetch.pair for fetch in self._fetches if fetch.pair is not None and fetch.pair.id == pair_id)
        return self._pairs.get(pair_id) or next(fetching, None)

    def _on_ready(self, resumed: bool) -> None:
        if resumed:
            return
        for pair in (*self._pairs.values(), *(fetch.pair for fetch in self._fetches if fetch.pair is not None)):
            pair.left()
        self._pairs.clear()
        for offer in self._offers:
            task = asyncio.create_task(offer.reopen())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)


__all__ = ["Fetch", "Offer", "Peer", "PeerError", "default_server"]
