"""Connections that come in at the listeners of one attempt: none is lost, and no more are looked at than may be."""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Final

from pypeer.connect.tcp.accepting import accept
from pypeer.connect.tcp.admission import AdmissionError
from pypeer.tasks import Tasks

UNPROVEN_MAX: Final = 16
"""Connections looked at together, as many as wait at a listener."""

_log = logging.getLogger("byway.connect")


class Listening:
    """`admit` finds out who has connected; what it raises of AdmissionError, OSError and TimeoutError is its end."""

    def __init__(self, tasks: Tasks, admit: Callable[[socket.socket], Awaitable[None]]) -> None:
        self._tasks = tasks
        self._admit = admit
        self._accepted: set[socket.socket] = set()
        """Connections that nobody has looked at yet: a task that is ended before it begins closes nothing."""
        self._unproven = asyncio.Semaphore(UNPROVEN_MAX)

    def begin(self, listener: socket.socket) -> None:
        """Take what comes here."""
        self._tasks.spawn(self._listen(listener))

    def close(self) -> None:
        """Close what nobody looks at any more; once its tasks are over."""
        for connection in self._accepted:
            connection.close()

    async def _listen(self, listener: socket.socket) -> None:
        while True:
            await self._unproven.acquire()
            try:
                connection = await accept(listener)
            except OSError as error:
                _log.debug("cannot accept: %s", error)
                return
            self._accepted.add(connection)
            self._tasks.spawn(self._answer(connection))

    async def _answer(self, connection: socket.socket) -> None:
        self._accepted.discard(connection)
        try:
            await self._admit(connection)
        except (AdmissionError, OSError, TimeoutError) as error:
            _log.debug("a connection was not admitted: %s", error or type(error).__name__)
        finally:
            self._unproven.release()
