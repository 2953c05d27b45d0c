"""One WebSocket of a relayed pair, at either end, from the handshake on, which aiohttp makes.

aiohttp copies a large message five times where it has to be unmasked, and twice where it does not; here, none is
copied (signaling/protocol/frames.py). Nothing is read before somebody wants it.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from typing import Any, Final

from pypeer.masking import xor
from pypeer.websocket_states import TRANSITIONS, Event, State
from signaling.protocol.frames import (
    BUFFER_BYTES,
    FrameError,
    Incoming,
    Kind,
    Message,
    close_code,
    closing,
    framed,
)

CLOSE_S: Final = 5.0
"""How long sending the rest and the closing handshake may take together, before the connection is cut."""

ABNORMAL: Final = 1006
"""The close code of a connection that ended without one (RFC 6455, section 7.1.5)."""

_log = logging.getLogger("byway.websocket")


class WebSocket(asyncio.BufferedProtocol):
    """A connection whose handshake is done, taken over from the protocol that made it. Messages have `most` bytes.

    Call `start`, or `receive` and then `start`. `code` is the close code, of whichever side, once there is one.
    """

    def __init__(self, transport: asyncio.Transport, most: int, is_client: bool = False) -> None:
        self.code: int | None = None
        self.on_gone: Callable[[], None] = lambda: None
        self._transport = transport
        self._before = transport.get_protocol()
        self._is_client = is_client
        self._incoming = Incoming(most, None if is_client else xor)
        self._state = State.OPEN
        self._loop = asyncio.get_running_loop()
        self._on_message: Callable[[Message], None] = lambda message: None
        self._on_room: Callable[[], None] = lambda: None
        self._on_end: Callable[[], None] = lambda: None
        self._held = True
        self._full = False
        self._pong: bytearray | None = None
        self._gone = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        transport.pause_reading()
        transport.set_protocol(self)

    # For its owner

    @property
    def is_open(self) -> bool:
        """Whether messages still go both ways."""
        return self._state is State.OPEN

    @property
    def is_full(self) -> bool:
        """Whether what is sent waits in this process: whoever has more waits for `on_room`."""
        return self._full

    @property
    def is_held(self) -> bool:
        """Whether nothing is read."""
        return self._held

    @property
    def unsent(self) -> int:
        """Bytes that wait for room in the buffer of TCP."""
        return self._transport.get_write_buffer_size()

    def get_extra_info(self, name: str) -> Any:
        """Of the transport."""
        return self._transport.get_extra_info(name)

    def start(
        self, on_message: Callable[[Message], None], on_room: Callable[[], None], on_end: Callable[[], None]
    ) -> None:
        """Deliver what comes, texts and binary; that there is room after it `is_full`; that no more will come, once."""
        self._on_message, self._on_room, self._on_end = on_message, on_room, on_end
        if self._state is State.OPEN:
            self.release()
        else:
            on_end()

    async def receive(self) -> Message | None:
        """The next message alone; None if no more will come."""
        waiter: asyncio.Future[Message | None] = self._loop.create_future()

        def take(message: Message | None) -> None:
            self.hold()
            if not waiter.done():
                waiter.set_result(message)

        self.start(take, lambda: None, lambda: take(None))
        return await waiter

    def hold(self) -> None:
        """Read nothing, until `release`."""
        if not self._held:
            self._held = True
            self._transport.pause_reading()

    def release(self) -> None:
        """Read again, what is already here first."""
        if self._held:
            self._held = False
            self._read()
            if not self._held:
                self._transport.resume_reading()

    def send(self, kind: Kind, data: bytearray) -> None:
        """Send a payload that lies behind ROOM bytes, and is not used any more; nothing happens once it closes."""
        if self._state is State.OPEN:
            self._write(kind, data)

    def close(self, code: int) -> None:
        """Say that it closes after what was sent, and wait for the other side to do so: it would miss the code."""
        if self._happens(Event.CLOSE):
            self.code = code
            self._part(code)

    def abort(self) -> None:
        """Close it without a word."""
        self._transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the connection is gone."""
        await self._gone.wait()

    # What asyncio calls

    def get_buffer(self, sizehint: int) -> memoryview | bytearray:
        """Where to put what arrives."""
        return bytearray(BUFFER_BYTES) if self._state is State.FAILED else self._incoming.room()

    def buffer_updated(self, nbytes: int) -> None:
        """Take what is complete."""
        if self._state is not State.FAILED:
            self._incoming.arrived(nbytes)
            self._read()

    def eof_received(self) -> bool:
        """The other side sends no more."""
        return False

    def pause_writing(self) -> None:
        """Too much waits."""
        self._full = True

    def resume_writing(self) -> None:
        """There is room again."""
        self._full = False
        pong, self._pong = self._pong, None
        if pong is not None:
            self.send(Kind.PONG, pong)
        self._on_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        if exc is not None:
            _log.debug("connection lost: %s", exc)
        was_open = self.is_open
        self._happens(Event.LOST)
        self.code = self.code or ABNORMAL
        if self._timer is not None:
            self._timer.cancel()
        self._before.connection_lost(exc)
        self._gone.set()
        self.on_gone()
        if was_open:
            self._on_end()

    # Messages

    def _read(self) -> None:
        try:
            while not self._held and (message := self._incoming.next()) is not None:
                self._take(message)
        except FrameError as error:
            self._fail(error)

    def _take(self, message: Message) -> None:
        match message.kind:
            case Kind.PING:
                self._answer(message.data)
            case Kind.CLOSE:
                self._closed(close_code(message.payload))
            case Kind.TEXT | Kind.BINARY if self._state is State.OPEN:
                self._on_message(message)

    def _answer(self, data: bytearray) -> None:
        """Answer a ping; of those that come while there is no room, the last (RFC 6455, section 5.5.3)."""
        if self._full:
            self._pong = data
        else:
            self.send(Kind.PONG, data)

    def _closed(self, code: int) -> None:
        was_open = self.is_open
        if not self._happens(Event.CLOSED):
            return
        if was_open:
            self.code = code
            self._part(code)
        self._transport.close()

    def _fail(self, error: FrameError) -> None:
        _log.debug("not what a WebSocket carries: %s", error)
        was_open = self.is_open
        if self._happens(Event.FAIL) and was_open:
            self.code = error.code
            self._part(error.code)

    def _part(self, code: int) -> None:
        """The last frame; whoever does not read it is cut. What comes before the other's is read, and dropped."""
        self._write(Kind.CLOSE, closing(code))
        self._timer = self._loop.call_later(CLOSE_S, self.abort)
        self._on_end()
        self._loop.call_soon(self.release)

    def _happens(self, event: Event) -> bool:
        """Change state by the table; false if that changes nothing."""
        state = TRANSITIONS[self._state].get(event)
        if state is None:
            return False
        self._state = state
        return True

    def _write(self, kind: Kind, data: bytearray) -> None:
        mask = secrets.token_bytes(4) if self._is_client else b""
        if mask:
            xor(mask, data)
        self._transport.write(framed(kind, data, mask))
