"""The commands and their options."""

import asyncio
import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from pypeer import __version__
from pypeer.api import Existing, Fetch, Peer, default_server
from pypeer.cli.doctor import doctor
from pypeer.cli.piping import read_input, spooled
from pypeer.cli.qr import terminal_qr
from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.cli.words import contents
from pypeer.connect.addresses import interface_names
from pypeer.connect.options import ConnectOptions, OptionError, Relaying, parse_ports
from pypeer.events import Done, Failed, Offered, Ready
from pypeer.protocol import limits
from pypeer.secure import code
from pypeer.sharing import Offer
from signaling.protocol.limits import TTL_MAX_S, TTL_MIN_S

SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}

EXISTING: Final = {
    Existing.RENAME: "What is there already stays, the new one is called `name (1)` (default).",
    Existing.SKIP: "Files that are there already stay as they are and are not fetched.",
    Existing.OVERWRITE: "Replace files that are there, once the new ones are whole; the same ones stay.",
}

_Command = TypeVar("_Command", bound=Callable[..., Any])


class Duration(click.ParamType[float]):
    """A time like 90, 30s, 10m, 2h, 1d or 1w, in seconds."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read it, within what codes may live."""
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d{1,7})([smhdw]?)", str(value).strip().lower())
        if match is None:
            self.fail(f"{value!r} is no time: use a number and s, m, h, d or w, like 10m", param, ctx)
        seconds = float(int(match[1]) * SECONDS[match[2]])
        if not TTL_MIN_S <= seconds <= TTL_MAX_S:
            self.fail(f"{value!r} is out of range: a code lives 30 seconds to 7 days", param, ctx)
        return seconds


class Ports(click.ParamType[tuple[int, int]]):
    """A range of ports like 40000-40100."""

    name = "ports"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Read it."""
        try:
            return value if isinstance(value, tuple) else parse_ports(str(value))
        except OptionError as error:
            self.fail(str(error), param, ctx)


def _log_more(_ctx: click.Context, _param: click.Parameter, verbose: bool) -> None:
    if verbose:
        logging.basicConfig(stream=sys.stderr, format="%(relativeCreated)7d ms %(name)s: %(message)s")
        logging.getLogger("byway").setLevel(logging.DEBUG)


def common(command: _Command) -> _Command:
    """Options of every command."""
    command = click.option(
        "-v",
        "--verbose",
        is_flag=True,
        expose_value=False,
        callback=_log_more,
        help="Tell on standard error what it does.",
    )(command)
    command = click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")(command)
    command = click.option("--name", default="", metavar="NAME", help="Shown beside your short name.")(command)
    return click.option("--server", metavar="URL", default=default_server, help="BYWAY_SERVER, or this machine.")(
        command
    )


def ways(command: _Command) -> _Command:
    """Options about how to connect."""
    options = (
        click.option("--relay-only", is_flag=True, help="Hide your address from the other side: relays only."),
        click.option("--no-relay", is_flag=True, help="Rather fail than go through a relay."),
        click.option("--no-predict", is_flag=True, help="Never guess ports of a NAT that changes them."),
        click.option("--interface", multiple=True, metavar="NAME", help="Network interface to use; may be repeated."),
        click.option("--ports", type=Ports(), metavar="LOW-HIGH", help="Local UDP ports to use, like 40000-40100."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def connect_options(
    relay_only: bool, no_relay: bool, no_predict: bool, interface: tuple[str, ...], ports: tuple[int, int] | None
) -> ConnectOptions:
    """What the options about connecting come to; raises click.UsageError."""
    if relay_only and no_relay:
        raise click.UsageError("--relay-only and --no-relay leave no way to connect")
    unknown = set(interface) - set(interface_names())
    if unknown:
        raise click.UsageError(f"no interface {', '.join(sorted(unknown))}; there are {', '.join(interface_names())}")
    relaying = Relaying.ONLY if relay_only else Relaying.NEVER if no_relay else Relaying.ALLOWED
    return ConnectOptions(relaying, interface, ports, predict=not no_predict)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pypeer")
def main() -> None:
    """Send files directly to another person's browser or pypeer, and get what others send."""


main.add_command(doctor)


@main.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--text", metavar="TEXT", help="Send a text instead of files; - reads it from standard input.")
@click.option("--times", type=click.IntRange(1), metavar="N", help="End after N receivers have everything.")
@click.option("--once", "times", flag_value=1, type=int, help="The same as --times 1.")
@click.option("--expires", type=Duration(), metavar="TIME", help="How long the code lives: 90s, 10m, 2h, 1d.")
@click.option("--words", type=click.IntRange(2, 8), default=limits.WORDS, show_default=True, help="Words of the code.")
@click.option("--qr", is_flag=True, help="Show the link as a QR code.")
@ways
@common
def send(
    paths: tuple[Path, ...],
    text: str | None,
    times: int | None,
    expires: float | None,
    words: int,
    qr: bool,
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
    show = Show(as_json)
    connect = connect_options(**how)
    content = read_input(show) if text == "-" else text

    async def work() -> int:
        async with Peer(server, name=name, connect=connect) as peer:
            offer = await peer.send(named, text=content, times=times, expires=expires, words=words)
            return await _serve(offer, show, qr)

    with spooled(paths, show) as named:
        run(show, work)


async def _serve(offer: Offer, show: Show, qr: bool) -> int:
    async for event in offer:
        show.event(event)
        if isinstance(event, Ready) and not show.json:
            click.echo(f"Code: {event.code}\nLink: {event.link}")
            if qr:
                click.echo(terminal_qr(event.link))
            show.say(f"Waiting for a receiver: pypeer get {event.code}   (Ctrl-C ends it)")
    return 0 if offer.delivered else 1


@main.command()
@click.argument("what", metavar="CODE|LINK")
@click.argument("only", nargs=-1, metavar="[PATTERN]...")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False, allow_dash=True),
    default=Path(),
    metavar="DIR",
    help="Where to put it; - writes one file to standard output.",
)
@click.option("-y", "--yes", is_flag=True, help="Accept without asking.")
@click.option("--rename", "existing", flag_value=Existing.RENAME.value, default=True, help=EXISTING[Existing.RENAME])
@click.option("--skip", "existing", flag_value=Existing.SKIP.value, help=EXISTING[Existing.SKIP])
@click.option("--overwrite", "existing", flag_value=Existing.OVERWRITE.value, help=EXISTING[Existing.OVERWRITE])
@ways
@common
def get(
    what: str,
    only: tuple[str, ...],
    output: Path,
    yes: bool,
    existing: str,
    server: str,
    name: str,
    as_json: bool,
    **how: Any,
) -> None:
    """Fetch what a code or a link names into a folder; run again, it resumes.

    With patterns, as in .gitignore, only what matches: '*.jpg' anywhere, photos/ and all in it, '!*.raw' not those.
    """
    if as_json and str(output) == "-":
        raise click.UsageError("standard output is for the file or for --json, not for both")
    show = Show(as_json)
    connect = connect_options(**how)
    into = sys.stdout.buffer if str(output) == "-" else output
    if code.is_link(what):
        server = code.server_of(what)

    async def decide(offered: Offered) -> bool:
        if yes or not show.interactive:
            return True
        return await asyncio.to_thread(show.ask, f"Get {contents(offered)}?")

    async def work() -> int:
        code.parse(what)
        async with Peer(server, name=name, connect=connect) as peer:
            return await _fetch(peer.get(what, into, decide, only=only, existing=existing), show)

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
