"""Fixtures of the tests that need a browser."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.interface import CHROMIUM, CHROMIUM_ARGS, PATIENCE_MS, Interface, Stage, build, served
from tests.browser.real import WEBRTC_ARGS, Site, Start
from tests.support.commands import Command, running_server

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def interface(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Interface]:
    """The interface with a fake engine. Per module: synchronous Playwright must be gone before asyncio tests run."""
    folder = tmp_path_factory.mktemp("interface")
    build(folder)
    with served(folder) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield Interface(browser, address)
        browser.close()


@pytest.fixture(scope="module")
def stage(interface: Interface) -> Iterator[Stage]:
    """One page for many scenes, for tests that look at much and change little."""
    with closing(interface.browser.new_page()) as page:
        yield Stage(page, interface.address)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser that connects as those of people do; per module for the same reason."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*CHROMIUM_ARGS, *WEBRTC_ARGS])
        yield browser
        browser.close()


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path, browser: Browser) -> Iterator[Site]:
    """That browser at the page of a real server at which nobody has been yet; `server(OPTION, ...)` marks how it is."""
    marker = request.node.get_closest_marker("server")
    with running_server(tmp_path / "server", *(marker.args if marker else ())) as server:
        yield Site(browser, server.url)


@pytest.fixture
def pypeer(tmp_path: Path, site: Site) -> Iterator[Start]:
    """Start `pypeer ARGUMENTS` against the same server."""
    started: list[Command] = []

    def start(*arguments: str | Path) -> Command:
        started.append(Command(tmp_path / f"home{len(started)}", site.url, *map(str, arguments)))
        return started[-1]

    yield start
    for command in started:
        command.discard()


@pytest.fixture
def bob(tmp_path: Path, site: Site) -> Iterator[Start]:
    """Start `pypeer ARGUMENTS`, always as the same person."""
    started: list[Command] = []

    def start(*arguments: str | Path) -> Command:
        started.append(Command(tmp_path / "home of bob", site.url, *map(str, arguments), "--name", "Bob"))
        return started[-1]

    yield start
    for command in started:
        command.discard()
