"""`pypeer serving`: what `pypeer inbox` serves for contacts that have handed it over, and the end of that."""

from collections.abc import Callable

import click

from pypeer.cli import contact_words
from pypeer.cli.run import run_with
from pypeer.cli.show import Show
from pypeer.delegates.record import Record
from pypeer.delegates.store import KeptStore, default_path
from pypeer.delegates.telling import told
from pypeer.errors import AbsentError, AmbiguousError
from pypeer.events import to_json


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One a line on standard output.")
@click.pass_context
def serving(context: click.Context, as_json: bool) -> None:
    """List what contacts have handed over, to be served from here while `pypeer inbox --serve-for` runs."""
    context.obj = as_json
    if context.invoked_subcommand is None:
        _use(as_json, _list)


@serving.command()
@click.argument("which", metavar="ID")
@click.pass_obj
def stop(as_json: bool, which: str) -> None:
    """Serve it no more, and delete the copy: ID, or the beginning of one, is what `pypeer serving` shows first."""

    def work(store: KeptStore, show: Show) -> None:
        record = _one(store.all(), which)
        store.remove(record.id)
        show.say(f"“{record.title}” is not served any more; the inbox that runs ends it, and deletes the copy.")

    _use(as_json, work)


def _list(store: KeptStore, show: Show) -> None:
    records = store.all()
    for each in records:
        event = told(each, each.files, each.bytes)
        click.echo(to_json(event) if show.json else contact_words.kept(event))
    if not records:
        show.say("Nobody has handed anything over: `pypeer inbox DIR --serve-for NAME` says who may.")


def _one(records: list[Record], which: str) -> Record:
    found = [each for each in records if which and each.id.startswith(which.lower())]
    if not found:
        raise AbsentError(f"nothing that is served begins with {which!r}: `pypeer serving` lists all")
    if len(found) > 1:
        raise AmbiguousError(f"{which!r} may be several: name more of its letters")
    return found[0]


def _use(as_json: bool, work: Callable[[KeptStore, Show], None]) -> None:
    run_with(as_json, lambda: KeptStore(default_path()), work)
