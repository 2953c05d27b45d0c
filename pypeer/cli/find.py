"""`pypeer search`, `pypeer peers` and `pypeer browse`: what there is in the directory of the server."""

import shlex
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import click

import pypeer
from pypeer.cli import found_words
from pypeer.cli.contacts import acquaintances
from pypeer.cli.options import common
from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.cli.words import lookalike
from pypeer.errors import AbsentError
from pypeer.events import Event, to_json
from pypeer.finding.found import Folder
from pypeer.finding.sizes import SizeError, SizeRange
from pypeer.finding.sizes import parse as parse_sizes
from pypeer.finding.sought import HITS_DEFAULT, HITS_MAX, Sought
from pypeer.finding.who import one_library
from pypeer.transfer.names import printable
from signaling.protocol.kinds import Kind
from signaling.protocol.limits import SEARCH_CHARS


class Sizes(click.ParamType[SizeRange]):
    """A range of sizes like >10M or 1M-1G."""

    name = "range"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> SizeRange:
        """Read it."""
        try:
            return value if isinstance(value, SizeRange) else parse_sizes(str(value))
        except SizeError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.argument("words", nargs=-1, required=True)
@click.option("--type", "kind", type=click.Choice([each.value for each in Kind]), help="Only files of this kind.")
@click.option("--size", type=Sizes(), metavar="RANGE", help="Only files of this size: '>10M', '<5K', 1M-1G.")
@click.option("--peer", metavar="WHO", help="Only what this peer or library has: an id, two words, or a name.")
@click.option(
    "--limit", type=click.IntRange(1, HITS_MAX), default=HITS_DEFAULT, show_default=True, metavar="N", help="Hits."
)
@click.option(
    "--space", metavar="NAME", help="Look into this sealed space of yours; contacts: of your contacts; all: into all."
)
@common
def search(
    words: tuple[str, ...],
    kind: str | None,
    size: SizeRange | None,
    peer: str | None,
    limit: int,
    space: str | None,
    server: str,
    name: str,
    as_json: bool,
) -> None:
    """Find files that others have published: for everybody or, with --space, in a sealed space of yours.

    What you look for in a sealed space the server is not told, so you look there or in the open, not in both at once.

    All words have to be in the name or its folders, the last may be only begun. Each line begins with the handle of a
    file: `pypeer get HANDLE` fetches it, from all who have it. Exit status 4: nothing is found.
    """
    text = " ".join(words)
    if len(text) > SEARCH_CHARS:
        raise click.UsageError(f"a search has at most {SEARCH_CHARS} characters: leave some words out")
    sizes = size or SizeRange()
    sought = Sought(text, None, None if kind is None else Kind(kind), sizes.least, sizes.most, peer)
    show = Show(as_json)

    async def look(here: "pypeer.Peer") -> int:
        hits = await here.search(sought, limit=limit, space=space)
        if not hits:
            raise AbsentError(_nothing(here, text, space))
        _tell(show, ((each, found_words.hit(each)) for each in hits))
        if len(hits) == limit and limit < HITS_MAX:
            show.say(f"There may be more: see --limit {min(HITS_MAX, 10 * limit)}, or add a word.")
        where = f" --space {shlex.quote(hits[0].sources[0].space)}" if space else ""
        show.say(f"pypeer get {hits[0].handle}{where} fetches the first.")
        return 0

    _run(show, server, name, look)


@click.command()
@click.option(
    "--space", metavar="NAME", help="Look into this sealed space of yours; contacts: of your contacts; all: into all."
)
@common
def peers(space: str | None, server: str, name: str, as_json: bool) -> None:
    """List who is here, with what: libraries, with the peers that publish them."""
    show = Show(as_json)

    async def look(here: "pypeer.Peer") -> int:
        libraries = await here.libraries(space=space)
        _tell(show, ((each, "\n".join(found_words.library(each))) for each in libraries))
        if not libraries:
            show.say("Nobody publishes anything here: `pypeer share DIR --name NAME` begins.")
        return 0

    _run(show, server, name, look)


@click.command()
@click.argument("who", metavar="PEER")
@click.argument("path", default="")
@click.option(
    "--space", metavar="NAME", help="Look into this sealed space of yours; contacts: of your contacts; all: into all."
)
@common
def browse(who: str, path: str, space: str | None, server: str, name: str, as_json: bool) -> None:
    """Look into a library of a peer, or into a folder of it.

    PEER is an id, its two words, the name of a library, or 'two words/library' for one who has several. A file is
    fetched by its handle, a folder as byway:PEERID/PATH.
    """
    show = Show(as_json)

    async def look(here: "pypeer.Peer") -> int:
        library = one_library(await here.libraries(space=space), who)
        for warning in lookalike(library.alike):
            show.say(f"{library.short} · {library.name}: {warning}.")
        things = await here.browse(library, path)
        where = f" --space {shlex.quote(library.space)}" if library.space else ""
        if not things and path.strip("/"):
            raise AbsentError(f"There is no folder {printable(path)[:200]!r}: look without it first.")
        lines = (found_words.folder(each) if isinstance(each, Folder) else found_words.file(each) for each in things)
        _tell(show, zip(things, lines, strict=True))
        if not things:
            show.say("Nothing is in it, as of now.")
        elif any(isinstance(each, Folder) for each in things):
            show.say(f"Folders are fetched by `pypeer get byway:PEERID/PATH{where}`; `pypeer peers` tells ids.")
        return 0

    _run(show, server, name, look)


def _nothing(here: "pypeer.Peer", text: str, space: str | None) -> str:
    who = "Nobody here" if space is None else "Nobody there"
    hint = " Your sealed spaces were not looked into: see --space." if space is None and here.spaces.all() else ""
    return f"{who} has {printable(text)!r}: try fewer words, or the beginning of one.{hint}"


def _run(show: Show, server: str, name: str, look: Callable[["pypeer.Peer"], Coroutine[Any, Any, int]]) -> None:
    async def work() -> int:
        with acquaintances(show, wanted=False) as contacts:
            async with pypeer.Peer(server, name=name, contacts=contacts) as peer:
                return await look(peer)

    run(show, work)


def _tell(show: Show, found: Iterable[tuple[Event, str]]) -> None:
    """What was asked for goes to standard output, for people and for programs."""
    for event, line in found:
        click.echo(to_json(event) if show.json else line)
