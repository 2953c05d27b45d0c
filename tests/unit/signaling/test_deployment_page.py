"""docs/deployment.md has the settings as they are, and shows only flags that exist."""

import re
from dataclasses import fields

from signaling.cli import flag
from signaling.settings import Settings
from tests.support.settings_table import PAGE, PLACE, table

OTHER_FLAGS = {"--config", "--print-config", "--build", "--now", "--target", "--rm", "--network", "--user", "--server"}
"""Those of the commands, of docker and of systemctl."""


def test_the_table_is_the_declaration() -> None:
    found = PLACE.search(PAGE.read_text("utf-8"))
    assert found
    assert found[0] == table(), "run python -m tests.support.settings_table"


def test_only_flags_that_exist_are_shown() -> None:
    known = {flag(field) for field in fields(Settings)} | OTHER_FLAGS
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE.read_text("utf-8"))) <= known
