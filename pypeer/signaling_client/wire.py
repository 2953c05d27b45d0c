"""One WebSocket to a server: what is read and written, in turns, and how it is closed."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any, Final

import aiohttp

CLOSE_S: Final = 2.0
"""Bound of the closing handshake: a dead server must not hold up the end of a command."""

SOON_S: Final = 0.001
"""The least that is waited for a message, where a deadline is over: a wait of nothing never ends in time."""


class Wire:
    """From its handshake to its end. `on_text` is given each message, `on_binary` is called for what is none, `on_time`
    when the `deadline`, by `time.monotonic`, is over."""

    def __init__(
        self,
        socket: "aiohttp.ClientWebSocketResponse[Any]",
        on_text: Callable[[str], None],
        on_binary: Callable[[], None],
        on_time: Callable[[], None],
        deadline: Callable[[], float],
    ) -> None:
        self._socket = socket
        self._on_text, self._on_binary, self._on_time = on_text, on_binary, on_time
        self._deadline = deadline
        self._outbox: asyncio.Queue[str] = asyncio.Queue()
        self._closing: asyncio.Task[None] | None = None

    @property
    def is_open(self) -> bool:
        """Whether something can be sent."""
        return not self._socket.closed

    def put(self, text: str) -> None:
        """Send a message, after those of before."""
        self._outbox.put_nowait(text)

    def hang_up(self, code: int) -> None:
        """Close it, after what is still to be sent."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._flush_and_close(code))

    async def run(self) -> int | None:
        """Until it is closed, by whomever: with which code, if it was with one."""
        writer = asyncio.create_task(self._write())
        try:
            while not self._socket.closed:
                await self._read()
            return self._socket.close_code
        finally:
            writer.cancel()
            if self._closing is not None:
                self._closing.cancel()

    async def _read(self) -> None:
        try:
            message = await self._socket.receive(timeout=max(SOON_S, self._deadline() - time.monotonic()))
        except TimeoutError:
            self._on_time()
            return
        if message.type is aiohttp.WSMsgType.TEXT:
            self._on_text(message.data)
        elif message.type is aiohttp.WSMsgType.BINARY:
            self._on_binary()

    async def _write(self) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                await self._socket.send_str(await self._outbox.get())
                self._outbox.task_done()

    async def _flush_and_close(self, code: int) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._outbox.join()
        await self._socket.close(code=code)
