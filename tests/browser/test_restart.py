"""A link whose ICE is restarted, or whose path breaks for a while, stays the link that it was (docs/protocol.md)."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.real import (
    MIB,
    RECORD,
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

UNTIL_FLOWING: Final = """() => new Promise((resolve) => {
  const look = async () => {
    const stats = await window.connections.at(-1)?.getStats();
    const channel = [...(stats?.values() ?? [])].find(({ type }) => type === "data-channel");
    if (channel?.bytesSent + channel?.bytesReceived > 1e6) resolve();
    else setTimeout(look, 5);
  };
  look();
})"""
"""Waits until file data moves on the newest connection."""

GENERATION: Final = "() => /a=ice-ufrag:(.*)/.exec(window.connections.at(-1).localDescription.sdp)[1]"
RESTART: Final = "() => window.connections.at(-1).restartIce()"
IS_STABLE: Final = """([before]) => {
  const { signalingState, localDescription } = window.connections.at(-1);
  return signalingState === "stable" && !localDescription.sdp.includes(`a=ice-ufrag:${before}`);
}"""


pytestmark = pytest.mark.server("--relay-off")
"""A relay would take over at once."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Large enough that something can happen while it moves."""
    return random_file(tmp_path / "source.bin", 40 * MIB)


@contextmanager
def moving(site: Site, source: Path) -> Iterator[tuple[Page, Page]]:
    """Sender and receiver while a file moves; at the end it has arrived as it was."""
    with site.open() as sender, site.open() as receiver:
        for page in (sender, receiver):
            page.evaluate(RECORD)
        got = download(receiver, share_files(sender, source))
        for page in (sender, receiver):
            page.evaluate(UNTIL_FLOWING)
        yield sender, receiver
        assert digest(Path(got.path())) == digest(source)


def until_whole(sender: Page, receiver: Page) -> None:
    """Everything is there, and both sides know it."""
    arrived(receiver)
    delivered(sender)


def links(page: Page) -> int:
    """How many connections the page has made."""
    return int(page.evaluate("() => window.connections.length"))


def path_is_shown(page: Page) -> None:
    """The page says how it is connected, and not that it is looking for a way."""
    expect(page.locator("details.path summary")).to_have_text(re.compile("Same network|On this machine"))


@pytest.mark.parametrize("who", [(0,), (1,), (0, 1)], ids=["sender", "receiver", "both at once"])
def test_a_restart_keeps_the_link(site: Site, source: Path, who: tuple[int, ...]) -> None:
    with moving(site, source) as pages:
        before = [page.evaluate(GENERATION) for page in pages]
        for index in who:
            pages[index].evaluate(RESTART)
        for page, generation in zip(pages, before, strict=True):
            page.wait_for_function(IS_STABLE, arg=[generation])
            path_is_shown(page)
        until_whole(*pages)
        assert [links(page) for page in pages] == [1, 1]


@isolated
def test_a_path_that_breaks_for_a_while_comes_back_on_the_same_link(site: Site, source: Path) -> None:
    with moving(site, source) as pages:
        with cut():
            for page in pages:
                expect(page.locator("main").get_by_text("The connection broke")).to_be_visible(timeout=30_000)
        for page in pages:
            path_is_shown(page)
        until_whole(*pages)
        assert [links(page) for page in pages] == [1, 1]


@isolated
def test_a_path_that_stays_broken_is_replaced_by_a_new_link(site: Site, source: Path) -> None:
    with moving(site, source) as pages:
        with cut():
            for page in pages:
                page.wait_for_function("() => window.connections.length === 2", timeout=60_000)
        until_whole(*pages)
