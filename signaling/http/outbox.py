"""What waits to be sent on one WebSocket: bounded, written by one task, so that a slow reader hurts only itself."""

import asyncio
from collections import deque
from enum import Enum
from typing import Final

from aiohttp import web

from signaling.logs import line, log
from signaling.protocol.codes import CloseCode

MESSAGES: Final = 256
"""Messages that may wait: four times what is sent again after a resume, so that a good client never gets there."""

BYTES: Final = 1024 * 1024
"""Bytes that may wait, beside what the kernel buffers."""

CLOSE_S: Final = 5.0
"""How long sending the rest and the closing handshake may take together, before the connection is cut."""


class State(Enum):
    """Whether more may be put in."""

    OPEN = "open"
    CLOSING = "closing"


class Outbox:
    """The only one that sends on its WebSocket, and the only one that closes it."""

    def __init__(self, socket: web.WebSocketResponse, transport: asyncio.Transport) -> None:
        self.code: CloseCode | None = None
        """Why this side closed it."""
        self._state = State.OPEN
        self._texts: deque[str] = deque()
        self._bytes = 0
        self._news = asyncio.Event()
        self._socket = socket
        self._transport = transport
        self._writer = asyncio.create_task(self._write())
        self._closer: asyncio.Task[None] | None = None

    def put(self, text: str) -> bool:
        """Send this after everything before; false if it was one too many, and the connection is closed."""
        if self._state is not State.OPEN:
            return True
        self._texts.append(text)
        self._bytes += len(text)
        self._news.set()
        if len(self._texts) <= MESSAGES and self._bytes <= BYTES:
            return True
        self._texts.clear()
        self._close(CloseCode.SLOW, flush=False)
        return False

    def close(self, code: CloseCode) -> None:
        """Close when everything is sent."""
        if self._state is State.OPEN:
            self._close(code, flush=True)

    async def finish(self) -> None:
        """Nobody listens any more: see a closing handshake through, and stop."""
        self._state = State.CLOSING
        if self._closer is not None:
            await self._closer
        self._writer.cancel()
        await asyncio.wait({self._writer})

    def _close(self, code: CloseCode, flush: bool) -> None:
        self._state = State.CLOSING
        self.code = code
        self._news.set()
        self._closer = asyncio.create_task(self._hang_up(code, flush))

    async def _write(self) -> None:
        try:
            while self._texts or self._state is State.OPEN:
                self._news.clear()
                while self._texts:
                    text = self._texts.popleft()
                    self._bytes -= len(text)
                    await self._socket.send_str(text)
                if self._state is State.OPEN:
                    await self._news.wait()
        except ConnectionError as error:
            log.debug(line("send-failed", error=error))

    async def _hang_up(self, code: CloseCode, flush: bool) -> None:
        try:
            async with asyncio.timeout(CLOSE_S):
                if not flush:
                    self._writer.cancel()
                await asyncio.wait({self._writer})
                await self._socket.close(code=code)
        except TimeoutError:
            self._transport.abort()
