"""The event loop that commands run in, and what loops do not offer."""

import asyncio
import socket
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster loop of the extra `fast`, where it is installed; None for asyncio's own."""
    return import_module("uvloop").new_event_loop if find_spec("uvloop") else None


async def readable(watched: socket.socket) -> None:
    """Wait until there is something to read; raises NotImplementedError where a loop cannot watch a socket (Windows).

    uvloop has no `sock_recvfrom`, and what loops offer takes from the socket before it tells.
    """
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(watched, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(watched)
