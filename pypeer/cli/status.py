"""`pypeer status` and `pypeer stop`: what runs in the background."""

import os
import signal
import sys
import time

import click
import msgspec

from pypeer.background import shelf
from pypeer.background.record import Record
from pypeer.cli import status_words
from pypeer.cli.words import printable


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One command a line on standard output.")
def status(as_json: bool) -> None:
    """Show what runs in the background (--daemon of send, inbox and share)."""
    records = _served()
    for record in records:
        click.echo(msgspec.json.encode(record).decode() if as_json else status_words.status(record, time.time()))
    if not records and not as_json:
        click.echo("Nothing runs in the background.", err=True)


@click.command()
@click.argument("names", nargs=-1, metavar="[CODE|DIR|NAME]...")
@click.option("--all", "every", is_flag=True, help="End everything that runs in the background.")
def stop(names: tuple[str, ...], every: bool) -> None:
    """End what runs in the background: what is sent by its CODE, an inbox by its DIR, a library by its DIR or NAME.

    Where that is not clear, the number of the process, which `pypeer status --json` tells, is.
    """
    if bool(names) == every:
        raise click.UsageError("name what is to end by code, folder or name, or say --all")
    records = _served()
    for record in records if every else [_one(records, name) for name in names]:
        os.kill(record.pid, signal.SIGTERM)


def _one(records: list[Record], name: str) -> Record:
    found = [record for record in records if record.is_called(name, os.path.realpath(name))]
    if len(found) == 1:
        return found[0]
    if not found:
        click.echo(f"pypeer: nothing that is called {printable(name)} runs in the background", err=True)
        sys.exit(1)
    click.echo(f"pypeer: {printable(name)} may be several; say the number of the process:", err=True)
    for record in found:
        click.echo(f"{record.pid}  {status_words.status(record, time.time())}", err=True)
    sys.exit(2)


def _served() -> list[Record]:
    return [] if sys.platform == "win32" else list(shelf.served(shelf.default_folder()))
