"""The UDP port of the server."""

import asyncio
import logging
from typing import Any, cast

from signaling.relay.stun import answer

_log = logging.getLogger("byway.signaling")


class StunProtocol(asyncio.DatagramProtocol):
    """Answers Binding requests; `answered` counts them."""

    def __init__(self) -> None:
        self.answered = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is open."""
        self._transport = cast(asyncio.DatagramTransport, transport)  # uvloop's is one in all but name

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """A datagram arrived."""
        reply = answer(data, str(addr[0]).partition("%")[0], addr[1])
        if reply is not None and self._transport is not None:
            self.answered += 1
            self._transport.sendto(reply, addr)

    def error_received(self, exc: Exception) -> None:
        """An answer could not be delivered: the asker has gone."""
        _log.debug("stun answer not delivered: %s", exc)
