"""One data channel over a path (RFC 8831): DTLS, and the association in it with its clock and its turns of the loop.

The channel is negotiated beforehand by both sides, so there is no message that opens it (RFC 8832).
"""

import asyncio
import logging
import time
from collections.abc import Callable
from math import inf
from typing import Final

from pypeer.connect.description import MESSAGE_BYTES, MESSAGE_BYTES_DEFAULT, SCTP_PORT, Description, Setup
from pypeer.connect.path import PathTransport
from pypeer.links.dtls import Dtls
from pypeer.octets import Lasting
from pypeer.sctp.association import Association
from pypeer.sctp.chunks import PacketError
from pypeer.sctp.handshake import State

BINARY: Final = 53
TEXTS: Final = frozenset({51, 56})
EMPTY: Final = 57
"""Payload protocol identifiers of data channels (RFC 8831, section 8); what others carry is not for us."""

STREAM: Final = 0
"""Number of the channel."""

TAKEN_BYTES: Final = 2 * MESSAGE_BYTES
"""Longest message that is taken: more than our description allows, so that the session can tell the other side what is
wrong; what is longer still ends the association, and fills no memory."""

LOW_WATER_BYTES: Final = 256 * 1024
"""`on_room` is called below this, if nothing else is said: four frames, so that the sender is never starved while the
caller refills."""

_log = logging.getLogger("byway.link")


class Channel:
    """The stack over one path. Callbacks: it opened, a message came, few bytes wait to leave, it is over."""

    def __init__(self, path: PathTransport) -> None:
        self.on_open: Callable[[], None] = lambda: None
        self.on_message: Callable[[bytes], None] = lambda message: None
        self.on_room: Callable[[], None] = lambda: None
        self.on_close: Callable[[], None] = lambda: None
        self.low_water = LOW_WATER_BYTES
        self.message_bytes = MESSAGE_BYTES_DEFAULT
        """Longest message that the other side takes, and we send."""
        self.path = path
        self.dtls = Dtls(path)
        self.association = Association(SCTP_PORT, TAKEN_BYTES)
        self._loop = asyncio.get_running_loop()
        self._state = State.CLOSED
        self._soon: asyncio.Handle | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._wakes_at = inf
        self._is_full = False
        self.dtls.on("statechange", self._dtls_changed)

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self._state is State.ESTABLISHED

    @property
    def buffered(self) -> int:
        """Bytes of messages that wait for room in the window."""
        return self.association.queued

    @property
    def is_idle(self) -> bool:
        """Whether all that was sent has arrived."""
        return self.association.is_idle

    async def secure(self, remote: Description, setup: Setup) -> bool:
        """Shake hands by DTLS with whoever has the certificate of this description; false if that fails."""
        return await self.dtls.secure(remote, setup)

    def associate(self, remote: Description) -> None:
        """Set up the association: at once if both descriptions have its INIT, else after two round trips."""
        self.message_bytes = min(remote.message_bytes or MESSAGE_BYTES, MESSAGE_BYTES)
        try:
            self.association.start(remote.sctp_port, remote.sctp_init, time.monotonic())
        except PacketError as error:
            self.association.abort(f"the description: {error}")
        self.path.carry(self._datagrams)
        self._turn()

    def send(self, message: bytes, rest: Lasting = b"") -> None:
        """Queue a message, which must not be empty and may be in two parts; the second must not change any more."""
        self.association.send(BINARY, message, rest)
        self._is_full = self._is_full or self.association.queued > self.low_water
        self._later()

    def path_changed(self) -> None:
        """Datagrams take another path from now on."""
        self.association.path_changed(time.monotonic())
        self._later()

    async def close(self) -> None:
        """Close all of it, and the path below."""
        self.association.abort("closed here")
        self._turn()
        await self.dtls.stop()
        self._stop()
        self.path.close()

    def _datagrams(self, datagrams: list[bytes]) -> None:
        now = time.monotonic()
        for packet in self.dtls.opened(datagrams):
            self.association.receive(packet, now)
        self._later()

    def _later(self) -> None:
        """One turn for all that happens in this turn of the loop: packets are full, and acknowledgements few."""
        if self._soon is None:
            self._soon = self._loop.call_soon(self._turn)

    def _turn(self) -> None:
        """Do what the association wants."""
        association, now = self.association, time.monotonic()
        self._soon = None
        association.flush(now)
        leaving = association.packing
        if leaving.outgoing:
            packets, leaving.outgoing = leaving.outgoing, []
            self.path.send_all(self.dtls.sealed(packets))
        if leaving.probes:
            probes, leaving.probes = leaving.probes, []
            for datagram in self.dtls.sealed(probes):
                self.path.send_whole(datagram)
        if association.state is State.ESTABLISHED:
            self._became(State.ESTABLISHED)
        for stream, protocol, message in association.messages():
            if stream == STREAM:
                self._deliver(protocol, message)
        if self._is_full and association.queued <= self.low_water:
            self._is_full = False
            self.on_room()
        if association.state is State.ENDED:
            self._became(State.ENDED)
        self._arm(association.wake_at())

    def _deliver(self, protocol: int, message: bytes) -> None:
        if protocol == BINARY:
            self.on_message(message)
        elif protocol == EMPTY or protocol in TEXTS:
            self.on_message(b"")

    def _became(self, state: State) -> None:
        """Tell, once: that it opened before what came then, that it ended after what had come."""
        if state is self._state:
            return
        self._state = state
        if state is State.ESTABLISHED:
            self.on_open()
        else:
            _log.debug("the association has ended: %s", self.association.why)
            self.on_close()

    def _arm(self, at: float) -> None:
        """A timer that rings too early costs less than one that is set again for each packet.

        The clock is not the loop's, which uvloop reads once a turn, in milliseconds: round trips may be shorter.
        """
        if at < self._wakes_at:
            self._disarm()
            self._wakes_at = at
            self._timer = self._loop.call_later(at - time.monotonic(), self._ring)

    def _ring(self) -> None:
        self._timer, self._wakes_at = None, inf
        self.association.tick(time.monotonic())
        self._turn()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer, self._wakes_at = None, inf

    def _stop(self) -> None:
        self._disarm()
        if self._soon is not None:
            self._soon.cancel()

    def _dtls_changed(self) -> None:
        if self.dtls.state in ("failed", "closed"):
            self._turn()
            self._stop()
            self.on_close()
