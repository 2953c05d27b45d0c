"""A link through the relay inside a WebSocket: sealed records, one a frame (docs/protocol.md)."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Final

from pypeer.links.giving_way import GivingWay, give_way
from pypeer.links.link import SHORT_BYTES, LinkClosedError, Path, Scope
from pypeer.octets import Lasting
from pypeer.protocol import limits
from pypeer.secure.records import TAG_BYTES, RecordError, RecordOpener, RecordSealer
from pypeer.websocket import WebSocket
from signaling.protocol.codes import CloseCode
from signaling.protocol.frames import ROOM, Kind, Message

WAY: Final = "websocket"

LOW_WATER_BYTES: Final = 640 * 1024
"""`drain` returns below this: two chunks, so that the sender is never starved while the caller refills; what is on its
way beyond that waits in the buffers of TCP."""

FLUSH_S: Final = 5.0
"""How long `close` waits for what is queued: the last words are short, and the other side may be gone."""

CLOSE_S: Final = 2.0
"""How long it waits for the answer of the server: what was sent before has left the socket by then."""

EARLY_FRAMES: Final = 16
"""Frames kept before `start`: both sides greet at once, and whoever sends more than that has to wait."""

_log = logging.getLogger("byway.link")


class WebSocketLink:
    """A link; made once a record has come from the other side. Implements pypeer.links.link.Link."""

    def __init__(self, socket: WebSocket, sealer: RecordSealer, opener: RecordOpener, most: int) -> None:
        self.on_used: Callable[[], None] = lambda: None
        """Called when the other side sends a frame, and nobody here has called `start`."""
        self._socket = socket
        self._sealer = sealer
        self._opener = opener
        self._most = most - TAG_BYTES
        self._on_frame: Callable[[bytes], None] | None = None
        self._on_close: Callable[[], None] = lambda: None
        self._early: list[bytes] = []
        self._queue: deque[bytes] = deque()
        self._buffered = 0
        self._low_water = LOW_WATER_BYTES
        self._room = asyncio.Event()
        self._closed = False
        self._giving: GivingWay | None = None
        self._heard = self._spoke = asyncio.get_running_loop().time()
        self._watching = asyncio.create_task(self._watch())
        socket.start(self._received, self._leave, self._lose)

    def __repr__(self) -> str:
        return f"<WebSocketLink{' closed' if self._closed else ''}>"

    @property
    def path(self) -> Path:
        """This end, and the server."""
        ends = (_address(self._socket.get_extra_info(name)) for name in ("sockname", "peername"))
        return Path(WAY, Scope.RELAY, *ends)

    @property
    def frame_bytes(self) -> int:
        """As the server and the seal allow."""
        return self._most

    @property
    def buffered(self) -> int:
        """Bytes that wait for the server to take them."""
        return self._buffered + self._socket.unsent

    def start(self, on_frame: Callable[[bytes], None], on_close: Callable[[], None]) -> None:
        """Deliver frames and the end; see Link."""
        self._on_frame, self._on_close = on_frame, on_close
        early, self._early = self._early, []
        for frame in early:
            on_frame(frame)
        if self._closed:
            on_close()
        else:
            self._socket.release()

    def send(self, frame: bytes, rest: Lasting = b"") -> None:
        """Queue a frame; see Link."""
        if self._closed:
            raise LinkClosedError("The connection to the other peer is closed.")
        self._queue.append(frame + rest)
        self._buffered += len(frame) + len(rest)
        self._leave()

    async def drain(self) -> None:
        """Wait for room; see Link."""
        while self.buffered > self._low_water and not self._closed:
            self._room.clear()
            await self._room.wait()
        if self._closed:
            raise LinkClosedError("The connection to the other peer is closed.")

    def keep_short(self) -> None:
        """As far as the server; see Link."""
        self._low_water = SHORT_BYTES

    def give_way(self) -> None:
        """As far as the server; see Link."""
        self._giving = self._giving or give_way(self._socket)

    async def close(self) -> None:
        """Flush within a bounded time, then close; see Link."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                while self._queue and not self._closed:
                    self._room.clear()
                    await self._room.wait()
        self._lose()
        self._socket.close(CloseCode.DONE)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_S):
                await self._socket.wait_closed()

    def _received(self, message: Message) -> None:
        if self._closed:
            return
        try:
            if message.kind is Kind.BINARY:
                self._opened(self._opener.open(message.payload))
                return
        except RecordError as error:
            _log.warning("the relay cannot be trusted: %s", error)
        self._lose()

    def _opened(self, frame: bytes) -> None:
        self._heard = asyncio.get_running_loop().time()
        if not frame:
            return
        if self._on_frame is not None:
            self._on_frame(frame)
            return
        self._early.append(frame)
        self.on_used()
        if len(self._early) >= EARLY_FRAMES:
            self._socket.hold()

    def _leave(self) -> None:
        """Seal and send what waits, as long as there is room."""
        while self._queue and not self._socket.is_full:
            frame = self._queue.popleft()
            self._buffered -= len(frame)
            self._spoke = asyncio.get_running_loop().time()
            data = bytearray(ROOM + len(frame) + TAG_BYTES)
            self._sealer.seal_into(frame, memoryview(data)[ROOM:])
            self._socket.send(Kind.BINARY, data)
        if self.buffered <= self._low_water:
            self._room.set()

    async def _watch(self) -> None:
        """Show that this side is alive, and notice when the other is not."""
        loop = asyncio.get_running_loop()
        while loop.time() - self._heard < limits.GONE_S:
            await asyncio.sleep(limits.SILENCE_S / 2)
            if not self._queue and loop.time() - self._spoke >= limits.SILENCE_S / 2:
                self.send(b"")
        _log.info("nothing has come through the relay for %d s", limits.GONE_S)
        self._lose()

    def _lose(self) -> None:
        if self._closed:
            return
        self._closed = True
        if self._giving is not None:
            self._giving.cancel()
        self._room.set()
        if asyncio.current_task() is not self._watching:
            self._watching.cancel()
        self._on_close()


def _address(name: Any) -> str:
    """`host:port` of a socket's name; empty where it has none."""
    if not isinstance(name, tuple) or len(name) < 2:
        return ""
    return f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}"
