"""One WebSocket: a bounded outbox with one writer, one reader, and an orderly end.

Nothing but the wire sends, receives or closes. Whoever has something for a client only puts it in, and never waits for
it, so that a slow reader hurts only itself.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Final

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from signaling.logs import line, log
from signaling.protocol.codes import CloseCode

MESSAGES: Final = 256
"""Messages that may wait: four times what is sent again after a resume, so that a good client never gets there."""

BYTES: Final = 1024 * 1024
"""Bytes that may wait, beside what the kernel buffers."""

CLOSE_S: Final = 5.0
"""How long sending the rest and the closing handshake may take together, before the connection is cut."""


class State(Enum):
    """What becomes of messages."""

    OPEN = "open"
    """They go both ways."""
    FLUSHING = "flushing"
    """What waits is sent, nothing new is taken, then comes the closing handshake."""
    CUT = "cut"
    """What waits is thrown away: the client does not read, or is gone."""


class Wire:
    """Carries one connection from its handshake to its end: see `run`."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport | None) -> None:
        self.code: CloseCode | None = None
        """Why this side closed it."""
        self._state = State.OPEN
        self._texts: deque[str] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._socket = socket
        self._transport = transport
        self._reader: asyncio.Task[None] | None = None
        self._receiving = False

    def put(self, text: str) -> bool:
        """Send this after everything before; false if it was one too many, and the connection is closed."""
        if self._state is not State.OPEN:
            return True
        self._texts.append(text)
        self._bytes += len(text)
        self._news.set()
        if len(self._texts) <= MESSAGES and self._bytes <= BYTES:
            return True
        self._end(State.CUT, CloseCode.SLOW)
        return False

    def close(self, code: CloseCode) -> None:
        """Close when everything is sent."""
        if self._state is State.OPEN:
            self._end(State.FLUSHING, code)

    async def run(self, handle: Callable[[WSMessage], Awaitable[None]]) -> None:
        """Send what is put in and hand over what arrives, one after the other, until either side closes."""
        writer = asyncio.create_task(self._write())
        self._reader = asyncio.create_task(self._read(handle))
        try:
            await asyncio.wait({self._reader})
            await self._hang_up(writer)
        finally:
            writer.cancel()
            self._reader.cancel()

    @property
    def closed_with(self) -> int:
        """The close code, of whichever side."""
        return self.code or self._socket.close_code or WSCloseCode.ABNORMAL_CLOSURE

    def _end(self, state: State, code: CloseCode) -> None:
        self._state, self.code = state, code
        self._news.set()
        if self._receiving and self._reader is not None:
            self._reader.cancel()

    async def _read(self, handle: Callable[[WSMessage], Awaitable[None]]) -> None:
        while self._state is State.OPEN:
            self._receiving = True
            try:
                message = await self._socket.receive()
            finally:
                self._receiving = False
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                self._state = State.CUT
                return
            await handle(message)

    async def _write(self) -> None:
        try:
            while self._texts or self._state is State.OPEN:
                if not self._texts:
                    self._news.clear()
                    await self._news.wait()
                    continue
                text = self._texts.popleft()
                self._bytes -= len(text)
                await self._socket.send_str(text)
        except ConnectionError as error:
            log.debug(line("send-failed", error=error))

    async def _hang_up(self, writer: asyncio.Task[None]) -> None:
        """Finish sending, then close and wait for the other side to close: it would miss the code otherwise.

        A writer that waits for a slow reader is left waiting: aiohttp cannot write any more once that is cancelled.
        """
        try:
            async with asyncio.timeout(CLOSE_S):
                if self._state is State.FLUSHING:
                    await asyncio.wait({writer})
                await self._socket.close(code=self.code or WSCloseCode.OK, drain=False)
        except TimeoutError:
            if self._transport is not None:
                self._transport.abort()
