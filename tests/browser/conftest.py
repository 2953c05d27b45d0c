"""Fixtures of the tests that need a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.interface import CHROMIUM, CHROMIUM_ARGS, Interface, build, served


@pytest.fixture(scope="module")
def interface(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interface]:
    """The interface with a fake engine. Per module: synchronous Playwright must be gone before asyncio tests run."""
    folder = tmp_path_factory.mktemp("interface")
    build(folder)
    with served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield Interface(browser, address)
        browser.close()
