"""What README.md and docs/terminal.md tell people to type exists: commands, and options of each."""

import re
from pathlib import Path

import click
import pytest

from pypeer.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/terminal.md")
TYPED = re.compile(r"`([^`\n]+)`|^\$ (.+)$", re.MULTILINE)
OPTION = re.compile(r"--[a-z][a-z-]*")


def lines(page: str) -> list[list[str]]:
    """The words behind each `pypeer` that a page tells people to type, without comments."""
    text = (ROOT / page).read_text().replace("\\|", "|")
    typed = ("".join(found).partition("#")[0] for found in TYPED.findall(text))
    return [part.split()[1:] for each in typed for part in each.split("|") if part.split()[:1] == ["pypeer"]]


def command(words: list[str]) -> click.Command:
    """The command that these words name."""
    found: click.Command = main
    for word in words:
        if not isinstance(found, click.Group):
            break
        context = click.Context(found)
        if word not in found.list_commands(context):
            assert found.invoke_without_command, f"there is no command {word}"
            break
        inner = found.resolve_command(context, [word])[1]
        assert inner is not None
        found = inner
    return found


@pytest.mark.parametrize("page", PAGES)
def test_all_that_is_to_be_typed_exists(page: str) -> None:
    found = [words for words in lines(page) if words and words != ["COMMAND", "--help"]]
    assert len(found) > 10, "the page is not read as it is written any more"
    for words in found:
        if words[0].startswith("-"):
            continue
        known = {option for each in command(words).params for option in (*each.opts, *each.secondary_opts)}
        asked = {option for word in words for option in OPTION.findall(word)}
        assert asked <= known | {"--help"}, f"pypeer {' '.join(words)}: {asked - known}"
