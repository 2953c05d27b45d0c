"""A library: folders in the directory, followed as they change, and served to whoever asks."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

from pypeer.desk import Desk
from pypeer.errors import PeerError, ServerError
from pypeer.events import Announced, Failed, LibraryOpen, Skipped, Withdrawn
from pypeer.library.folders import Content, Folders
from pypeer.library.hashing import Hasher
from pypeer.library.host import Consent, Host
from pypeer.library.keeper import Keeper
from pypeer.library.place import Place
from pypeer.library.teller import Teller
from pypeer.running import Running
from pypeer.secure.code import short_name
from pypeer.tasks import Tasks
from pypeer.transfer.budget import Budget
from signaling.protocol.directory import Asked, Published

NOTHING: Final = Announced(files=-1, total=-1)
"""Differs from whatever is told first."""


class Library(Running):
    """Published until `stop`, or the end of an `async with`. Iterate over it for events."""

    def __init__(
        self,
        desk: Desk,
        place: Place,
        folders: Folders,
        index: Path,
        consent: Consent | None,
        budget: Budget | None,
        background: bool,
    ) -> None:
        super().__init__()
        self.name = place.name
        self.space = place.space
        """The name of the sealed space in which it is; empty for everybody."""
        self._desk = desk
        self._hasher = Hasher(index)
        self._teller = Teller(desk.client, place.publish, place.form, self._published, self._news, self._lost)
        self._keeper = Keeper(folders, self._hasher, self._teller, self._is_busy, self._note)
        emit = self.events.emit
        self._host = Host(desk, self._keeper.stock, place, emit, consent, budget, background)
        self._keeping: asyncio.Task[None] | None = None
        self._company = Tasks("library")
        self._last = NOTHING

    @property
    def id(self) -> str:
        """What the server calls it now; empty while it is not published, and another after each loss of a session."""
        return self._teller.told.library

    @property
    def serving(self) -> int:
        """Requests that are served now."""
        return self._host.receivers.serving

    @property
    def delivered(self) -> int:
        """Requests that were served to their end."""
        return self._host.delivered

    async def open(self, content: Content) -> None:
        """Publish it, and begin with what was found; raises ServerError."""
        await self._teller.publish()
        self._keeping = asyncio.create_task(self._keeper.run(content), name="byway-library")
        self._keeping.add_done_callback(self._ended)

    def reopen(self) -> None:
        """The session with the server is gone."""
        self._teller.lost()

    def refused(self, error: ServerError) -> None:
        """The server has ended all that this peer had there."""
        self._lost(error)

    def move(self, place: Place) -> None:
        """Publish it elsewhere, and not where it is now; what is under way goes on."""
        self._host.move(place)
        self._teller.move(place.publish, place.form)

    def accompany(self, work: Coroutine[Any, Any, None]) -> None:
        """Have something done while it is there."""
        self._company.spawn(work)

    def asked(self, asked: Asked) -> None:
        """Someone asks to meet."""
        self._host.asked(asked)

    async def stop(self) -> None:
        """Withdraw it, and end all that is served; safe to call twice."""
        if self._host.is_open:
            self._company.cancel()
            self._teller.withdraw()
            await self._host.stop()
            await self._end_keeping()
            self.events.emit(Withdrawn())
        self.events.end()

    async def _end_keeping(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        await self._hasher.close()

    def _published(self, published: Published) -> None:
        self._last = NOTHING
        who = self._desk.identity.id
        self.events.emit(
            LibraryOpen(
                library=published.library,
                name=self.name,
                peer=who,
                short=short_name(who),
                most=published.most,
                space=self.space,
            )
        )

    def _news(self) -> None:
        told = self._teller.told
        now = Announced(files=told.told, total=len(told), whole=told.is_whole, left=told.held_back)
        if now != self._last:
            self._last = now
            self.events.emit(now)

    def fail(self, error: PeerError) -> None:
        """It cannot be published any more as it is to be: it is withdrawn."""
        self._teller.withdraw()
        self._lost(error)

    def _lost(self, error: PeerError) -> None:
        """It cannot be published any more."""
        self.events.emit(Failed(code=error.code, message=str(error), retry=error.retry))
        self.events.end()

    def _note(self, message: str) -> None:
        self.events.emit(Skipped(message=message))

    def _is_busy(self) -> bool:
        return self.serving > 0

    def _ended(self, task: asyncio.Task[None]) -> None:
        """The keeper ends by being cancelled, or fails; then nothing false is told to others."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self._teller.withdraw()
            self.events.emit(Failed(code="internal", message=f"The library cannot be kept: {error}"))
            self.events.end()
