"""One sender among several of the same, as a conversation with it sees the transfer."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from pypeer.errors import PeerError
from pypeer.links.link import Link


class Drawing(Protocol):
    """What a source needs of the session that draws from it (pypeer.transfer.session)."""

    @property
    def has_ended(self) -> bool: ...

    def attach(self, link: Link, rank: int | None = None, alone: bool | None = None, source: int = 0) -> None: ...

    def source_lost(self, source: int, error: PeerError) -> None: ...

    async def over(self) -> object: ...


class Source:
    """A `TransferSession` that ends with the transfer, or when the transfer goes on without it."""

    def __init__(self, session: Drawing, number: int) -> None:
        self.on_lost: Callable[[], None] = lambda: None
        self.on_idle: Callable[[Link], None] = lambda link: None
        self.on_drawn: Callable[[], None] = lambda: None
        """Called once it is known to offer the same, and is asked for chunks."""
        self.drawn = False
        """Whether that has happened."""
        self._session = session
        self._number = number
        self._left: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def has_ended(self) -> bool:
        """Whether nothing more is drawn from it."""
        return self._left.done() or self._session.has_ended

    def attach(self, link: Link, rank: int | None = None, alone: bool | None = None) -> None:
        """Draw over this link too, or over this link only, as far as this source goes: `alone`, or without a rank."""
        if not self._left.done():
            self._session.attach(link, rank, alone, self._number)

    def drawn_from(self) -> None:
        """It offers the same."""
        self.drawn = True
        self.on_drawn()

    def fail(self, error: PeerError) -> None:
        """No link to it opens any more."""
        if not self._left.done():
            self._session.source_lost(self._number, error)
            self.dismiss(error)

    def dismiss(self, error: PeerError) -> None:
        """The transfer goes on without it."""
        if not self._left.done():
            self._left.set_exception(error)
            self._left.exception()  # whoever waits is told; nobody has to

    async def wait(self) -> object:
        """Wait for the end; raises PeerError."""
        over = asyncio.ensure_future(self._session.over())
        try:
            await asyncio.wait((over, self._left), return_when=asyncio.FIRST_COMPLETED)
            if self._left.done():
                self._left.result()
            return await over
        finally:
            over.cancel()
