"""`pypeer spaces`: sealed spaces, whose names and files only their members can read."""

import time
from typing import TYPE_CHECKING

import click

import pypeer
from pypeer.cli.options import Duration, common
from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.events import Invited, Ready, SpaceListed, to_json
from pypeer.secure import code

if TYPE_CHECKING:
    from pypeer.spaces.inviting import Invitation
    from pypeer.spaces.space import Space
    from pypeer.spaces.store import SpaceStore

SECRET = "Whoever has this link is a member: send it only where nobody else reads it."
"""Said to the person, not to the pipe that the link goes to."""


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
@click.pass_context
def spaces(context: click.Context, as_json: bool) -> None:
    """List your sealed spaces, make one, invite to one, join one.

    What is shared to a space (`pypeer share DIR --to space:NAME`) its members find, and nobody else: not even the
    server can read names, or what is searched.
    """
    if context.invoked_subcommand is None:
        show = Show(as_json)

        async def work() -> int:
            known = _store().all()
            for space in known:
                _tell(show, space, f"{space.name}  [since {time.strftime('%Y-%m-%d', time.localtime(space.since))}]")
            if not known:
                show.say(
                    "You are in no space: `pypeer spaces new NAME` makes one, `pypeer spaces join CODE` joins one."
                )
            return 0

        run(show, work)


@spaces.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
def new(name: str, as_json: bool) -> None:
    """Make a space. You are its only member until you invite others."""
    show = Show(as_json)

    async def work() -> int:
        space = _store().create(name)
        _tell(show, space, space.name)
        show.say(f"Invite others with: pypeer spaces invite {_quoted(space.name)}")
        return 0

    run(show, work)


@spaces.command()
@click.argument("space", metavar="NAME")
@click.option("--times", type=click.IntRange(1), default=1, show_default=True, metavar="N", help="End after N joined.")
@click.option("--expires", type=Duration(), metavar="TIME", help="How long the code lives: 90s, 10m, 2h, 1d.")
@common
def invite(space: str, times: int, expires: float | None, server: str, name: str, as_json: bool) -> None:
    """Print a code, and wait for whoever joins by it.

    Members cannot be put out, and may invite others; to go on without somebody see `pypeer spaces renew`.
    """
    show = Show(as_json)

    async def work() -> int:
        async with pypeer.Peer(server, name=name) as peer:
            return await _wait(show, await peer.invite(space, times=times, expires=expires))

    run(show, work)


async def _wait(show: Show, invitation: "Invitation") -> int:
    async for event in invitation:
        show.event(event)
        if isinstance(event, Ready) and not show.json:
            click.echo(f"Code: {event.code}")
            show.say(f"Waiting for who is invited: pypeer spaces join {event.code}   (Ctrl-C ends it)")
    return 0 if invitation.delivered else 1


@spaces.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
def link(name: str, as_json: bool) -> None:
    """Print the link of a space, which is a secret: whoever has it is a member, at any time."""
    show = Show(as_json)

    async def work() -> int:
        space = _store().named(name)
        _tell(show, space, space.link, space.link)
        show.say(SECRET)
        return 0

    run(show, work)


@spaces.command()
@click.argument("what", metavar="CODE|LINK")
@click.option("--as", "called", default="", metavar="NAME", help="Call it so here, whatever it is called there.")
@click.option("-y", "--yes", is_flag=True, help="Accept without asking.")
@common
def join(what: str, called: str, yes: bool, server: str, name: str, as_json: bool) -> None:
    """Join the space to which a code invites, or whose link this is."""
    show = Show(as_json)
    if code.is_link(what):
        server = code.server_of(what)

    async def consent(invited: Invited) -> bool:
        show.event(invited)
        if yes or not show.interactive:
            return True
        return await show.ask(f"Join the space “{invited.space}”?")

    async def work() -> int:
        from pypeer.spaces.space import parse_link

        space = parse_link(what)
        if space is not None:
            kept, _ = _store().join(space, called)
        else:
            code.parse(what)
            async with pypeer.Peer(server, name=name) as peer:
                kept = await peer.join(what, consent, name=called)
        _tell(show, kept, kept.name)
        show.say(f"You are in the space “{kept.name}”: pypeer peers lists what is shared there.")
        return 0

    run(show, work)


@spaces.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
def leave(name: str, as_json: bool) -> None:
    """Forget a space. There is no way back but another invitation; what you share there goes on until it is stopped."""
    show = Show(as_json)

    async def work() -> int:
        space = _store().leave(name)
        show.say(f"You have left the space “{space.name}”.")
        return 0

    run(show, work)


@spaces.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
def renew(name: str, as_json: bool) -> None:
    """Give a space a new key: whoever is not invited again stays outside.

    All who are to stay have to leave the old one and join by a new code or link. What is shared there has to be shared
    again: a `pypeer share` that runs goes on for members of the old one.
    """
    show = Show(as_json)

    async def work() -> int:
        space = _store().renew(name)
        _tell(show, space, space.name)
        show.say("It has a new key. Invite again who is to stay, and start your `pypeer share` for it anew.")
        return 0

    run(show, work)


def _store() -> "SpaceStore":
    from pypeer.spaces.store import SpaceStore  # loads what keys are made of: help does without

    return SpaceStore()


def _tell(show: Show, space: "Space", line: str, secret: str = "") -> None:
    """What was asked for goes to standard output, for people and for programs."""
    event = SpaceListed(name=space.name, since=space.since, link=secret)
    click.echo(to_json(event) if show.json else line)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name
