"""The event loop that commands run in, and what loops do not offer."""

import asyncio
import logging
import socket
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

_log = logging.getLogger("byway.loops")


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster loop of the extra `fast`, where it is installed; None for asyncio's own."""
    return _fast if find_spec("uvloop") else None


def _fast() -> asyncio.AbstractEventLoop:
    loop: asyncio.AbstractEventLoop = import_module("uvloop").new_event_loop()
    loop.set_exception_handler(handle)
    return loop


def handle(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody has caught, but for a fault of uvloop (0.23) by which nothing is lost.

    Its TLS looks whether there is more to write when it has handed over what came, also where the connection was closed
    by that; it then closes once more what is closed, and prints a traceback.
    """
    error = context.get("exception")
    if isinstance(error, RuntimeError) and str(error).endswith("the handler is closed"):
        _log.debug("a closed connection was written to: %s", error)
    else:
        loop.default_exception_handler(context)


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
