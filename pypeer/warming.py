"""What is needed only once another peer has come takes longer to load than all the rest: done while one waits."""

import asyncio
from collections.abc import Sequence
from importlib import import_module
from typing import Final

FETCHING: Final = ("spake2", "pypeer.linking")
"""The second loads ICE, DTLS with all of WebRTC's library, TLS, and the relays."""

SENDING: Final = ("spake2", "pypeer.conversation", "pypeer.transfer.sending", "pypeer.linking")
"""In the order in which they are needed."""


async def warm(modules: Sequence[str]) -> None:
    """Load them beside the event loop. Whoever needs one meanwhile waits for the same loading (importlib's lock)."""
    for name in modules:
        await asyncio.to_thread(import_module, name)
