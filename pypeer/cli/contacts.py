"""`pypeer contacts`: who was met by a code, and what each may do; and `send --to`."""

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

import pypeer
from pypeer.cli import contact_words
from pypeer.cli.run import run_with
from pypeer.cli.show import Show
from pypeer.cli.words import count, printable
from pypeer.contacts.contact import Contact
from pypeer.contacts.lookalike import is_mixed
from pypeer.contacts.naming import imitated
from pypeer.contacts.standing import Change, Standing
from pypeer.contacts.store import Store, StoreError, default_path
from pypeer.errors import BlockedError
from pypeer.events import Calling, Done, Failed, Remembered, to_json

if TYPE_CHECKING:
    from pypeer.contacts.deliveries import Deliveries
    from pypeer.contacts.delivery import Delivery

OFF: Final = frozenset(("0", "no", "off", "false"))
"""Values of BYWAY_REMEMBER with which nobody is remembered who is met by a code."""

remember = click.option(
    "--remember",
    is_flag=False,
    flag_value="",
    default=None,
    metavar="[NAME]",
    help="Whoever is met is a contact from now on, called NAME, or as they call themselves.",
)


@contextlib.contextmanager
def acquaintances(show: Show, wanted: bool) -> Iterator[Store | None]:
    """The contacts of this user; without them what needs none goes on, unless our person wants to use them."""
    if not wanted and os.environ.get("BYWAY_REMEMBER", "").strip().lower() in OFF:
        yield None
        return
    try:
        store = Store(default_path())
    except StoreError as error:
        if wanted:
            raise
        show.say(f"Nobody is remembered: {error}")
        yield None
        return
    with store:
        yield store


async def deliver(peer: "pypeer.Peer", show: Show, *things: Any, to: Sequence[str], **how: Any) -> int:
    """Send to contacts, to the end of it; raises PeerError."""
    begun = await (peer.deliver(*things, to=to[0], **how) if len(to) == 1 else peer.deliver_to(*things, to=to, **how))
    async with begun as delivery:
        return await _follow(delivery, show)


async def _follow(delivery: "Delivery | Deliveries", show: Show) -> int:
    names: dict[str, str] = {}
    async for event in delivery:
        if isinstance(event, Calling):
            names[event.session] = event.name
        if not isinstance(event, Failed) or event.session:
            show.event(event)
        if isinstance(event, Done) and event.session in names and not event.failed:
            show.say(f"{printable(names[event.session])} has it.")
    await delivery.wait()
    return 0 if delivery.delivered else 1


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One contact a line on standard output.")
@click.pass_context
def contacts(context: click.Context, as_json: bool) -> None:
    """List who was met by a code, and say what they may do.

    Whoever was met is known by name; somebody you add may call you while `pypeer inbox` runs, and is sent to by
    `pypeer send PATH --to NAME`. NAME is a name, two words, or a peer id. BYWAY_REMEMBER=no remembers nobody.
    """
    context.obj = as_json
    if context.invoked_subcommand is None:
        _use(as_json, _list)


def _list(store: Store, show: Show) -> None:
    known = store.all()
    for each in known:
        _tell(show, each, known)
    if not known:
        show.say("You have met nobody yet: send or get something with a code.")


@contacts.command()
@click.argument("name")
@click.option("--as", "new", metavar="NEW", help="Call them so.")
@click.pass_obj
def add(as_json: bool, name: str, new: str | None) -> None:
    """Make somebody you have met a contact: they may call you, and you are asked each time."""

    def work(store: Store, show: Show) -> None:
        contact = store.change(name, Change.ADD)
        if contact.standing is Standing.BLOCKED:
            raise BlockedError(f"{contact.name} is blocked: `pypeer contacts ask` ends that.")
        _tell(show, store.rename(contact.peer, new) if new else contact, store.all())

    _use(as_json, work)


@contacts.command()
@click.argument("name")
@click.argument("new")
@click.pass_obj
def rename(as_json: bool, name: str, new: str) -> None:
    """Call somebody otherwise."""
    _use(as_json, lambda store, show: _tell(show, store.rename(name, new), store.all()))


@contacts.command()
@click.argument("name", required=False)
@click.option("--met", is_flag=True, help="Forget all who were only met, and are no contacts.")
@click.pass_obj
def remove(as_json: bool, name: str | None, met: bool) -> None:
    """Forget somebody: neither of you can call the other until you meet by a code again."""
    if met == (name is not None):
        raise click.UsageError("say whom to forget, or --met for all who were only met")

    def work(store: Store, show: Show) -> None:
        if name is None:
            show.say(f"{count(store.forget_met(), 'person is', 'people are')} forgotten.")
        else:
            contact = store.remove(name)
            show.say(f"{contact.name}, {contact.short}, is forgotten.")

    _use(as_json, work)


def _changing(change: Change, text: str) -> Callable[[bool, str], None]:
    def command(as_json: bool, name: str) -> None:
        _use(as_json, lambda store, show: _tell(show, store.change(name, change), store.all()))

    command.__doc__ = text
    return command


for _name, _change, _text in (
    ("ask", Change.ASK, "Be asked about each call of somebody; takes back `allow` and `block`."),
    ("allow", Change.ALLOW, "Take everything that somebody sends, without asking."),
    ("block", Change.BLOCK, "Be called no more by somebody, and serve them nothing that you share."),
):
    contacts.command(_name)(click.argument("name")(click.pass_obj(_changing(_change, _text))))


def _use(as_json: bool, work: Callable[[Store, Show], None]) -> None:
    run_with(as_json, lambda: Store(default_path()), work)


def _tell(show: Show, contact: Contact, known: list[Contact]) -> None:
    event = Remembered(
        peer=contact.peer,
        short=contact.short,
        name=contact.name,
        standing=contact.standing.value,
        alike=imitated(contact, known),
        mixed=is_mixed(contact.name),
        met=contact.met,
        seen=contact.seen,
    )
    click.echo(to_json(event) if show.json else contact_words.contact(event))
