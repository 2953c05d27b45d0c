"""Tells the server of a library: publishes it, in each new session again, and announces what is in it."""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Final

from pypeer.errors import ServerError
from pypeer.library.announcing import Announcing
from pypeer.library.forms import Announcement, Form
from pypeer.signaling_client.client import SignalingClient
from pypeer.tasks import Tasks
from signaling.protocol.codes import ErrorCode
from signaling.protocol.directory import Publish, Published, Withdraw
from signaling.protocol.messages import Ok
from signaling.protocol.spaces import SealedPublish

PATIENCE_S: Final = 60.0
"""How long a server that is too busy to publish is asked again before the first time fails."""

AGAIN_S: Final = 10.0
"""How long to wait before a library that the server has lost is published again, if it does not say."""

GATHER_S: Final = 0.5
"""How long changes are gathered, so that messages are full."""

_log = logging.getLogger("byway.library")


class Teller:
    """Of one library; an Audience of its Keeper. `on_news` is called when the server knows more than before,
    `on_published` for each time it is published, `on_lost` with the error when it cannot be any more."""

    def __init__(
        self,
        client: SignalingClient,
        publish: Publish | SealedPublish,
        form: Form,
        on_published: Callable[[Published], None],
        on_news: Callable[[], None],
        on_lost: Callable[[ServerError], None],
    ) -> None:
        self.told = Announcing(form)
        self._client = client
        self._publish = publish
        self._on_published = on_published
        self._on_news = on_news
        self._on_lost = on_lost
        self._timer: asyncio.TimerHandle | None = None
        self._tasks = Tasks("announcing")
        self._closed = False

    async def publish(self) -> None:
        """Publish it for the first time; raises ServerError."""
        try:
            self._begin(await self._client.ask(self._publish, Published, PATIENCE_S))
        except ServerError as error:
            if error.code == ErrorCode.UNKNOWN_TYPE and isinstance(self._publish, SealedPublish):
                text = "This server knows no sealed spaces: its operator has to update it. Nothing was published."
                raise ServerError(text, ErrorCode.UNKNOWN_TYPE.value, retry=False) from None
            if error.code not in (ErrorCode.NO_DIRECTORY, ErrorCode.UNKNOWN_TYPE):
                raise
            text = "This server keeps no directory: use another, or give what you have by a code, with pypeer send."
            raise ServerError(text, ErrorCode.NO_DIRECTORY.value, retry=False) from None

    def lost(self) -> None:
        """The session with the server is gone: publish it again in the new one."""
        if not self._closed:
            self.told.lose()
            self._tasks.spawn(self._republish())

    def move(self, publish: Publish | SealedPublish, form: Form) -> None:
        """End it as it is published now, and publish it otherwise."""
        if self._closed:
            return
        self._publish = publish
        if self.told.library:
            self._client.post(Withdraw(id=1, library=self.told.library))
        self.told.put_as(form)
        self.lost()

    def withdraw(self) -> None:
        """End it, for all that the server knows."""
        self._closed = True
        if self.told.library:
            self._client.post(Withdraw(id=1, library=self.told.library))
        self.told.lose()
        self._tasks.cancel()
        self._stop_timer()

    def put(self, path: str, size: int, root: bytes) -> None:
        """See Audience."""
        self.told.put(path, size, root)

    def drop(self, path: str) -> None:
        """See Audience."""
        self.told.drop(path)

    def settled(self, is_all: bool) -> None:
        """See Audience: tell at once what is all, and more only when there is enough for a message."""
        self.told.completed(is_all)
        if is_all:
            self._tell()
        else:
            self._tell_in(GATHER_S)

    def _begin(self, published: Published) -> None:
        if not self._closed:
            self.told.begin(published.library, published.most)
            self._on_published(published)
            self._tell()

    async def _republish(self) -> None:
        while not self._closed:
            publish = self._publish
            try:
                published = await self._client.ask(publish, Published, PATIENCE_S)
                if publish is self._publish:
                    self._begin(published)
                else:  # it has moved meanwhile, which has begun a task of its own
                    self._client.post(Withdraw(id=1, library=published.library))
                return
            except ServerError as error:
                _log.info("not published: %s", error)
                if error.code == ErrorCode.PEER_GONE:
                    return  # yet another session, which has begun a task of its own
                if not error.retry:
                    self._on_lost(error)
                    return
                await asyncio.sleep(error.wait or AGAIN_S)

    def _tell(self) -> None:
        """Tell all that can be told now."""
        self._stop_timer()
        while not self._closed and (step := self.told.next(time.monotonic())) is not None:
            self._tasks.spawn(self._say(*step))
        if self.told.wake_at is not None:
            self._tell_in(max(0.0, self.told.wake_at - time.monotonic()))

    async def _say(self, ticket: int, message: Announcement) -> None:
        library = self.told.library
        try:
            await self._client.ask(message, Ok)
            self.told.answered(ticket)
        except ServerError as error:
            self._refused(ticket, library, error)
        self._on_news()
        self._tell()

    def _refused(self, ticket: int, library: str, error: ServerError) -> None:
        _log.info("not announced: %s", error)
        if error.code == ErrorCode.UNKNOWN_LIBRARY and library == self.told.library:
            self.told.lose()
            self._on_lost(error)
        else:
            self.told.refused(ticket, error.code, error.wait, time.monotonic())

    def _tell_in(self, seconds: float) -> None:
        if self._timer is None and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._tell)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
