"""A private server asks the person at the page for its access word: a real server, a real browser."""

import signal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.real import Site, share_files
from tests.support.commands import running_server

WORD = "correct horse battery staple"

pytestmark = pytest.mark.server(f"--access-word={WORD}")


def enter(page: Page, word: str) -> None:
    """Type the word."""
    page.get_by_label("Access word").fill(word)
    page.get_by_role("button", name="Enter", exact=True).click()


def test_the_page_asks_for_the_word_and_remembers_it(site: Site, tmp_path: Path) -> None:
    page = site.browser.new_context().new_page()
    page.goto(site.url)
    box = page.get_by_role("region", name="This page cannot work with its server")
    expect(box).to_contain_text("This server is private")
    expect(box).not_to_contain_text("That is not the access word")
    enter(page, "sesame sesame")
    expect(box).to_contain_text("That is not the access word of this server.")
    enter(page, WORD)
    expect(page.get_by_text("Online", exact=True)).to_be_visible()
    expect(box).to_be_hidden()
    file = tmp_path / "file.txt"
    file.write_text("hello")
    assert share_files(page, file)
    page.reload()
    expect(page.get_by_text("Online", exact=True)).to_be_visible()
    page.context.close()


def test_who_is_not_admitted_learns_the_id_to_tell(browser: Browser, tmp_path: Path) -> None:
    listed = tmp_path / "listed"
    listed.write_text("")
    with running_server(tmp_path / "server", f"--allow-peers={listed}") as server:
        page = browser.new_context().new_page()
        page.goto(server.url)
        box = page.get_by_role("region", name="This page cannot work with its server")
        expect(box).to_contain_text("does not admit you")
        listed.write_text(box.locator(".id").inner_text().split()[-1])
        server.process.send_signal(signal.SIGHUP)
        while "lists-" not in server.log.read_text():
            page.wait_for_timeout(50)
        box.get_by_role("button", name="Reload the page").click()
        expect(page.get_by_text("Online", exact=True)).to_be_visible()
        page.context.close()
