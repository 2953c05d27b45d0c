"""`pypeer send --daemon`, `pypeer status` and `pypeer stop`."""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import click
import msgspec

from pypeer.background import shelf
from pypeer.background.record import Receiver, Record
from pypeer.cli.words import count, duration, printable, size
from pypeer.events import Event, Failed, Progress, Ready, to_json

POLL_S: Final = 0.1
"""How often the command looks whether the offer is there: soon enough for a person."""

WRITE_S: Final = 1.0
"""Progress is written down at most so often; everything else at once."""

FOREGROUND: Final = frozenset(("--daemon", "--json"))
"""Options of the command that the process in the background does without."""


def launch(arguments: Sequence[str], as_json: bool) -> int:
    """Serve in a process of its own, that outlives this one and its terminal; returns once the code is there."""
    if sys.platform == "win32":
        raise click.UsageError("--daemon is for Linux and macOS; on Windows let the Task Scheduler start `pypeer send`")
    folder, name = shelf.default_folder(), secrets.token_hex(4)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = [argument for argument in arguments if argument not in FOREGROUND]
    with open(os.open(folder / f"{name}.log", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "pypeer", *kept, "--record", name],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        record = _await(child, folder, name)
        if record is None:
            (folder / f"{name}.log").unlink(missing_ok=True)
            log.seek(0)
            _say_failure(log.read().decode(errors="replace").strip(), as_json)
            return child.returncode
    _say(record, as_json)
    return 0


def _await(child: subprocess.Popen[bytes], folder: Path, name: str) -> Record | None:
    """What is served, once there is a code; None if the process has ended."""
    while (record := shelf.read(folder, name)) is None or not record.code:
        if child.poll() is not None:
            return None
        time.sleep(POLL_S)
    return record


def _say(record: Record, as_json: bool) -> None:
    if as_json:
        click.echo(to_json(Ready(code=record.code, link=record.link, expires=record.expires - time.time())))
    else:
        click.echo(f"Code: {record.code}\nLink: {record.link}")
        click.echo(f"Served in the background. pypeer status shows it, pypeer stop {record.code} ends it.", err=True)


def _say_failure(text: str, as_json: bool) -> None:
    if as_json:
        click.echo(to_json(Failed(code="internal", message=text)))
    else:
        click.echo(text, err=True)


class Recorder:
    """Writes down what happens to an offer."""

    def __init__(self, name: str, paths: Sequence[str]) -> None:
        self._keeper = shelf.Keeper(shelf.default_folder(), name)
        self._record = Record(os.getpid(), tuple(paths), time.time())
        self._written = 0.0

    def event(self, event: Event) -> None:
        """Take notice; a disk that is full must not end the offer."""
        now = time.time()
        self._record.note(event, now)
        if not isinstance(event, Progress) or now - self._written >= WRITE_S:
            self._written = now
            with contextlib.suppress(OSError):
                self._keeper.write(self._record)

    def close(self) -> None:
        """The offer is over."""
        self._keeper.close()


@contextlib.contextmanager
def recording(name: str | None, paths: Sequence[str]) -> Iterator[Recorder | None]:
    """A recorder while the block lasts, if this is a process in the background."""
    if name is None:
        yield None
        return
    recorder = Recorder(name, paths)
    try:
        yield recorder
    finally:
        recorder.close()


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One offer a line on standard output.")
def status(as_json: bool) -> None:
    """Show what is served in the background (send --daemon)."""
    records = _served()
    for record in records:
        click.echo(msgspec.json.encode(record).decode() if as_json else _lines(record, time.time()))
    if not records and not as_json:
        click.echo("Nothing is served in the background.", err=True)


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--all", "every", is_flag=True, help="End everything that is served in the background.")
def stop(codes: tuple[str, ...], every: bool) -> None:
    """End what is served in the background under these codes."""
    if bool(codes) == every:
        raise click.UsageError("name the codes to end, or say --all")
    records = {record.code: record for record in _served()}
    for code in records if every else codes:
        if code not in records:
            click.echo(f"pypeer: nothing is served in the background under {printable(code)}", err=True)
            sys.exit(1)
        os.kill(records[code].pid, signal.SIGTERM)


def _served() -> list[Record]:
    return [] if sys.platform == "win32" else list(shelf.served(shelf.default_folder()))


def _lines(record: Record, now: float) -> str:
    """An offer, and a line for each who is receiving it."""
    what = ", ".join(printable(Path(path).name or path) for path in record.paths) or "a text"
    left = f"expires in {duration(max(0.0, record.expires - now))}" if not record.closed else f"code {record.closed}"
    lines = [f"{record.code}  {what}  ({count(record.delivered, 'receiver has', 'receivers have')} all, {left})"]
    return "\n".join(lines + [_line(each) for each in record.receivers.values() if not each.ended])


def _line(receiver: Receiver) -> str:
    rate = f", {size(receiver.rate)}/s" if receiver.rate is not None else ""
    way = f" ({receiver.way})" if receiver.way else ""
    return f"    {receiver.short}{way}: {size(receiver.bytes)} of {size(receiver.total)}{rate}"
