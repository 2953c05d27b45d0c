"""Running a command: its event loop, signals, errors and exit status."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from pypeer.cli.show import Show
from pypeer.errors import PeerError
from pypeer.heap import settle
from pypeer.loops import loop_factory
from pypeer.quiet import INTERRUPTED, interrupts_as_usual

_Kept = TypeVar("_Kept")


def run(show: Show, work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run a command to its end and exit with its status; whatever happens, no traceback for what a user can mend."""
    settle()
    try:
        interrupts_as_usual()
        with show, asyncio.Runner(loop_factory=loop_factory()) as runner:
            status = runner.run(_cancellable(show, work))
    except (KeyboardInterrupt, asyncio.CancelledError):
        show.say("Interrupted.")
        status = INTERRUPTED
    except PeerError as error:
        show.error(error)
        status = error.status
    except BrokenPipeError:
        status = 1
    sys.exit(status)


def run_with(
    as_json: bool, opened: Callable[[], AbstractContextManager[_Kept]], work: Callable[[_Kept, Show], None]
) -> None:
    """Run a command that does its work at once, in something that is kept on this machine."""
    show = Show(as_json)

    async def use() -> int:
        with opened() as kept:
            work(kept, show)
        return 0

    run(show, use)


async def _cancellable(show: Show, work: Callable[[], Coroutine[Any, Any, int]]) -> int:
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    if task is not None and sys.platform != "win32":
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        return await work()
    finally:
        show.give_up()
