"""What comes from standard input."""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from pypeer.cli.show import Show
from pypeer.quiet import INTERRUPTED, interrupts_as_usual

STDIN: Final = Path("-")

NAME: Final = "stdin"
"""What standard input is called at the receiver, who chooses a better name (`-o -`)."""


def read_input(show: Show) -> str:
    """All of standard input as text; Ctrl-C there ends the command as it does anywhere."""
    with _interruptible(show):
        return sys.stdin.read()


@contextlib.contextmanager
def spooled(paths: Sequence[Path], show: Show) -> Iterator[Sequence[Path]]:
    """The paths, with a temporary file that holds all of standard input in the place of `-`.

    All of it: a receiver may come later, or a second one, or ask for a part again.
    """
    if STDIN not in paths:
        yield paths
        return
    with tempfile.TemporaryDirectory(prefix="byway-") as folder:
        file = Path(folder) / NAME
        with _interruptible(show):
            _keep(file, show)
        yield [file if path == STDIN else path for path in paths]


def _keep(file: Path, show: Show) -> None:
    try:
        with file.open("wb") as spool:
            shutil.copyfileobj(sys.stdin.buffer, spool)
    except OSError as error:
        show.say(
            f"pypeer: standard input cannot be kept in {file.parent}: {error.strerror}; TMPDIR names another place"
        )
        sys.exit(1)


@contextlib.contextmanager
def _interruptible(show: Show) -> Iterator[None]:
    try:
        interrupts_as_usual()
        yield
    except KeyboardInterrupt:
        show.say("Interrupted.")
        sys.exit(INTERRUPTED)
