"""Sealed spaces in the page: a real server, a real browser, real `pypeer share --to space:NAME`."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.real import Site, Start, arrived, digest
from tests.support.commands import Command, running_server


@pytest.fixture
def site(tmp_path: Path, browser: Browser) -> Iterator[Site]:
    """A real server, and a real browser."""
    with running_server(tmp_path / "server") as server:
        yield Site(browser, server.url)


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder to share among members."""
    folder = tmp_path / "shelf"
    (folder / "Reise 2023").mkdir(parents=True)
    (folder / "Reise 2023" / "Häfen.txt").write_text("the harbours are here")
    (folder / "lighthouse.txt").write_text("a light")
    return folder
