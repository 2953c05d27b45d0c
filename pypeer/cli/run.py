"""Running a command: its errors and exit status."""

import sys
from collections.abc import Callable, Coroutine
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from pypeer.cli.show import Show
from pypeer.errors import PeerError
from pypeer.quiet import INTERRUPTED

_Kept = TypeVar("_Kept")


def run(show: Show, work: Callable[[], Coroutine[Any, Any, int]]) -> None:
    """Run a command to its end and exit with its status; whatever happens, no traceback for what a user can mend."""
    try:
        from pypeer.cli.loop import carry_out  # help and wrong usage do without

        status = carry_out(show, work)
    except KeyboardInterrupt:
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
