"""`pypeer get`: what a code, a link or a hit names is fetched into a folder."""

import sys
from pathlib import Path
from typing import Any, Final

import click

import pypeer
from pypeer.cli import options
from pypeer.cli.contacts import acquaintances, remember
from pypeer.cli.options import common, connect_options, ways
from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.cli.words import contents
from pypeer.events import Done, Failed, Offered
from pypeer.finding.targets import parse as parse_target
from pypeer.secure import code
from pypeer.transfer.choosing import Existing

EXISTING: Final = {
    Existing.RENAME: "What is there already stays, the new one is called `name (1)` (default).",
    Existing.SKIP: "Files that are there already stay as they are and are not fetched.",
    Existing.OVERWRITE: "Replace files that are there, once the new ones are whole; the same ones stay.",
}


@click.command()
@click.argument("what", metavar="CODE|LINK|HIT")
@click.argument("only", nargs=-1, metavar="[PATTERN]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False, allow_dash=True),
    default=Path(),
    metavar="DIR",
    help="Where to put it; - writes one file to standard output.",
)
@click.option("--also", multiple=True, metavar="CODE|LINK", help="Another sender of the same; may be repeated.")
@click.option("-y", "--yes", is_flag=True, help="Accept without asking.")
@click.option("--rename", "existing", flag_value=Existing.RENAME.value, default=True, help=EXISTING[Existing.RENAME])
@click.option("--skip", "existing", flag_value=Existing.SKIP.value, help=EXISTING[Existing.SKIP])
@click.option("--overwrite", "existing", flag_value=Existing.OVERWRITE.value, help=EXISTING[Existing.OVERWRITE])
@click.option("--no-swarm", is_flag=True, help="Never serve others what you fetch, though the sender asks for it.")
@click.option("--why", default="", metavar="TEXT", help="With HIT: said to owners who are asked about each request.")
@click.option(
    "--space", metavar="NAME", help="With HIT: it was found in this sealed space of yours, or of contacts; all: in any."
)
@click.option("--first", multiple=True, metavar="PATTERN", help="Fetch what matches before all else; may be repeated.")
@options.limit
@options.background
@remember
@ways
@common
def get(
    what: str,
    only: tuple[str, ...],
    output: Path,
    also: tuple[str, ...],
    yes: bool,
    existing: str,
    no_swarm: bool,
    why: str,
    space: str | None,
    first: tuple[str, ...],
    limit: float | None,
    background: bool,
    remember: str | None,
    server: str,
    name: str,
    as_json: bool,
    **how: Any,
) -> None:
    """Fetch what a code, a link or a hit names into a folder; run again, it resumes.

    With patterns, as in .gitignore, only what matches: '*.jpg' anywhere, photos/ and all in it, '!*.raw' not those.
    With --also it draws from all senders that offer the same at once, and goes on while one of them is left.

    HIT is what `pypeer search` and `pypeer browse` show: the handle of a file, which is fetched from all who have it,
    byway:PEERID/HANDLE to have it from that peer only, or byway:PEERID/ and the path of a folder. What comes is the
    file that was found, or nothing.
    """
    if as_json and str(output) == "-":
        raise click.UsageError("standard output is for the file or for --json, not for both")
    show = Show(as_json)
    connect = connect_options(**how)
    into = sys.stdout.buffer if str(output) == "-" else output
    if code.is_link(what):
        server = code.server_of(what)
    if any(code.is_link(each) and code.server_of(each) != server for each in also):
        raise click.UsageError("all senders have to be at the same server")

    async def decide(offered: Offered) -> bool:
        if yes or not show.interactive:
            return True
        return await show.ask(f"Get {contents(offered)}?")

    async def work() -> int:
        for each in (what, *also) if parse_target(what) is None else ():
            code.parse(each)
        with acquaintances(show, wanted=remember is not None) as store:
            return await fetch(pypeer.Peer(server, name=name, connect=connect, contacts=store, as_contact=remember))

    async def fetch(me: "pypeer.Peer") -> int:
        async with me as peer:
            how_much: dict[str, Any] = {"only": only, "existing": existing, "also": also, "swarm": not no_swarm}
            how_fast: dict[str, Any] = {"first": first, "limit": limit, "background": background}
            return await _fetch(peer.get(what, into, decide, why=why, space=space, **how_much, **how_fast), show)

    run(show, work)


async def _fetch(fetching: "pypeer.Fetch", show: Show) -> int:
    lost = 0
    async with fetching as fetch:
        async for event in fetch:
            if not isinstance(event, Failed):
                show.event(event)
            if isinstance(event, Done):
                lost = event.failed
        await fetch.wait()
    return 1 if lost else 0
