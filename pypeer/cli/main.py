"""The commands and their options."""

import asyncio
import sys
from pathlib import Path
from typing import Any, Final

import click

from pypeer import __version__
from pypeer.api import Existing, Fetch, Peer
from pypeer.cli import options
from pypeer.cli.background import Recorder, launch, recording, status, stop
from pypeer.cli.doctor import doctor
from pypeer.cli.find import browse, peers, search
from pypeer.cli.options import Duration, common, connect_options, ways
from pypeer.cli.piping import read_input, spooled
from pypeer.cli.qr import terminal_qr
from pypeer.cli.run import run
from pypeer.cli.share import share
from pypeer.cli.show import Show
from pypeer.cli.words import contents
from pypeer.events import Done, Failed, Offered, Ready
from pypeer.finding.targets import parse as parse_target
from pypeer.protocol import limits
from pypeer.secure import code
from pypeer.sharing import Offer

EXISTING: Final = {
    Existing.RENAME: "What is there already stays, the new one is called `name (1)` (default).",
    Existing.SKIP: "Files that are there already stay as they are and are not fetched.",
    Existing.OVERWRITE: "Replace files that are there, once the new ones are whole; the same ones stay.",
}


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pypeer")
def main() -> None:
    """Send files directly to another person's browser or pypeer, get what others send, and find what they publish."""


for each in (share, search, peers, browse, doctor, status, stop):
    main.add_command(each)


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--text", metavar="TEXT", help="Send a text instead of files; - reads it from standard input.")
@click.option("--times", type=click.IntRange(1), metavar="N", help="End after N receivers have everything.")
@click.option("--once", "times", flag_value=1, type=int, help="The same as --times 1.")
@click.option("--expires", type=Duration(), metavar="TIME", help="How long the code lives: 90s, 10m, 2h, 1d.")
@click.option("--words", type=click.IntRange(2, 8), default=limits.WORDS, show_default=True, help="Words of the code.")
@click.option("--qr", is_flag=True, help="Show the link as a QR code.")
@options.limit
@options.background
@options.links
@click.option("--growing", is_flag=True, help="Files that grow meanwhile are sent as long as they are now.")
@click.option("--swarm", is_flag=True, help="Several receivers also serve each other, so less is sent from here.")
@click.option("--daemon", is_flag=True, help="Serve in the background, also after you log out.")
@click.option("--record", hidden=True)
@ways
@common
def send(
    paths: tuple[Path, ...],
    text: str | None,
    times: int | None,
    expires: float | None,
    words: int,
    qr: bool,
    limit: float | None,
    background: bool,
    links: str,
    growing: bool,
    swarm: bool,
    daemon: bool,
    record: str | None,
    server: str,
    name: str,
    as_json: bool,
    **how: Any,
) -> None:
    """Offer files, folders or a text, and serve them until stopped; - is what standard input holds.

    Prints a code and a link: tell the code, or send the link, to whoever shall have it.
    """
    if bool(paths) == (text is not None):
        raise click.UsageError("name files or folders to send, or give --text, but not both")
    connect = connect_options(**how)
    if daemon:
        if Path("-") in paths or text == "-":
            raise click.UsageError("standard input cannot be served in the background; save it in a file first")
        sys.exit(launch(sys.argv[1:], as_json))
    show = Show(as_json)
    content = read_input(show) if text == "-" else text

    async def work() -> int:
        async with Peer(server, name=name, connect=connect) as peer:
            life: dict[str, Any] = {"times": times, "expires": expires, "words": words}
            how_fast: dict[str, Any] = {"limit": limit, "background": background, "swarm": swarm}
            offer = await peer.send(named, text=content, links=links, growing=growing, **how_fast, **life)
            return await _serve(offer, show, qr, recorder)

    with spooled(paths, show) as named, recording(record, [str(path) for path in paths]) as recorder:
        run(show, work)


async def _serve(offer: Offer, show: Show, qr: bool, recorder: Recorder | None) -> int:
    async for event in offer:
        show.event(event)
        if recorder is not None:
            recorder.event(event)
        if isinstance(event, Ready) and not show.json:
            click.echo(f"Code: {event.code}\nLink: {event.link}")
            if qr:
                click.echo(terminal_qr(event.link))
            show.say(f"Waiting for a receiver: pypeer get {event.code}   (Ctrl-C ends it)")
    return 0 if offer.delivered else 1


@main.command()
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
@click.option("--first", multiple=True, metavar="PATTERN", help="Fetch what matches before all else; may be repeated.")
@options.limit
@options.background
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
    first: tuple[str, ...],
    limit: float | None,
    background: bool,
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
        return await asyncio.to_thread(show.ask, f"Get {contents(offered)}?")

    async def work() -> int:
        for each in (what, *also) if parse_target(what) is None else ():
            code.parse(each)
        async with Peer(server, name=name, connect=connect) as peer:
            how_much: dict[str, Any] = {"only": only, "existing": existing, "also": also, "swarm": not no_swarm}
            how_fast: dict[str, Any] = {"first": first, "limit": limit, "background": background}
            return await _fetch(peer.get(what, into, decide, why=why, **how_much, **how_fast), show)

    run(show, work)


async def _fetch(fetching: Fetch, show: Show) -> int:
    lost = 0
    async with fetching as fetch:
        async for event in fetch:
            if not isinstance(event, Failed):
                show.event(event)
            if isinstance(event, Done):
                lost = event.failed
        await fetch.wait()
    return 1 if lost else 0
