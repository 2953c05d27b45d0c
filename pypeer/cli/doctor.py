"""`pypeer doctor`."""

import sys
from typing import Any, Final

import click

from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.connect.servers import Stun
from pypeer.doctor import words
from pypeer.doctor.addresses import parse_stun
from pypeer.doctor.diagnosis import Diagnosis, Finding
from pypeer.doctor.page import Page
from pypeer.environment import default_server
from pypeer.errors import ServerError

UNREACHABLE: Final = "server-unreachable"


class StunServer(click.ParamType[Stun]):
    """HOST or HOST:PORT."""

    name = "server"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Stun:
        """Read it."""
        try:
            return parse_stun(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command()
@click.option("--server", metavar="URL", default=default_server, help="BYWAY_SERVER, or this machine.")
@click.option(
    "--stun", type=StunServer(), multiple=True, metavar="HOST[:PORT]", help="Ask this STUN server as well; repeatable."
)
@click.option("--long", is_flag=True, help="Also measure how long unused holes stay open: up to two minutes.")
@click.option("--json", "as_json", is_flag=True, help="One event a line on standard output.")
def doctor(server: str, stun: tuple[Stun, ...], long: bool, as_json: bool) -> None:
    """Tell what NAT and firewall you are behind, what works, and what to change.

    Asks the server, and whom you name with --stun; connects to nobody else.
    """
    show = Show(as_json)
    show.say(f"Looking at your network, {'up to two minutes' if long else 'a few seconds'} ...")

    async def work() -> int:
        diagnosis = await _examine(server, stun, long, show)
        if as_json:
            show.event(diagnosis)
        else:
            click.echo("\n".join(Page(speaks_unicode()).lines(diagnosis)))
        return _status(diagnosis)

    run(show, work)


async def _examine(server: str, stun: tuple[Stun, ...], long: bool, show: Show) -> Diagnosis:
    from pypeer.doctor.examine import examine  # all that connects: what is only asked for help does without

    def tell(finding: Finding) -> None:
        if show.json:
            show.event(finding)

    return await examine(server, stun, long, tell)


def _status(diagnosis: Diagnosis) -> int:
    """A report without a server is not what was asked for; raises the error that says so."""
    signaling = diagnosis.findings.signaling
    if not signaling.works:
        raise ServerError(words.unreachable(signaling), UNREACHABLE)
    return 0


def speaks_unicode() -> bool:
    """Whether standard output takes what drawings are made of."""
    return (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
