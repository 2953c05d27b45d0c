"""A fetch: one code, one sender, one conversation; files end up in a folder."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from pypeer.connect.detour import Ways
from pypeer.conversation import Conversation
from pypeer.desk import Desk
from pypeer.errors import DeclinedError, PeerError
from pypeer.events import Event, Failed, Joined, Offered
from pypeer.identity import peer_id
from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Preview
from pypeer.secure.code import Code, short_name
from pypeer.secure.keys import Role
from pypeer.signaling_client.pair import Pair
from pypeer.stream import EventStream
from pypeer.transfer.budget import Budget
from pypeer.transfer.choosing import EVERYTHING, Choice
from pypeer.transfer.names import printable
from pypeer.transfer.session import Decide, ReceiveSession
from signaling.protocol.messages import Knock, Met


class Fetch:
    """Something fetched by a code. Iterate over it for events; the last is `Done` or `Failed`."""

    def __init__(
        self,
        desk: Desk,
        code: Code,
        into: Path | BinaryIO,
        decide: Decide,
        choice: Choice = EVERYTHING,
        budget: Budget | None = None,
        background: bool = False,
    ) -> None:
        self.events = EventStream()
        self._desk = desk.in_background() if background else desk
        self._code = code
        self._into = into
        self._decide = decide
        self._choice = choice
        self._budget = budget
        self._background = background
        self._session: ReceiveSession | None = None
        self.conversation: Conversation | None = None
        """Set once the two peers have met."""
        self._task = asyncio.create_task(self._run(), name=f"byway-fetch-{code.locator}")

    def pause(self) -> None:
        """Stop asking for chunks; the connection stays."""
        if self._session is not None:
            self._session.pause()

    def resume(self) -> None:
        """Go on."""
        if self._session is not None:
            self._session.resume()

    async def wait(self) -> None:
        """Wait for the end; raises PeerError."""
        await asyncio.shield(self._task)

    async def stop(self) -> None:
        """Cancel, tell the other side, and wait until all is closed."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError, PeerError):
            await self._task
        self.events.end()

    def __aiter__(self) -> EventStream:
        return self.events

    async def __aenter__(self) -> "Fetch":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def _run(self) -> None:
        try:
            await self._fetch()
        except PeerError as error:
            self.events.emit(Failed(code=error.code, message=str(error), retry=error.retry))
            raise
        finally:
            self.events.end()

    async def _fetch(self) -> None:
        met = await self._desk.client.ask(Knock(id=1, locator=self._code.locator), Met)
        pair = self._desk.pair(Role.A, met, self._code)
        self._desk.switchboard.adopt(pair)
        relays = self._desk.relays(met)
        ways = self._desk.ways(relays)
        ways.gathered.start()
        relays.keep()
        try:
            await self._converse(pair, ways)
        finally:
            relays.close()
            ways.gathered.close()
            self._desk.switchboard.drop(pair)
            pair.leave()

    async def _converse(self, pair: Pair, ways: Ways) -> None:
        meet = await pair.meet()
        who = peer_id(pair.peer_key)
        self.events.emit(Joined(peer=who, short=short_name(who), name=meet.name))
        agreed = _offered(await pair.preview())
        self.events.emit(agreed)
        if not await self._decide(agreed):
            pair.part(EndCode.DECLINED)
            raise DeclinedError("You declined.")
        self._session = ReceiveSession(
            self._into,
            self._as_agreed(agreed),
            self._emit_new(agreed),
            choice=self._choice,
            budget=self._budget,
            background=self._background,
        )
        self.conversation = Conversation(pair, self._session, ways, "", self.events.emit)
        await self.conversation.run()

    def _as_agreed(self, agreed: Offered) -> Decide:
        """What comes over the link is what was agreed to, or is asked about again."""

        async def decide(offered: Offered) -> bool:
            return offered == agreed or await self._decide(offered)

        return decide

    def _emit_new(self, agreed: Offered) -> Callable[[Event], None]:
        """What was shown already is not told again."""

        def emit(event: Event) -> None:
            if event != agreed:
                self.events.emit(event)

        return emit


def _offered(preview: Preview) -> Offered:
    return Offered(
        files=preview.files,
        folders=preview.folders,
        bytes=preview.bytes,
        title=printable(preview.title),
        text=preview.text,
    )
