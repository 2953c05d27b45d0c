"""`pypeer report`: tells the operator of the server what is wrong with something that is published there."""

import click

import pypeer
from pypeer.cli.options import common
from pypeer.cli.run import run
from pypeer.cli.show import Show
from pypeer.events import Event
from signaling.protocol.flags import Fault


class Reported(Event, frozen=True, tag="reported"):
    """The operator was told, of something in so many libraries."""

    what: str
    libraries: int


@click.command()
@click.argument("what", metavar="HIT")
@click.option(
    "--fault", type=click.Choice([each.value for each in Fault]), required=True, help="What is wrong with it."
)
@click.option("--note", default="", metavar="TEXT", help="More about it, for the operator.")
@common
def report(what: str, fault: str, note: str, server: str, name: str, as_json: bool) -> None:
    """Tell the operator of the server of a file or a peer.

    HIT is the handle of a file, byway:PEERID/HANDLE, or byway:PEERID/ for all that a peer publishes. Your id is told
    with it; whoever published it learns nothing. What comes of it is the operator's to decide.
    """
    show = Show(as_json)

    async def tell() -> int:
        async with pypeer.Peer(server, name=name) as peer:
            count = await peer.report(what, fault, note)
        show.event(Reported(what=what, libraries=count))
        show.say("The operator of the server is told.")
        return 0

    run(show, tell)
