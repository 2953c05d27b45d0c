"""What every kind of link offers to the layers above it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from pypeer.errors import ConnectError
from pypeer.octets import Arrived, Lasting

SHORT_BYTES: Final = 64 * 1024
"""What waits to leave on a link that is kept short: one frame, half a second of a tenth of a home's uplink."""


class Scope(StrEnum):
    """How far a path goes, in words for people."""

    MACHINE = "machine"
    NETWORK = "network"
    INTERNET = "internet"
    RELAY = "relay"


@dataclass(frozen=True, slots=True)
class Path:
    """How two peers are connected: a way of the ladder, and the two ends as `address:port`."""

    way: str
    scope: Scope
    local: str
    remote: str


class LinkClosedError(ConnectError):
    """The link is closed; the session may open another."""

    code = "link-closed"


class Link(Protocol):
    """A message channel. All methods are for the event loop's thread; callbacks are called there too.

    Flow: call `start` once; send while `buffered` is low, else `await drain()`. What arrives is limited only
    by what was asked for.
    """

    @property
    def path(self) -> Path:
        """The present path; may change while the link lives."""

    @property
    def frame_bytes(self) -> int:
        """Largest frame that the other side takes."""

    @property
    def buffered(self) -> int:
        """Bytes given to `send` and not yet handed to the network."""

    def start(self, on_frame: Callable[[Arrived], None], on_close: Callable[[], None]) -> None:
        """Deliver frames, also those that arrived before, and the end of the link, each in order."""

    def send(self, frame: bytes, rest: Lasting = b"") -> None:
        """Queue a frame, in two parts if it is large, so that it need not be copied; raises LinkClosedError.

        The second part must not change any more.
        """

    async def drain(self) -> None:
        """Wait until `buffered` is below the low-water mark; raises LinkClosedError."""

    def keep_short(self) -> None:
        """Queue little from now on: `drain` waits until `buffered` is below SHORT_BYTES.

        For who decides late what to send next, and takes back what is not sent yet.
        """

    def give_way(self) -> None:
        """Send in the background from now on, as far as the system lets it: what others leave of the network."""

    async def close(self) -> None:
        """Send what is queued (within a bounded time), then close. Safe to call twice."""
