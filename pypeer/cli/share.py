"""`pypeer share`: folders become a library in the directory."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

import pypeer
from pypeer.background.record import Kind
from pypeer.cli import options
from pypeer.cli.asking import Question
from pypeer.cli.background import PUBLISH, Recorder, announce, daemonic, launch, shown
from pypeer.cli.contacts import acquaintances
from pypeer.cli.options import basic, connect_options, ways
from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.cli.words import wished
from pypeer.events import Counted, Failed, Wished
from pypeer.library.lengths import DESCRIPTION_CHARS, NAME_CHARS

if TYPE_CHECKING:
    from pypeer.library.host import Consent

EVERYONE: Final = "everyone"
"""The default of --to."""

CONTACTS: Final = "contacts"
"""Of --to: those of the moment."""


@click.command()
@click.argument(
    "folders", nargs=-1, required=True, metavar="DIR...", type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--name", required=True, metavar="NAME", help="What the library is called.")
@click.option("--description", default="", metavar="TEXT", help="What others read about it.")
@click.option("--to", default=EVERYONE, show_default=True, metavar="WHOM", help="everyone, contacts, or space:NAME.")
@click.option("--ask", is_flag=True, help="Be asked about each request, instead of serving everybody.")
@click.option("--ignore", multiple=True, metavar="PATTERN", help="Leave out what matches too; may be repeated.")
@click.option("-y", "--yes", is_flag=True, help="Publish without asking.")
@options.limit
@options.background
@options.links
@daemonic
@ways
@basic
def share(
    folders: tuple[Path, ...],
    name: str,
    description: str,
    to: str,
    ask: bool,
    ignore: tuple[str, ...],
    yes: bool,
    limit: float | None,
    background: bool,
    links: str,
    daemon: bool,
    record: str | None,
    server: str,
    as_json: bool,
    **how: Any,
) -> None:
    """Publish folders in the server's directory, for everybody there, and serve them until stopped.

    With --to contacts only your contacts (`pypeer contacts`) find and read it, and are served; whom you block or remove
    does not any more, and whom you add does, at once.

    With --to space:NAME only the members of that sealed space (`pypeer spaces`) find and read it, and are served.

    Hidden files, keys and passwords, and temporary files stay out, and so does what --ignore names, with patterns as
    in .gitignore; --ignore '!*.pem' takes such files in. Before anything is published you see how much it is.

    With --daemon it goes on in the background, once you have seen and agreed to what is published.

    With --ask and --json, answer each "asked" event by a line on standard input: {"session": "...", "accept": true}.
    """
    _check(name, description)
    whom: dict[str, Any] = {"space": _space(to), "to_contacts": to == CONTACTS}
    connect = connect_options(**how)
    if daemon:
        if ask:
            raise click.UsageError("with --daemon nobody is there to be asked: no --ask with it")
        sys.exit(launch(Show(as_json), yes))
    show = shown(as_json, record, Kind.SHARE, folders, server, f"{server} {to}")

    async def confirm(what: Counted) -> bool:
        announce(show, what)
        if isinstance(show, Recorder):
            return await show.agrees()
        return yes or not show.interactive or await show.put_soon(Question(), PUBLISH)

    async def work() -> int:
        terms: dict[str, Any] = {"ignore": ignore, "links": links, "limit": limit, "background": background}
        consent = _consent(show) if ask else None
        with acquaintances(show, wanted=to == CONTACTS) as store:
            return await publish(pypeer.Peer(server, name=name, connect=connect, contacts=store), consent, **terms)

    async def publish(me: "pypeer.Peer", consent: "Consent | None", **terms: Any) -> int:
        async with me as peer:
            library = await peer.share(
                folders, name=name, description=description, confirm=confirm, consent=consent, **whom, **terms
            )
            status = 1
            async for event in library:
                show.event(event)
                status = 0 if not isinstance(event, Failed) or event.session else 1
            return status

    run(show, work)


def _check(name: str, description: str) -> None:
    """Raises click.UsageError."""
    if not name.strip() or len(name) > NAME_CHARS:
        raise click.UsageError(f"the name of a library has 1 to {NAME_CHARS} characters")
    if len(description) > DESCRIPTION_CHARS:
        raise click.UsageError(f"a description has at most {DESCRIPTION_CHARS} characters")


def _space(to: str) -> str | None:
    """The name of the space, None where there is none; raises click.UsageError."""
    if to in (EVERYONE, CONTACTS):
        return None
    kind, colon, name = to.partition(":")
    if kind != "space" or not colon or not name.strip():
        raise click.UsageError(f"--to is {EVERYONE}, {CONTACTS}, or space: and the name of a space, and not {to!r}")
    return name


def _consent(show: Show) -> "Consent":
    """How requests are answered: by a person at the terminal, one after the other, or by a script."""
    from pypeer.cli.answers import Answers, Turns  # with the event loop, of which help has no need

    if show.json:
        return Answers().ask
    if not show.interactive:
        raise click.UsageError("--ask needs a terminal, or --json and answers on standard input")
    turns = Turns(show)

    async def ask(event: Wished) -> bool:
        return await turns.put(Question(default=False), wished(event), f"Let {event.short} have it?")

    return ask
