"""Those who are served by one offer or library, from the knock to the end of the conversation, and how many at once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from pypeer.connect.detour import Ways
from pypeer.desk import Desk
from pypeer.errors import MeetError, PeerError
from pypeer.events import Event, Failed, Joined
from pypeer.protocol.codes import RefusalCode
from pypeer.protocol.sealed import Meet
from pypeer.relaying import PairRelays
from pypeer.secure.code import short_name
from pypeer.secure.ids import peer_id
from pypeer.signaling_client.pair import Pair

RECEIVERS_MAX: Final = 64
"""Receivers served at once, a class with its teachers: each has a connection and up to a window of buffers; more get
`busy`."""

MEETINGS_MAX: Final = 128
"""Knocks being answered at once: those who knock without proving anything must not use up memory."""

Converse = Callable[[Pair, Meet, Ways], Awaitable[None]]
"""What is done with one that has met; raises PeerError."""


class Receivers:
    """Meets them and has them served by `converse`; `most` says how many there may be now, `on_idle` is called when the
    last has gone. With `early`, addresses are gathered while the two still meet."""

    def __init__(
        self,
        desk: Desk,
        emit: Callable[[Event], None],
        converse: Converse,
        most: Callable[[], int] = lambda: RECEIVERS_MAX,
        on_idle: Callable[[], None] = lambda: None,
        early: bool = True,
    ) -> None:
        self.serving = 0
        """Receivers that are served now."""
        self._desk = desk
        self._emit = emit
        self._converse = converse
        self._most = most
        self._on_idle = on_idle
        self._early = early
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_idle(self) -> bool:
        """Whether there is nobody."""
        return not self._tasks

    def meet(self, pair: Pair, relays: PairRelays) -> None:
        """Someone wants to meet: do so, unless too many do."""
        if self._is_full() or len(self._tasks) >= MEETINGS_MAX:
            pair.refuse(RefusalCode.BUSY)
            return
        self._desk.switchboard.adopt(pair)
        task = asyncio.create_task(self._serve(pair, relays), name=f"byway-serve-{pair.id}")
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    async def stop(self) -> None:
        """End all conversations."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_full(self) -> bool:
        """Whether nobody more can be served now."""
        return self.serving >= min(self._most(), RECEIVERS_MAX)

    async def _serve(self, pair: Pair, relays: PairRelays) -> None:
        ways = self._desk.ways(relays)
        relays.keep()
        if self._early:
            pair.on_proven = ways.gathered.start
        try:
            meet = await pair.meet()
            if self._is_full():
                pair.refuse(RefusalCode.BUSY)
            else:
                await self._attend(pair, meet, ways)
        except MeetError:
            return  # nobody has proven anything, or gone on, so there is nobody to tell of
        finally:
            relays.close()
            ways.gathered.close()
            self._desk.switchboard.drop(pair)
            pair.leave()

    async def _attend(self, pair: Pair, meet: Meet, ways: Ways) -> None:
        self.serving += 1
        try:
            who = peer_id(pair.peer_key)
            self._emit(Joined(session=pair.id, peer=who, short=short_name(who), name=meet.name))
            await self._converse(pair, meet, ways)
        except PeerError as error:
            self._emit(Failed(session=pair.id, code=error.code, message=str(error), retry=error.retry))
        finally:
            self.serving -= 1

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._on_idle()
