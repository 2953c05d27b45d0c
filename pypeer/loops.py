"""The event loop that commands run in."""

import asyncio
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster loop of the extra `fast`, where it is installed; None for asyncio's own."""
    return import_module("uvloop").new_event_loop if find_spec("uvloop") else None
