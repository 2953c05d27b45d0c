"""Whether the relays that the server names can be used from here, by asking each for an allocation (RFC 8656)."""

import asyncio
import time
from contextlib import suppress
from typing import Final

from pypeer.connect.relays import open_relay
from pypeer.connect.resolving import resolve
from pypeer.connect.servers import Relay
from pypeer.doctor.findings import RelayFound

BOUND_S: Final = 3.0
"""Of one relay: TCP, TLS and two requests on a slow path."""


async def try_relay(relay: Relay) -> RelayFound:
    """One relay, at whichever of its addresses works."""
    began, works = time.monotonic(), False
    with suppress(TimeoutError):
        async with asyncio.timeout(BOUND_S):
            works = await _any_address(relay)
    return RelayFound(relay.host, relay.port, relay.transport.value, works, time.monotonic() - began)


async def _any_address(relay: Relay) -> bool:
    for address in await resolve(relay.host, relay.port):
        allocation = await open_relay(relay, address, lambda number, source, data: None)
        if allocation is not None:
            allocation.close()
            await allocation.wait_closed()
            return True
    return False
