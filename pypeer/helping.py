"""How whoever fetches from a swarm helps the others: what is here is offered, for as long as that makes sense."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from pypeer.errors import PeerError
from pypeer.transfer.parting import PartTree
from pypeer.transfer.sources import OfferedTree

LINGER_S: Final = 2.0
"""A helper that has all and serves nobody ends after so long: who was told of it just now may still come."""

HELP_S: Final = 600.0
"""And after so long in any case: whoever fetches did not ask for a server."""

LOOK_S: Final = 0.25
"""How often it looks whether somebody is served."""


class HelperOffer(Protocol):
    """What is offered to the others of a swarm (pypeer.sharing.Offer)."""

    @property
    def code(self) -> str: ...

    @property
    def serving(self) -> int: ...

    async def stop(self) -> None: ...


Share = Callable[[OfferedTree], Awaitable[HelperOffer]]


class Helping:
    """One offer to the others; `opened` is called with its code."""

    def __init__(self, share: Share, opened: Callable[[str], None]) -> None:
        self._share = share
        self._opened = opened
        self._opening: asyncio.Task[HelperOffer] | None = None

    def start(self, tree: PartTree) -> None:
        """Offer what is here so far, and what comes."""
        self._opening = asyncio.create_task(self._open(tree), name="byway-help")

    async def go_on(self) -> None:
        """Help while somebody is served, and a moment longer; not for ever."""
        if self._opening is None:
            return
        with contextlib.suppress(PeerError, TimeoutError):
            offer = await self._opening
            async with asyncio.timeout(HELP_S):
                idle = 0.0
                while idle < LINGER_S:
                    idle = 0.0 if offer.serving else idle + LOOK_S
                    await asyncio.sleep(LOOK_S)

    async def stop(self) -> None:
        """End it."""
        if self._opening is None:
            return
        self._opening.cancel()
        (offer,) = await asyncio.gather(self._opening, return_exceptions=True)
        if not isinstance(offer, BaseException):
            await offer.stop()

    async def _open(self, tree: PartTree) -> HelperOffer:
        offer = await self._share(tree)
        self._opened(offer.code)
        return offer
