"""The relay inside the server's WebSocket, where no datagram gets through: taken, left, and taken again."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.real import (
    MIB,
    Site,
    arrived,
    cut,
    delivered,
    digest,
    download,
    isolated,
    random_file,
    share_files,
)
from tests.support.commands import Command, Server, running_server

RELAYED: Final = "Through a relay"
DIRECT: Final = re.compile("Same network|On this machine")

PATH_MS: Final = 90_000
"""A dead path is noticed within 10 s, a relay left after 5 s, 15 s or a minute; the rest is for a busy machine."""

pytestmark = isolated


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running_server(tmp_path / "server") as server:
        yield server


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Server]:
    """Its relay takes so long that something can be done meanwhile."""
    with running_server(tmp_path / "server", "--max-relay-rate", "1") as server:
        yield server


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Large enough that something can happen while it moves."""
    return random_file(tmp_path / "source.bin", 24 * MIB)


def is_shown(page: Page, path: str | re.Pattern[str]) -> None:
    """The page says that it is connected so."""
    expect(page.locator("details.path summary")).to_contain_text(path, timeout=PATH_MS)


def ways(command: Command) -> list[str]:
    """The ways that a command has told of, in the order of their first time: a path may change on one way."""
    return list(dict.fromkeys(event["way"] for event in command.events if event["event"] == "path"))


@contextmanager
def paused(page: Page) -> Iterator[None]:
    """Nothing moves while the block lasts."""
    page.get_by_role("button", name=re.compile("^Pause")).click()
    yield
    page.get_by_role("button", name="Resume").click()


def test_where_no_datagram_gets_through_pages_meet_at_the_relay(browser: Browser, server: Server, source: Path) -> None:
    site = Site(browser, server.url)
    with cut(), site.open() as sender, site.open() as receiver:
        got = download(receiver, share_files(sender, source))
        for page in (sender, receiver):
            is_shown(page, RELAYED)
        arrived(receiver)
        delivered(sender)
        assert digest(Path(got.path())) == digest(source)
    server.until_metric('byway_reports_total{outcome="websocket"}', 2)


def test_a_relay_is_left_for_a_direct_path_and_taken_again(browser: Browser, slow: Server, source: Path) -> None:
    site = Site(browser, slow.url)
    with site.open() as sender, site.open() as receiver:
        with cut():
            got = download(receiver, share_files(sender, source))
            with paused(receiver):
                for page in (sender, receiver):
                    is_shown(page, RELAYED)
        with ExitStack() as again:
            with paused(receiver):
                for page in (sender, receiver):
                    is_shown(page, DIRECT)
                again.enter_context(cut())
                for page in (sender, receiver):
                    is_shown(page, RELAYED)
            arrived(receiver)
            delivered(sender)
        assert digest(Path(got.path())) == digest(source)


def test_a_page_and_a_command_meet_at_the_relay_whoever_sends(
    browser: Browser, server: Server, source: Path, tmp_path: Path
) -> None:
    with cut(), Site(browser, server.url).open() as page:
        code, got = share_files(page, source), tmp_path / "got"
        receiver = Command(tmp_path / "receiver", server.url, "get", code, "-o", str(got))
        is_shown(page, RELAYED)
        assert receiver.end() == 0
        assert ways(receiver) == ["websocket"]
        assert digest(got / source.name) == digest(source)
        page.get_by_role("button", name="Byway, start page").click()
        sender = Command(tmp_path / "sender", server.url, "send", str(source), "--once")
        downloaded = download(page, sender.until("ready")["code"])
        arrived(page)
        assert digest(Path(downloaded.path())) == digest(source)
        assert sender.end() == 0
        assert ways(sender) == ["websocket"]


def test_a_command_and_a_page_leave_the_relay_together(
    browser: Browser, slow: Server, source: Path, tmp_path: Path
) -> None:
    with Site(browser, slow.url).open() as page:
        with cut():
            sender = Command(tmp_path / "sender", slow.url, "send", str(source), "--once")
            got = download(page, sender.until("ready")["code"])
            page.get_by_role("button", name=re.compile("^Pause")).click()
            is_shown(page, RELAYED)
        is_shown(page, DIRECT)
        page.get_by_role("button", name="Resume").click()
        arrived(page)
        assert digest(Path(got.path())) == digest(source)
        assert sender.end() == 0
        assert ways(sender) == ["websocket", "direct"]
