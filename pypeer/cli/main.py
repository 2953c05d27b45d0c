"""The commands, in one table: a module is loaded when its command is asked for, and not to list them all."""

from importlib import import_module
from typing import Final, NamedTuple

import click

from pypeer import __version__


class Entry(NamedTuple):
    """Where a command is, under its name, and what it does in as many words as fit a line of the help."""

    module: str
    text: str


COMMANDS: Final = {
    "browse": Entry("pypeer.cli.find", "Look into a library of a peer, or into a folder of it."),
    "contacts": Entry("pypeer.cli.contacts", "List who was met by a code; say what they may do."),
    "doctor": Entry("pypeer.cli.doctor", "Tell what your network lets through, and what to change."),
    "get": Entry("pypeer.cli.get", "Fetch what a code, a link or a hit names into a folder."),
    "inbox": Entry("pypeer.cli.inbox", "Receive into DIR what your contacts send, until stopped."),
    "peers": Entry("pypeer.cli.find", "List who is here, with what."),
    "report": Entry("pypeer.cli.report", "Tell the operator of the server of a file or a peer."),
    "search": Entry("pypeer.cli.find", "Find files that others have published."),
    "send": Entry("pypeer.cli.send", "Offer files, folders or a text under a code."),
    "serving": Entry("pypeer.cli.serving", "List what contacts have handed over to be served from here."),
    "share": Entry("pypeer.cli.share", "Publish folders in the server's directory, and serve them."),
    "spaces": Entry("pypeer.cli.spaces", "List your sealed spaces, make one, invite to one, join one."),
    "status": Entry("pypeer.cli.status", "Show what runs in the background (--daemon)."),
    "stop": Entry("pypeer.cli.status", "End what runs in the background."),
}


class Commands(click.Group):
    """Those of COMMANDS. What only lists them, the help and shells that complete a name, gets by without loading one.

    So do suggestions for a name that is none; an option that is completed loads the command whose it is.
    """

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The one that is meant, loaded."""
        name, command, rest = super().resolve_command(ctx, args)
        if name is not None:
            command = getattr(import_module(COMMANDS[name].module), name)
            assert isinstance(command, click.Command)
        return name, command, rest


@click.group(
    cls=Commands,
    commands=[click.Command(name, short_help=entry.text) for name, entry in COMMANDS.items()],
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="pypeer")
def main() -> None:
    """Send files directly to another person's browser or pypeer, get what others send, and find what they publish."""
