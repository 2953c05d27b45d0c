"""What a person, or a script, sees of the events of a command."""

import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Final, TypeVar

import click

from pypeer import events
from pypeer.cli import contact_words
from pypeer.cli.asking import Asking, Question
from pypeer.cli.saying import Said
from pypeer.cli.words import describe, printable, progress, readable
from pypeer.errors import PeerError
from pypeer.events import Event, to_json

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress, TaskID

T = TypeVar("T")

REFRESH_HZ: Final = 5
"""Redraws a second: smooth, and next to nothing beside the transfer."""

SHOWN_S: Final = 2.0
"""How long a question waits for what it is about to be shown: the two come from different tasks."""


class Show:
    """Shows events: as lines of JSON on standard output, or as prose and bars on standard error."""

    def __init__(self, json: bool = False) -> None:
        self.json = json
        self._console = None if json else _console()
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._names: dict[str, str] = {}
        self._said = Said()
        self._question = Question()
        self._offered = threading.Event()

    def __enter__(self) -> "Show":
        if self._console is not None:
            from rich.progress import BarColumn, Progress, TextColumn

            self._bars = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                TextColumn("{task.fields[state]}", markup=False),
                console=self._console,
                refresh_per_second=REFRESH_HZ,
            )
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    @property
    def interactive(self) -> bool:
        """Whether there is a person to ask."""
        return sys.stdin.isatty() and self._console is not None

    def event(self, event: Event) -> None:
        """Show an event."""
        if self.json:
            click.echo(to_json(event))
            return
        if isinstance(event, events.Joined):
            self._names[event.session] = event.short
        if isinstance(event, events.Progress):
            self._progress(event)
        elif (text := describe(event) or contact_words.describe(event)) is not None and self._said.is_news(event, text):
            self.say(text)
        if isinstance(event, events.Text):
            click.echo(readable(event.text) if sys.stdout.isatty() else event.text)
        if isinstance(event, events.Offered):
            self._offered.set()
        if isinstance(event, events.Done | events.Failed):
            self._forget(event.session)

    def say(self, text: str) -> None:
        """Prose for a person."""
        if self._console is not None:
            self._console.print(text, markup=False)
        elif not self.json:
            click.echo(text, err=True)

    def error(self, error: PeerError) -> None:
        """The end of a command by an error; a script has had the event, or gets it now."""
        if self.json:
            self.event(events.Failed(code=error.code, message=str(error), retry=error.retry))
            return
        text = f"pypeer: {printable(str(error))}"
        if self._console is not None:
            self._console.print(text, markup=False, style="red")
        else:
            click.echo(text, err=True)

    async def ask(self, question: str) -> bool:
        """Ask a person about what was offered."""
        import asyncio  # as pypeer.cli.loop, which has loaded it by now

        return await asyncio.to_thread(self._ask, question)

    def put(self, asking: Asking[T], question: str) -> T:
        """Put a question to a person, without the bars in the way; for a thread of its own."""
        if self._bars is not None:
            self._bars.stop()
        try:
            return asking.ask(question)
        finally:
            if self._bars is not None and not self._question.given_up:
                self._bars.start()

    async def put_soon(self, asking: Asking[T], question: str) -> T:
        """The same in a thread; when nobody needs the answer any more, that is over before the next question is put."""
        import asyncio

        answering = asyncio.ensure_future(asyncio.to_thread(self.put, asking, question))
        try:
            return await asyncio.shield(answering)
        except asyncio.CancelledError:
            asking.give_up()
            await asyncio.wait((answering,))
            raise

    def give_up(self) -> None:
        """The command ends: no answer is needed any more."""
        self._question.give_up()
        self._offered.set()

    def _ask(self, question: str) -> bool:
        self._offered.wait(SHOWN_S)
        self._offered.clear()
        return self.put(self._question, question)

    def _progress(self, event: events.Progress) -> None:
        if self._bars is None:
            return
        task = self._tasks.get(event.session)
        if task is None:
            name = self._names.get(event.session, "")
            task = self._tasks[event.session] = self._bars.add_task(name, total=event.total, state="")
        self._bars.update(task, completed=event.bytes, total=event.total, state=progress(event))

    def _forget(self, session: str) -> None:
        task = self._tasks.pop(session, None)
        if task is not None and self._bars is not None:
            self._bars.remove_task(task)


def _console() -> "Console | None":
    """The terminal, if errors go to one; the library that draws on it is not loaded where there is none."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)
