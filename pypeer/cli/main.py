"""The commands: each is loaded when it is asked for, since most need little of what some need."""

from importlib import import_module
from typing import Final

import click

from pypeer import __version__

COMMANDS: Final = {
    "send": "pypeer.cli.send",
    "get": "pypeer.cli.get",
    "share": "pypeer.cli.share",
    "search": "pypeer.cli.find",
    "peers": "pypeer.cli.find",
    "browse": "pypeer.cli.find",
    "spaces": "pypeer.cli.spaces",
    "contacts": "pypeer.cli.contacts",
    "inbox": "pypeer.cli.inbox",
    "serving": "pypeer.cli.serving",
    "report": "pypeer.cli.report",
    "doctor": "pypeer.cli.doctor",
    "status": "pypeer.cli.status",
    "stop": "pypeer.cli.status",
}
"""In which module the command of each name is, under that name."""


class Commands(click.Group):
    """Those of COMMANDS."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names, in the order of the help."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one; None if there is none of this name."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        assert isinstance(command, click.Command)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="pypeer")
def main() -> None:
    """Send files directly to another person's browser or pypeer, get what others send, and find what they publish."""
