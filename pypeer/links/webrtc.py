"""A link over a data channel (RFC 8831)."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pypeer.links.link import SHORT_BYTES, LinkClosedError, Path, Scope
from pypeer.octets import Lasting

if TYPE_CHECKING:
    from pypeer.connect.attempt import Attempt

FLUSH_S: Final = 5.0
"""How long `close` waits for what is queued: the last words are short, and the other side may be gone."""

POLL_S: Final = 0.01
"""Interval at which `close` looks whether all is acknowledged."""

UNKNOWN_PATH: Final = Path("direct", Scope.NETWORK, "", "")


class WebRtcLink:
    """A link; made once the channel is open. Implements pypeer.links.link.Link."""

    def __init__(self, attempt: "Attempt") -> None:
        self._attempt = attempt
        self._channel = attempt.channel
        self._on_frame: Callable[[bytes], None] | None = None
        self._on_close: Callable[[], None] = lambda: None
        self._early: list[bytes] = []
        self._room = asyncio.Event()
        self._closed = False
        self.heard = 0
        """Bytes of all frames that have come."""
        self._channel.on_message = self._message
        self._channel.on_room = self._room.set
        self._channel.on_close = self._lost

    def __repr__(self) -> str:
        return f"<WebRtcLink {self.path.way} {self.path.remote}{' closed' if self._closed else ''}>"

    @property
    def path(self) -> Path:
        """The pair that ICE uses at present."""
        return self._attempt.path() or UNKNOWN_PATH

    def watch_path(self, on_path: Callable[[Path], None]) -> None:
        """Tell the path at each change."""
        self._attempt.on_path = lambda: on_path(self.path)

    @property
    def frame_bytes(self) -> int:
        """Largest message that both stacks take; the other side's `hello` may lower it."""
        return self._channel.message_bytes

    @property
    def buffered(self) -> int:
        """Bytes that wait for room in SCTP's window."""
        return self._channel.buffered

    @property
    def has_closed(self) -> bool:
        """Whether nothing more will come."""
        return self._closed

    def start(self, on_frame: Callable[[bytes], None], on_close: Callable[[], None]) -> None:
        """Deliver frames and the end; see Link."""
        self._on_frame, self._on_close = on_frame, on_close
        early, self._early = self._early, []
        for frame in early:
            on_frame(frame)
        if self._closed:
            on_close()

    def send(self, frame: bytes, rest: Lasting = b"") -> None:
        """Queue a frame; see Link."""
        if self._closed or not self._channel.is_open:
            raise LinkClosedError("The connection to the other peer is closed.")
        self._channel.send(frame, rest)

    async def drain(self) -> None:
        """Wait for room; see Link."""
        while self.buffered > self._channel.low_water and not self._closed:
            self._room.clear()
            await self._room.wait()
        if self._closed:
            raise LinkClosedError("The connection to the other peer is closed.")

    def keep_short(self) -> None:
        """SCTP's window comes on top; see Link."""
        self._channel.low_water = SHORT_BYTES

    def give_way(self) -> None:
        """By LEDBAT++; see Link."""
        self._channel.association.give_way()

    async def close(self) -> None:
        """Flush within a bounded time, then close; see Link."""
        rounds = int(FLUSH_S / POLL_S)
        for _ in range(rounds):
            if self._closed or self._channel.is_idle:
                break
            await asyncio.sleep(POLL_S)
        self._lost()
        await self._attempt.close()

    def _message(self, frame: bytes) -> None:
        self.heard += len(frame)
        if self._on_frame is None:
            self._early.append(frame)
        elif not self._closed:
            self._on_frame(frame)

    def _lost(self) -> None:
        if not self._closed:
            self._closed = True
            self._room.set()
            self._on_close()
