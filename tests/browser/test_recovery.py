"""What happens between a page and the world when something breaks: links, the server, downloads, files."""

import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.real import (
    MIB,
    arrived,
    digest,
    download,
    look_at,
    random_file,
    share_files,
)
from tests.support.commands import Command, Server, running_server

CUT_OFF_MS = 40_000
"""It is told after ten seconds (web/src/app/no_way.ts); three attempts, and the waits between them, would take longer
than this."""

RECORD_CHANNELS = """() => {
  const make = RTCPeerConnection.prototype.createDataChannel;
  window.channels = [];
  RTCPeerConnection.prototype.createDataChannel = function (...settings) {
    const channel = make.apply(this, settings);
    window.channels.push(channel);
    return channel;
  };
}"""
"""Lets a test reach the channels that the page makes from now on."""

UNTIL_FLOWING = """(count) => new Promise((resolve) => {
  const look = () => {
    const channel = window.channels.at(-1);
    if (window.channels.length >= count && channel.readyState === "open" && channel.bufferedAmount > 0) resolve();
    else setTimeout(look, 5);
  };
  look();
})"""
"""Waits until the newest of so many channels is sending."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that a test may end."""
    server = Server(tmp_path / "server")
    yield server
    server.stop()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Large enough that something can happen while it moves."""
    return random_file(tmp_path / "source.bin", 32 * MIB)


@contextmanager
def opened(browser: Browser, server: Server) -> Iterator[Page]:
    """One person's page. Exceptions fail the test; a server that is away may be complained of in the console."""
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(server.url)
    expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=30_000)
    page.evaluate(RECORD_CHANNELS)
    yield page
    context.close()
    assert errors == []


def test_a_broken_link_is_replaced_again_and_again(browser: Browser, source: Path, tmp_path: Path) -> None:
    with (
        running_server(tmp_path / "home", "--relay-off") as server,
        opened(browser, server) as sender,
        opened(browser, server) as receiver,
    ):
        got = download(receiver, share_files(sender, source))
        for links in (1, 2):
            sender.evaluate(UNTIL_FLOWING, links)
            sender.evaluate("() => window.channels.at(-1).close()")
        arrived(receiver)
        assert sender.evaluate("() => window.channels.length") == 3
        assert digest(Path(got.path())) == digest(source)


def test_a_transfer_outlives_its_server_and_so_does_the_code(
    browser: Browser, server: Server, source: Path, tmp_path: Path
) -> None:
    with opened(browser, server) as sender, opened(browser, server) as receiver:
        code = share_files(sender, source)
        got = download(receiver, code)
        sender.evaluate(UNTIL_FLOWING, 1)
        server.stop()
        arrived(receiver)
        assert digest(Path(got.path())) == digest(source)
        again = Server(tmp_path / "again", port=server.port)
        try:
            expect(sender.get_by_text("Online", exact=True)).to_be_visible(timeout=60_000)
            later = Command(tmp_path / "home", again.url, "get", code, "-o", str(tmp_path / "got"))
            assert later.end() == 0
            assert digest(tmp_path / "got" / source.name) == digest(source)
        finally:
            again.stop()


@pytest.mark.slow
def test_a_server_that_dies_before_the_two_can_connect_is_named_as_the_cause(
    browser: Browser, server: Server, tmp_path: Path
) -> None:
    with opened(browser, server) as sender, opened(browser, server) as receiver:
        look_at(receiver, share_files(sender, random_file(tmp_path / "small.bin", 1000)))
        server.stop(signal.SIGKILL)
        receiver.get_by_role("button", name="Download").click()
        cause = "The server went away before the two sides could tell each other how to connect"
        for page in (receiver, sender):
            expect(page.get_by_text(cause).first).to_be_visible(timeout=CUT_OFF_MS)
        expect(receiver.get_by_text("What stood in the way")).to_have_count(0)


def test_a_download_that_is_stopped_in_the_browser_ends_on_both_sides(
    browser: Browser, server: Server, source: Path
) -> None:
    with opened(browser, server) as sender, opened(browser, server) as receiver:
        got = download(receiver, share_files(sender, source))
        sender.evaluate(UNTIL_FLOWING, 1)
        got.cancel()
        expect(receiver.locator("main")).to_contain_text("stopped in the browser", timeout=60_000)
        expect(sender.locator(".receivers")).to_contain_text("cancelled", ignore_case=True, timeout=60_000)


def test_a_page_that_is_closed_leaves_no_download_that_looks_whole(
    browser: Browser, server: Server, source: Path
) -> None:
    with opened(browser, server) as sender, opened(browser, server) as receiver:
        got = download(receiver, share_files(sender, source))
        sender.evaluate(UNTIL_FLOWING, 1)
        receiver.goto("about:blank")
        assert got.failure() is not None


def test_a_file_that_changes_meanwhile_is_not_saved(browser: Browser, server: Server, source: Path) -> None:
    with opened(browser, server) as sender, opened(browser, server) as receiver:
        code = share_files(sender, source)
        look_at(receiver, code)
        with source.open("ab") as file:
            file.write(b"more")
        with receiver.expect_download(timeout=60_000) as started:
            receiver.get_by_role("button", name="Download").click()
        expect(receiver.locator("main")).to_contain_text("has changed at the one who serves it", timeout=60_000)
        assert started.value.failure() is not None


def test_the_identity_of_a_browser_stays(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    names = []
    for _ in range(2):
        page = context.new_page()
        page.goto(server.url)
        you = page.get_by_role("button", name="You: ")
        expect(you).to_be_visible(timeout=30_000)
        names.append(you.inner_text())
    context.close()
    assert names[0] == names[1]


@pytest.mark.slow
def test_a_download_survives_a_pause_longer_than_an_idle_worker(browser: Browser, server: Server, source: Path) -> None:
    with opened(browser, server) as sender, opened(browser, server) as receiver:
        got = download(receiver, share_files(sender, source))
        sender.evaluate(UNTIL_FLOWING, 1)
        receiver.get_by_role("button", name=re.compile("^Pause")).click()
        receiver.wait_for_timeout(70_000)
        receiver.get_by_role("button", name="Resume").click()
        arrived(receiver)
        assert digest(Path(got.path())) == digest(source)
