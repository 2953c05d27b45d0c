"""`pypeer inbox`: takes what contacts send."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

import pypeer
from pypeer.background.record import Kind
from pypeer.cli import options
from pypeer.cli.asking import Asking
from pypeer.cli.background import daemonic, launch, shown
from pypeer.cli.contact_words import called
from pypeer.cli.contacts import acquaintances
from pypeer.cli.options import common, connect_options, ways
from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.cli.words import printable
from pypeer.contacts.policy import Accept, Answer
from pypeer.delegates.store import KeptStore, default_path
from pypeer.events import Called, Failed

if TYPE_CHECKING:
    from pypeer.contacts.reception import Ask

KEYS: Final = {
    "y": Answer.ACCEPT,
    "yes": Answer.ACCEPT,
    "n": Answer.DECLINE,
    "no": Answer.DECLINE,
    "a": Answer.ALWAYS,
    "always": Answer.ALWAYS,
    "b": Answer.BLOCK,
    "block": Answer.BLOCK,
}
"""What a person types. An empty line declines: a slip must not let anything in."""

HINT: Final = "y/N, a: always, b: block"
AGAIN: Final = "Please answer y or n; a takes everything from now on, b blocks who calls."

ACCEPT: Final = "From whom: those allowed (`always`), all contacts, asking you (`ask`), all contacts (`contacts`)."


@click.command()
@click.argument("into", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--accept",
    type=click.Choice([each.value for each in Accept]),
    default=Accept.ASK.value,
    show_default=True,
    help=ACCEPT,
)
@click.option(
    "--serve-for",
    metavar="NAME",
    multiple=True,
    help="This contact, you at another machine, may hand over what it offers, to be served from here. Repeatable.",
)
@click.option("--sort", is_flag=True, help="Put what each contact sends into a folder of its own in DIR.")
@options.limit
@options.background
@daemonic
@ways
@common
def inbox(
    into: Path,
    accept: str,
    serve_for: tuple[str, ...],
    sort: bool,
    limit: float | None,
    background: bool,
    daemon: bool,
    record: str | None,
    server: str,
    name: str,
    as_json: bool,
    **how: Any,
) -> None:
    """Receive into DIR what your contacts send, until stopped.

    Whoever you have met by a code is made a contact by `pypeer contacts add NAME`. Only contacts can call, and only
    they can tell that you are here. You are asked about each call, unless `pypeer contacts allow NAME` or --accept says
    otherwise; where there is no terminal, or with --daemon, what would be asked about is declined.

    With --serve-for somebody, above all yourself in a browser, can close the page and have what it shares served from
    here, in their name, until the time is over that they say, or they take it back; `pypeer serving` lists it.

    With --json, answer each "called" event that has "ask" by a line on standard input: {"session": "...", "answer":
    "accept"}, or "decline", "always", "block".
    """
    connect = connect_options(**how)
    if daemon:
        sys.exit(launch(Show(as_json)))
    show = shown(as_json, record, Kind.INBOX, [into], server)

    async def work() -> int:
        with acquaintances(show, wanted=True) as store, KeptStore(default_path()) as kept:
            async with pypeer.Peer(server, name=name, connect=connect, contacts=store) as peer:
                served: dict[str, Any] = {"serve_for": serve_for, "kept": kept}
                how_much: dict[str, Any] = {"accept": accept, "sort": sort, "limit": limit, "background": background}
                async with await peer.inbox(into, ask=_asking(show), **how_much, **served) as box:
                    status = 0
                    async for event in box:
                        show.event(event)
                        status = 1 if isinstance(event, Failed) and not event.session else status
        return status

    run(show, work)


def _asking(show: Show) -> "Ask | None":
    """How calls are answered: by a person at the terminal, one after the other, by a script, or by nobody."""
    from pypeer.cli.answers import Replies, Turns  # with the event loop, of which help has no need

    if show.json:
        return Replies().ask
    if not show.interactive:
        return None
    turns = Turns(show)

    async def ask(call: Called) -> Answer | None:
        asking = Asking[Answer | None](KEYS, Answer.DECLINE, None, HINT, AGAIN)
        return await turns.put(asking, called(call), f"Take it from {printable(call.name)}, {call.short}?")

    return ask
