"""The relay over TCP and TLS: connections, each a client."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from signaling.protocol.framing import WHOLE_BYTES, Frames, FramingError
from signaling.protocol.values import Address, canonical
from signaling.relay.stun import over_stream
from signaling.relay.turn.kinds import FiveTuple, Transport

PATIENCE_S: Final = 10.0
"""How long a connection may be without an allocation, the handshake of TLS before it likewise."""

QUEUED_BYTES: Final = 256 * 1024
"""What may wait for a client that reads slowly; what comes then is dropped. A tenth of a second at 20 Mbit/s."""


class Server(Protocol):
    """What connections are clients of."""

    def opened(self, connection: "Connection") -> bool:
        """Whether one more is let in."""

    def received(self, connection: "Connection", messages: Sequence[bytes]) -> None:
        """Messages arrived together."""

    def closed(self, connection: "Connection") -> None:
        """A connection is gone."""


class Connection(asyncio.Protocol):
    """One client's connection."""

    def __init__(self, server: Server, secure: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.client = FiveTuple(Transport.TLS if secure else Transport.TCP, ("", 0), ("", 0))
        self.since = clock()
        self._server = server
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self._slow = False

    def connection_made(self, transport: Any) -> None:
        """See asyncio."""
        self._transport = transport
        local, remote = (_address(transport.get_extra_info(name)) for name in ("sockname", "peername"))
        self.client = self.client._replace(local=local, remote=remote)
        transport.set_write_buffer_limits(high=QUEUED_BYTES)
        if not self._server.opened(self):
            transport.abort()

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        try:
            messages = self._frames.feed(data)
        except FramingError:
            self.abort()
            return
        for_relay = []
        for message in messages:
            answer = over_stream(message, self.client.remote)
            if answer is None:
                for_relay.append(message)
            else:
                self.send(answer)
        if for_relay:
            self._server.received(self, for_relay)

    def send(self, data: bytes) -> bool:
        """Whether it was sent, or is queued; dropped if too much waits already."""
        if self._slow or self._transport is None:
            return False
        self._transport.write(data)
        return True

    def trust(self) -> None:
        """Its client has an allocation: it may send data."""
        self._frames.most = WHOLE_BYTES

    def close(self) -> None:
        """Close it once what was sent has left, or at once if that is not taken."""
        if self._transport is not None:
            (self._transport.abort if self._slow else self._transport.close)()

    def abort(self) -> None:
        """Close it at once."""
        if self._transport is not None:
            self._transport.abort()

    def pause_writing(self) -> None:
        """See asyncio."""
        self._slow = True

    def resume_writing(self) -> None:
        """See asyncio."""
        self._slow = False

    def connection_lost(self, _: Exception | None) -> None:
        """See asyncio."""
        self._transport = None
        self._server.closed(self)


def _address(found: tuple[Any, ...] | None) -> Address:
    """The address of one end; none if the connection broke before anybody looked."""
    return (str(canonical(found[0])), int(found[1])) if found else ("", 0)
