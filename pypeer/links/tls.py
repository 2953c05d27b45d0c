"""A link over TLS 1.3 on TCP: the quickest there is. Each frame is its length, four bytes, and the frame.

What arrives is decrypted straight into the buffer that frames are cut from, and what is sent is not copied before it is
encrypted. An empty frame is a sign of life.
"""

import asyncio
import logging
import ssl
import struct
from collections.abc import Callable
from typing import Final, cast

from pypeer.links.giving_way import GivingWay, give_way
from pypeer.links.link import SHORT_BYTES, LinkClosedError, Path
from pypeer.protocol import limits

HIGH_WATER_BYTES: Final = 512 * 1024
LOW_WATER_BYTES: Final = 256 * 1024
"""`drain` waits above the first until it is below the second: a frame, so that the network is never idle while the
caller refills. TCP's own buffer comes on top."""

BUFFER_BYTES: Final = 512 * 1024
"""What is read at once: two frames of the usual size. It grows to the largest frame that comes."""

FLUSH_S: Final = 5.0
"""How long `close` waits for what is queued: the last words are short, and the other side may be gone."""

POLL_S: Final = 0.01
"""Interval at which `close` looks whether all has left."""

SIGN_S: Final = 1.0
"""A side that has sent nothing for so long sends a sign of life."""

SILENT_S: Final = 3.0
"""A link on which nothing came for so long is silent: three signs of life missing. As soon as ICE notices, about."""

GONE_S: Final = 20.0
"""... and closed: the same as at the relay. A path that comes back sooner is used again."""

EARLY_BYTES: Final = 256 * 1024
"""Kept before `start`: both sides greet at once, and whoever sends more than that has to wait."""

RECORD_BYTES: Final = 16 * 1024
"""What fits a record of TLS (RFC 8446, section 5.1): a frame below that leaves in one, with its length; a larger one is
not worth the copy."""

HEADER: Final = struct.Struct("!I")

_log = logging.getLogger("byway.link")


