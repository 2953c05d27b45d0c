"""A link over a WebRTC data channel of aiortc (RFC 8831)."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from pypeer.links.link import LinkClosedError, Path, Scope
from pypeer.protocol import limits

if TYPE_CHECKING:
    from pypeer.connect.attempt import Attempt

LOW_WATER_BYTES: Final = 256 * 1024
"""`drain` returns below this: four frames, so that the sender is never starved while the caller refills."""

FLUSH_S: Final = 5.0
"""How long `close` waits for what is queued: the last words are short, and the other side may be gone."""

POLL_S: Final = 0.01
"""Interval at which `close` looks whether all is acknowledged; SCTP in aiortc has no event for it."""

UNKNOWN_PATH: Final = Path("direct", Scope.NETWORK, "", "")


class WebRtcLink:
    """A link; made once the channel is open. Implements pypeer.links.link.Link."""

    def __init__(self, attempt: "Attempt") -> None:
        self._attempt = attempt
        self._channel = attempt.channel.data
        self._sctp = attempt.channel.sctp
        self._on_frame: Callable[[bytes], None] | None = None
        self._on_close: Callable[[], None] = lambda: None
        self._early: list[bytes] = []
        self._room = asyncio.Event()
        self._closed = False
        self._channel.bufferedAmountLowThreshold = LOW_WATER_BYTES
        self._channel.on("message", self._message)
        self._channel.on("bufferedamountlow", self._room.set)
        self._channel.on("close", self._lost)
        attempt.channel.dtls.on("statechange", self._state_changed)

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
        return limits.FRAME_BYTES

    @property
    def buffered(self) -> int:
        """Bytes that wait for room in SCTP's window."""
        return int(self._channel.bufferedAmount)

    def start(self, on_frame: Callable[[bytes], None], on_close: Callable[[], None]) -> None:
        """Deliver frames and the end; see Link."""
        self._on_frame, self._on_close = on_frame, on_close
        early, self._early = self._early, []
        for frame in early:
            on_frame(frame)
        if self._closed:
            on_close()

    def send(self, frame: bytes) -> None:
        """Queue a frame; see Link."""
        if self._closed or self._channel.readyState != "open":
            raise LinkClosedError("The connection to the other peer is closed.")
        self._channel.send(frame)

    async def drain(self) -> None:
        """Wait for room; see Link."""
        while self.buffered > LOW_WATER_BYTES and not self._closed:
            self._room.clear()
            await self._room.wait()
        if self._closed:
            raise LinkClosedError("The connection to the other peer is closed.")

    async def close(self) -> None:
        """Flush within a bounded time, then close; see Link."""
        rounds = int(FLUSH_S / POLL_S)
        for _ in range(rounds):
            if self._closed or not self._unacknowledged():
                break
            await asyncio.sleep(POLL_S)
        self._lost()
        await self._attempt.close()

    def _unacknowledged(self) -> bool:
        return bool(self.buffered or self._sctp._outbound_queue or self._sctp._sent_queue)

    def _message(self, data: bytes | str) -> None:
        frame = data if isinstance(data, bytes) else b""
        if self._on_frame is None:
            self._early.append(frame)
        elif not self._closed:
            self._on_frame(frame)

    def _state_changed(self) -> None:
        if self._attempt.channel.dtls.state in ("failed", "closed"):
            self._lost()

    def _lost(self) -> None:
        if not self._closed:
            self._closed = True
            self._room.set()
            self._on_close()
