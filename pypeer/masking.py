"""The mask of WebSocket frames (RFC 6455, section 5.3): four bytes, combined with a payload again and again."""

from collections.abc import Callable
from typing import Final

_TABLES: Final = tuple(bytes(byte ^ key for byte in range(256)) for key in range(256))


def xor_by_table(mask: bytes, data: bytearray) -> None:
    """In place, 50 times slower than in C: for an aiohttp whose part is elsewhere, or was not compiled."""
    for at, key in enumerate(mask):
        data[at::4] = data[at::4].translate(_TABLES[key])


xor: Callable[[bytes, bytearray], None] = xor_by_table

try:
    # Not public; nothing else that is installed does it at the speed of memory.
    from aiohttp._websocket.helpers import websocket_mask
except ImportError:
    pass
else:
    xor = websocket_mask