class TlsLink(asyncio.BufferedProtocol):
    """A link; open from the first frame on. Implements pypeer.links.link.Link.

    As a protocol of asyncio it calls `on_secured` once TLS is established; `on_opened` when the other side sends its
    first frame; `on_silent` at each change; `on_lost` once, when the connection is gone, before `on_close` of `start`.
    """

    def __init__(self) -> None:
        self.on_secured: Callable[[], None] = lambda: None
        self.on_opened: Callable[[], None] = lambda: None
        self.on_silent: Callable[[bool], None] = lambda silent: None
        self.on_lost: Callable[[], None] = lambda: None
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._path: Path | None = None
        self._on_frame: Callable[[bytes], None] | None = None
        self._on_close: Callable[[], None] = lambda: None
        self._early: list[bytes] = []
        self._early_bytes = 0
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        self._start = self._end = 0
        self._room = asyncio.Event()
        self._room.set()
        self._lost = asyncio.Event()
        self._closed = self._opened = self._silent = False
        self._heard = self._spoke = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._giving: GivingWay | None = None
        self.heard = 0
        """Bytes of all frames that have come, but for signs of life."""

    def __repr__(self) -> str:
        return f"<TlsLink {self._path}{' closed' if self._closed else ''}>"

    @property
    def path(self) -> Path:
        """As whoever made it has found."""
        assert self._path is not None, "a link in use has a path"
        return self._path

    @property
    def frame_bytes(self) -> int:
        """A whole chunk fits."""
        return limits.STREAM_FRAME_BYTES

    @property
    def buffered(self) -> int:
        """Bytes that wait for room in the buffer of TCP."""
        return 0 if self._transport is None else self._transport.get_write_buffer_size()

    @property
    def is_open(self) -> bool:
        """Whether the other side has sent a frame: it may do so before anybody sets `on_opened`."""
        return self._opened

    @property
    def has_closed(self) -> bool:
        """Whether nothing more will come."""
        return self._closed

    @property
    def secured(self) -> ssl.SSLObject | None:
        """TLS, once it is established."""
        found = None if self._transport is None else self._transport.get_extra_info("ssl_object")
        return cast("ssl.SSLObject | None", found)

    def choose(self, path: Path) -> None:
        """This connection is the link: signs of life begin, with one that says so."""
        self._path = path
        self._heard = self._spoke = self._loop.time()
        self.send(b"")
        self._watch_later()

    def start(self, on_frame: Callable[[bytes], None], on_close: Callable[[], None]) -> None:
        """Deliver frames and the end; see Link."""
        self._on_frame, self._on_close = on_frame, on_close
        early, self._early = self._early, []
        for frame in early:
            on_frame(frame)
        if self._transport is not None and not self._closed:
            self._transport.resume_reading()
        if self._closed:
            on_close()

    def send(self, frame: bytes) -> None:
        """Queue a frame; see Link."""
        if self._closed or self._transport is None:
            raise LinkClosedError("The connection to the other peer is closed.")
        self._spoke = self._loop.time()
        if len(frame) < RECORD_BYTES:
            self._transport.write(HEADER.pack(len(frame)) + frame)
        else:
            self._transport.writelines((HEADER.pack(len(frame)), frame))

    async def drain(self) -> None:
        """Wait for room; see Link."""
        await self._room.wait()
        if self._closed:
            raise LinkClosedError("The connection to the other peer is closed.")

    def keep_short(self) -> None:
        """TCP's own buffer comes on top; see Link."""
        if self._transport is not None:
            self._transport.set_write_buffer_limits(SHORT_BYTES, SHORT_BYTES // 2)

    def give_way(self) -> None:
        """By LEDBAT++, where the kernel paces; see Link."""
        self._giving = self._giving or give_way(self._transport)

    async def close(self) -> None:
        """Flush within a bounded time, then close; see Link."""
        transport = self._transport
        self._lose()
        if transport is None:
            return
        transport.resume_reading()
        try:
            async with asyncio.timeout(FLUSH_S):
                await self._flushed()
                transport.close()
                await self._lost.wait()
        except TimeoutError:
            self.abort()

    async def _flushed(self) -> None:
        """Wait until all has left: from the transport's `close` on, a frame that comes would end what still waits."""
        for _ in range(int(FLUSH_S / POLL_S)):
            if not self.buffered or self._lost.is_set():
                return
            await asyncio.sleep(POLL_S)

    def abort(self) -> None:
        """Close at once, or rather at the next turn: uvloop's TLS still writes after it has handed over what came."""
        self._lose()
        if self._transport is not None:
            self._loop.call_soon(self._transport.abort)

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is established."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name
        self._transport.set_write_buffer_limits(HIGH_WATER_BYTES, LOW_WATER_BYTES)
        self.on_secured()

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where to put what arrives."""
        return self._view[self._end :]

    def buffer_updated(self, nbytes: int) -> None:
        """Cut what has arrived into frames."""
        self._end += nbytes
        self.heard += nbytes if nbytes > HEADER.size else 0
        self._heard = self._loop.time()
        if self._silent:
            self._tell_silent(False)
        while not self._closed and (frame := self._cut()) is not None:
            self._arrived(frame)
        if self._closed:
            self._start = self._end = 0
        self._make_room()

    def eof_received(self) -> bool:
        """The other side has closed."""
        return False

    def pause_writing(self) -> None:
        """Too much is queued."""
        self._room.clear()

    def resume_writing(self) -> None:
        """There is room again."""
        self._room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """The end."""
        self._lost.set()
        if exc is not None:
            _log.debug("connection lost: %s", exc)
        self._lose()

    # Frames

    def _cut(self) -> bytes | None:
        """The next whole frame."""
        begin = self._start + HEADER.size
        if self._end < begin:
            return None
        (length,) = HEADER.unpack_from(self._buffer, self._start)
        if length > limits.STREAM_FRAME_BYTES:
            _log.warning("a frame of %d bytes: the connection is closed", length)
            self.abort()
            return None
        if self._end < begin + length:
            return None
        self._start = begin + length
        return bytes(self._view[begin : self._start])

    def _make_room(self) -> None:
        """Move what is left of an incomplete frame to the front, where all of it must fit."""
        left = self._end - self._start
        need = BUFFER_BYTES
        if left >= HEADER.size:
            need = max(need, HEADER.size + HEADER.unpack_from(self._buffer, self._start)[0])
        if left and (need > len(self._buffer) or self._start):
            rest = self._view[self._start : self._end]
            if need > len(self._buffer):
                self._buffer = bytearray(need)
                self._view = memoryview(self._buffer)
            self._view[:left] = rest
        self._start, self._end = 0, left

    def _arrived(self, frame: bytes) -> None:
        if not self._opened:
            self._opened = True
            self.on_opened()
        if not frame:
            return
        if self._on_frame is not None:
            self._on_frame(frame)
            return
        self._early.append(frame)
        self._early_bytes += len(frame)
        if self._early_bytes > EARLY_BYTES and self._transport is not None:
            self._transport.pause_reading()

    # Life

    def _watch(self) -> None:
        """Show that this side is alive, and notice when the other is not."""
        now = self._loop.time()
        if now - self._due > SIGN_S:
            self._heard = max(self._heard, now - SIGN_S)  # it was this program that did not listen
        if now - self._heard > GONE_S:
            _log.info("nothing has come for %d s", GONE_S)
            self.abort()
            return
        if now - self._spoke >= SIGN_S and not self.buffered:
            self.send(b"")
        if now - self._heard > SILENT_S and not self._silent:
            self._tell_silent(True)
        if not self._closed:
            self._watch_later()

    def _watch_later(self) -> None:
        self._due = self._loop.time() + SIGN_S / 2
        self._timer = self._loop.call_at(self._due, self._watch)

    def _tell_silent(self, silent: bool) -> None:
        self._silent = silent
        self.on_silent(silent)

    def _lose(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._room.set()
        if self._timer is not None:
            self._timer.cancel()
        if self._giving is not None:
            self._giving.cancel()
        self.on_lost()
        self._on_close()
