"""Ctrl-C while a command still loads: it ends at once, without a word. For both commands, and light to import.

Python looks up its modules for most of the first second. An exception there shows a traceback, or is swallowed by
whatever hook it happens to hit; but nothing is open yet that would have to be closed. `_signal` is what `signal`
wraps: without the enums, which take as long to load as Python itself, during which the old rule would hold.
"""

import _signal  # type: ignore[import-not-found]
import os

INTERRUPTED = 130
"""Exit status after Ctrl-C or SIGTERM: 128 and the number of SIGINT, as shells have it."""


def end_silently_on_interrupt() -> None:
    """From now on SIGINT ends the process; one that is ignored, as in the background of a script, stays ignored."""
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _end)


def interrupts_as_usual() -> None:
    """From now on SIGINT is KeyboardInterrupt again."""
    if _signal.getsignal(_signal.SIGINT) is _end:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)


def _end(_number: int, _frame: object) -> None:
    os._exit(INTERRUPTED)
