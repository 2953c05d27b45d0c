"""Names that browsers give to their addresses instead of telling them (draft-ietf-mmusic-mdns-ice-candidates)."""

import contextlib
from typing import Final

from aioice.mdns import create_mdns_protocol, is_mdns_hostname

RESOLVE_S: Final = 1.0
"""Whoever is in the same network answers in milliseconds; everybody else never does."""


async def resolve_mdns(name: str) -> str | None:
    """The address behind a `.local` name, None if nobody here answers to it."""
    if not is_mdns_hostname(name):
        return None
    with contextlib.suppress(OSError):
        protocol = await create_mdns_protocol()
        try:
            return await protocol.resolve(name, RESOLVE_S)
        finally:
            await protocol.close()
    return None
