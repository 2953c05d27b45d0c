"""What only a link needs takes as long to load as all the rest: done while the network is waited for."""

import asyncio
from importlib import import_module
from typing import Final

LINKING: Final = "pypeer.linking"
"""Loads ICE, DTLS with all of WebRTC's library, TLS, and the relays."""


async def warm() -> None:
    """Load it beside the event loop. Whoever needs it meanwhile waits for the same loading (importlib's lock)."""
    await asyncio.to_thread(import_module, LINKING)
