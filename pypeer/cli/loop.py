"""The event loop of a command: loaded when there is work to do in it, since it takes as long as the rest."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any

from pypeer.cli.show import Show
from pypeer.heap import settle
from pypeer.loops import loop_factory
from pypeer.quiet import interrupts_as_usual


def carry_out(show: Show, work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    """Work, shown, to its end; its exit status. KeyboardInterrupt after SIGINT and SIGTERM."""
    settle()
    interrupts_as_usual()
    try:
        with show, asyncio.Runner(loop_factory=loop_factory()) as runner:
            return runner.run(_cancellable(show, work))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


async def _cancellable(show: Show, work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    if task is not None and sys.platform != "win32":
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await work()
    finally:
        show.give_up()
