"""Commands in the background (`--daemon` of send, inbox and share): a process of its own, and what it writes down."""

import contextlib
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

import click

from pypeer.background import shelf
from pypeer.background.record import Kind, Record, claims
from pypeer.cli import status_words
from pypeer.cli.asking import Question
from pypeer.cli.show import Show
from pypeer.cli.words import counted
from pypeer.errors import PeerError
from pypeer.events import Counted, Event, Failed, Progress, Ready
from pypeer.quiet import INTERRUPTED, interrupts_as_usual

POLL_S: Final = 0.1
"""How often the command looks whether the other one has begun: soon enough for a person."""

WRITE_S: Final = 1.0
"""Progress is written down at most so often; everything else at once."""

FOREGROUND: Final = frozenset(("--daemon", "--json"))
"""Options of the command that the process in the background does without."""

AGREED: Final = b"yes\n"
"""What that process is told on its standard input once our person agrees to what is published."""

PUBLISH: Final = "Publish that?"
"""What our person is asked before."""

_Command = TypeVar("_Command", bound=Callable[..., Any])


class TakenError(PeerError):
    """Another process in the background does the same."""

    code = "in-use"


def daemonic(command: _Command) -> _Command:
    """Its options."""
    command = click.option("--record", hidden=True)(command)
    return click.option("--daemon", is_flag=True, help="Go on in the background, also after you log out.")(command)


def announce(show: Show, what: Counted) -> None:
    """Say what will be published, and to whom, before anything is."""
    show.event(what)
    show.say(f"To be published: {counted(what)}.")


def launch(show: Show, yes: bool = False) -> int:
    """Run this command in a process that outlives this one and its terminal; the exit status, once others can come.

    What it would publish is shown before, and our person is asked, unless they have said `yes`.
    """
    if sys.platform == "win32":
        raise click.UsageError("--daemon is for Linux and macOS; on Windows let the Task Scheduler start the command")
    interrupts_as_usual()
    folder, name = shelf.default_folder(), secrets.token_hex(4)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = folder / f"{name}.log"
    with open(os.open(log, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", "pypeer", *_arguments(name)],
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=file,
            start_new_session=True,
        )
    try:
        record = _await(child, lambda: shelf.read(folder, name), show, yes)
    except KeyboardInterrupt:
        child.terminate()
        show.say("Interrupted.")
        return INTERRUPTED
    if record is not None and record.is_open and child.returncode is None:
        _say(record, show)
        child.returncode = 0  # nobody waits for it any more
        return 0
    show.error(_failure(record, log))
    shelf.remove(folder, name)
    return child.returncode or 1


def _arguments(name: str) -> list[str]:
    """Those of this command, without what is of the foreground; its own come first, since `--` may end the options."""
    command, *rest = sys.argv[1:]
    return [command, "--record", name, *(each for each in rest if each not in FOREGROUND)]


def _await(child: subprocess.Popen[bytes], read: Callable[[], Record | None], show: Show, yes: bool) -> Record | None:
    """What is known of it once others can come, or it has ended."""
    assert child.stdin is not None
    with child.stdin as answer:
        is_asked = False
        while child.poll() is None:
            record = read()
            if record is not None and record.is_open:
                return record
            if record is not None and record.counted is not None and not is_asked:
                is_asked = True
                announce(show, record.counted)
                if yes or not show.interactive or show.put(Question(), PUBLISH):
                    answer.write(AGREED)
                answer.close()
            time.sleep(POLL_S)
    return read()


def _say(record: Record, show: Show) -> None:
    if record.opened is not None:
        show.event(record.opened)
    elif show.json:
        show.event(Ready(code=record.code, link=record.link, expires=record.expires - time.time()))
    else:
        click.echo(f"Code: {record.code}\nLink: {record.link}")
    show.say(status_words.goes_on(record))


def _failure(record: Record | None, log: Path) -> PeerError:
    """Why it has ended: as it wrote down, else what it said."""
    if record is not None and record.failed is not None:
        error = PeerError(record.failed.message)
        error.code, error.retry = record.failed.code, record.failed.retry
        return error
    try:
        said = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        said = []
    return PeerError(said[-1] if said else "It has ended without a word.")


def shown(as_json: bool, name: str | None, kind: Kind, paths: Sequence[Path], server: str, audience: str = "") -> Show:
    """Who is told of events: our person or a script, or, in the background, a record of this `name`.

    `audience` is to whom folders are published: twice to the same is refused.
    """
    if name is None:
        return Show(as_json)
    named = (os.fspath(path) if kind is Kind.SEND else os.path.realpath(path) for path in paths)
    return Recorder(name, Record(kind, os.getpid(), tuple(named), time.time(), server), audience)


class Recorder(Show):
    """Writes down what happens, where nobody watches; entering raises TakenError if another process does the same."""

    def __init__(self, name: str, record: Record, audience: str) -> None:
        super().__init__()
        self._name = name
        self._record = record
        self._audience = audience
        self._written = 0.0

    def __enter__(self) -> "Recorder":
        self._keeper = shelf.Keeper(shelf.default_folder(), self._name)
        record = self._record
        for folder, claim in zip(record.paths, claims(record.kind, record.paths, self._audience), strict=False):
            if not self._keeper.claim(claim):
                error = TakenError(f"{folder} is served in the background already; `pypeer status` shows it.")
                self.__exit__(TakenError, error, None)
                raise error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, PeerError):
            self._note(Failed(code=error.code, message=str(error), retry=error.retry))
        self._keeper.close(keep=not self._record.is_open)

    @property
    def interactive(self) -> bool:
        """Nobody is there."""
        return False

    def event(self, event: Event) -> None:
        """Take notice."""
        now = time.time()
        if not isinstance(event, Progress) or now - self._written >= WRITE_S:
            self._written = now
            self._note(event)
        else:
            self._record.note(event, now)

    def say(self, text: str) -> None:
        """What is in no event goes unheard."""

    async def agrees(self) -> bool:
        """Whether our person, who has seen what is counted, agrees; they are asked by the command in the foreground."""
        import asyncio  # as pypeer.cli.loop, which has loaded it by now

        said: bytes = await asyncio.to_thread(sys.stdin.buffer.readline)
        return said == AGREED

    def _note(self, event: Event) -> None:
        """A disk that is full must not end what is served."""
        self._record.note(event, time.time())
        with contextlib.suppress(OSError):
            self._keeper.write(self._record)
