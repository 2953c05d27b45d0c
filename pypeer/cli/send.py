"""`pypeer send`: files, folders or a text are offered under a code."""

import sys
from pathlib import Path
from typing import Any

import click

import pypeer
from pypeer.background.record import Kind
from pypeer.cli import options
from pypeer.cli.background import daemonic, launch, shown
from pypeer.cli.contacts import acquaintances, deliver, remember
from pypeer.cli.options import Duration, common, connect_options, ways
from pypeer.cli.piping import read_input, spooled
from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.events import Ready
from pypeer.protocol import limits


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--to",
    multiple=True,
    metavar="NAME",
    help="Send to a contact, who is asked, instead of waiting under a code; may be repeated.",
)
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
@daemonic
@remember
@ways
@common
def send(
    paths: tuple[Path, ...],
    to: tuple[str, ...],
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
    remember: str | None,
    server: str,
    name: str,
    as_json: bool,
    **how: Any,
) -> None:
    """Offer files, folders or a text, and serve them until stopped; - is what standard input holds.

    Prints a code and a link: tell the code, or send the link, to whoever shall have it. With --to it goes to a contact
    (`pypeer contacts`), and ends when they have it. Several --to send it to each of them at once: the exit status is 0
    if all have it, else 1 if it failed for one, 3 if one declined, 4 if one was not there, whichever comes first.
    """
    if bool(paths) == (text is not None):
        raise click.UsageError("name files or folders to send, or give --text, but not both")
    if to and (times or expires or qr or swarm or daemon or remember is not None):
        raise click.UsageError("--to has no code: no --times, --expires, --qr, --swarm, --daemon, --remember with it")
    connect = connect_options(**how)
    if daemon:
        if Path("-") in paths or text == "-":
            raise click.UsageError("standard input cannot be served in the background; save it in a file first")
        sys.exit(launch(Show(as_json)))
    show = shown(as_json, record, Kind.SEND, paths, server)
    content = read_input(show) if text == "-" else text

    async def work() -> int:
        with acquaintances(show, wanted=bool(to) or remember is not None) as store:
            return await offer_to(pypeer.Peer(server, name=name, connect=connect, contacts=store, as_contact=remember))

    async def offer_to(me: "pypeer.Peer") -> int:
        async with me as peer:
            what: dict[str, Any] = {"text": content, "links": links, "growing": growing}
            if to:
                return await deliver(peer, show, named, to=to, limit=limit, background=background, **what)
            life: dict[str, Any] = {"times": times, "expires": expires, "words": words}
            how_fast: dict[str, Any] = {"limit": limit, "background": background, "swarm": swarm}
            offer = await peer.send(named, **what, **how_fast, **life)
            return await _serve(offer, show, qr)

    with spooled(paths, show) as named:
        run(show, work)


async def _serve(offer: "pypeer.Offer", show: Show, qr: bool) -> int:
    async for event in offer:
        show.event(event)
        if isinstance(event, Ready) and not show.json:
            click.echo(f"Code: {event.code}\nLink: {event.link}")
            if qr:
                from pypeer.cli.qr import terminal_qr

                click.echo(terminal_qr(event.link))
            show.say(f"Waiting for a receiver: pypeer get {event.code}   (Ctrl-C ends it)")
    return 0 if offer.delivered else 1
