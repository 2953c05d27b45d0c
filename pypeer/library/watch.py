"""Noticing that something in the folders has changed. What it is, a scan tells."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final

from watchfiles import Change, awatch

from pypeer.library.folders import Folders

DEBOUNCE_MS: Final = 800
"""How long changes are gathered: a program that saves, or unpacks, makes many."""

_log = logging.getLogger("byway.library")


async def watch(folders: Folders, on_change: Callable[[], None]) -> None:
    """Call `on_change` after each change, until cancelled; raises OSError where the system watches no more."""

    def matters(_: Change, path: str) -> bool:
        return any(_matters(folders, Path(path), root) for root in (*folders.paths, *folders.roots))

    stop = asyncio.Event()
    try:
        async for changes in awatch(
            *folders.paths,
            watch_filter=matters,
            debounce=DEBOUNCE_MS,
            stop_event=stop,
            ignore_permission_denied=True,
        ):
            _log.debug("%d changes", len(changes))
            on_change()
    except (RuntimeError, ExceptionGroup) as error:  # how its thread and its task group tell of failures
        raise OSError(str(error)) from error
    finally:
        stop.set()


def _matters(folders: Folders, path: Path, root: Path) -> bool:
    if not path.is_relative_to(root):
        return False
    inside = path.relative_to(root).as_posix()
    return inside == "." or not folders.ignored.leaves_out(inside, False)
