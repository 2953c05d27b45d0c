"""A link over TLS 1.3 on TCP: the quickest there is. Frames are cut and put together by pypeer/links/framing.py.

What arrives is decrypted straight into the memory that frames are cut from; of what is sent, large frames are not
copied before they are encrypted, and small ones leave together at the end of the turn. An empty one is a sign of life.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Final, cast

from pypeer.links.arrivals import Arrivals
from pypeer.links.framing import HEADER, LARGE_BYTES, FrameTooLongError, Incoming, Outgoing
from pypeer.links.giving_way import GivingWay, give_way
from pypeer.links.link import SHORT_BYTES, LinkClosedError, Path
from pypeer.links.vigil import Vigil
from pypeer.octets import Arrived, Lasting
from pypeer.protocol import limits

HIGH_WATER_BYTES: Final = 512 * 1024
LOW_WATER_BYTES: Final = 256 * 1024
"""`drain` waits above the first until it is below the second: a frame, so that the network is never idle while the
caller refills. TCP's own buffer comes on top."""

FLUSH_S: Final = 5.0
"""How long `close` waits for what is queued: the last words are short, and the other side may be gone."""

POLL_S: Final = 0.01
"""Interval at which `close` looks whether all has left."""

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
        self._on_close: Callable[[], None] = lambda: None
        self._arrivals = Arrivals()
        self._incoming = Incoming(limits.STREAM_FRAME_BYTES)
        self._outgoing = Outgoing()
        self._leaving: asyncio.Handle | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._lost = asyncio.Event()
        self._closed = self._opened = False
        self._vigil = Vigil(self._show_life, lambda silent: self.on_silent(silent), self._gone)
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
        """Bytes that wait for the end of the turn, or for room in the buffer of TCP."""
        return self._outgoing.bytes + (0 if self._transport is None else self._transport.get_write_buffer_size())

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
        self._vigil.begin()
        self.send(b"")

    def start(self, on_frame: Callable[[Arrived], None], on_close: Callable[[], None]) -> None:
        """Deliver frames and the end; see Link."""
        self._on_close = on_close
        self._arrivals.deliver(on_frame)
        if self._closed:
            on_close()
        elif self._transport is not None:
            self._transport.resume_reading()

    def send(self, frame: bytes, rest: Lasting = b"") -> None:
        """Queue a frame; see Link."""
        if self._closed or self._transport is None:
            raise LinkClosedError("The connection to the other peer is closed.")
        self._vigil.spoke()
        self._outgoing.put(frame, rest)
        if self._outgoing.bytes >= LARGE_BYTES:
            self._leave()
        elif self._leaving is None:
            self._leaving = self._loop.call_soon(self._leave)

    def _leave(self) -> None:
        """Hand over what waits."""
        if self._leaving is not None:
            self._leaving.cancel()
            self._leaving = None
        pieces = self._outgoing.take()
        if pieces and self._transport is not None:
            self._transport.writelines(pieces)

    async def drain(self) -> None:
        """Wait for room; see Link."""
        self._leave()
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
        self._leave()
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
        return self._incoming.room()

    def buffer_updated(self, nbytes: int) -> None:
        """Cut what has arrived into frames."""
        self._incoming.arrived(nbytes)
        self.heard += nbytes if nbytes > HEADER.size else 0
        self._vigil.heard()
        try:
            while (frame := self._incoming.next()) is not None:
                if not self._closed:
                    self._arrived(frame)
        except FrameTooLongError as error:
            _log.warning("%s: the connection is closed", error)
            self.abort()

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

    def _arrived(self, frame: Arrived) -> None:
        if not self._opened:
            self._opened = True
            self.on_opened()
        if not frame:
            return
        self._arrivals.put(frame)
        if self._arrivals.is_full and self._transport is not None:
            self._transport.pause_reading()

    def _show_life(self) -> None:
        if not self.buffered:
            self.send(b"")

    def _gone(self) -> None:
        _log.info("nothing has come for too long")
        self.abort()

    def _lose(self) -> None:
        if self._closed:
            return
        self._closed = True
        self._room.set()
        if self._leaving is not None:
            self._leaving.cancel()
        self._vigil.end()
        if self._giving is not None:
            self._giving.cancel()
        self.on_lost()
        self._on_close()
