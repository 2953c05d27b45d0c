"""What a browser remembers of the page between visits, and what the page does where nothing may be kept."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.real import Site, arrived, delivered, download, share_files
from tests.browser.test_installed import KEPT

PATIENCE_MS: Final = 30_000

VERSION_1: Final = """async () => {
  const keys = await crypto.subtle.generateKey({ name: "Ed25519" }, false, ["sign", "verify"]);
  const request = indexedDB.open("byway", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("keys").add(keys, "identity");
  const database = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  database.close();
  localStorage.setItem("byway-name", "Anna at work");
  return [...new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey))].join();
}"""
"""What pages kept before there was anything to be remembered but the identity and the name."""

IDENTITY: Final = """async () => {
  const request = indexedDB.open("byway");
  const database = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  const got = database.transaction("keys").objectStore("keys").get("identity");
  const keys = await new Promise((resolve) => { got.onsuccess = () => resolve(got.result); });
  const { version } = database;
  database.close();
  return [version, [...new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey))].join()];
}"""

TOLD: Final = "async () => (await (await navigator.serviceWorker.ready).getNotifications()).map(({ body }) => body)"
"""The notices of the system that stand; one is there a moment after the page itself says the same."""

HIDDEN: Final = "Object.defineProperty(document, 'hidden', { configurable: true, get: () => true })"


@pytest.fixture
def note(tmp_path: Path) -> Path:
    """Something to send."""
    path = tmp_path / "note.txt"
    path.write_text("hi" * 1000)
    return path


def past(page: Page) -> list[str]:
    """The list of what is over, as it reads."""
    page.get_by_role("link", name="Transfers").click()
    return page.get_by_role("region", name="Past").get_by_role("listitem").all_inner_texts()


def hand_over(sender: Page, receiver: Page, note: Path) -> None:
    """One transfer, to its end."""
    download(receiver, share_files(sender, note))
    arrived(receiver)
    delivered(sender)


def test_an_older_version_becomes_this_one_and_keeps_the_identity_and_the_name(site: Site) -> None:
    context = site.browser.new_context()
    page = context.new_page()
    page.goto(f"{site.url}healthz")
    key = page.evaluate(VERSION_1)
    page.goto(site.url)
    expect(page.get_by_role("button", name="You: Anna at work")).to_be_visible(timeout=PATIENCE_MS)
    version, kept = page.evaluate(IDENTITY)
    assert kept == key
    assert version > 1
    page.get_by_role("button", name="You: Anna at work").click()
    page.get_by_label("Name to show").fill("Anna at home")
    page.keyboard.press("Enter")
    page.reload()
    expect(page.get_by_role("button", name="You: Anna at home")).to_be_visible(timeout=PATIENCE_MS)
    context.close()


def test_what_is_over_is_remembered_until_the_list_is_cleared(site: Site, note: Path) -> None:
    with site.open() as sender, site.open() as receiver:
        hand_over(sender, receiver, note)
        [sent], [received] = past(sender), past(receiver)
        assert [each in sent for each in ("note.txt", "\nto ", "Done", "1 file, 2.0 kB")] == [True] * 4
        assert [each in received for each in ("note.txt", "\nfrom ")] == [True] * 2
        receiver.reload()
        expect(receiver.get_by_role("heading", name="Past")).to_be_visible(timeout=PATIENCE_MS)
        assert past(receiver) == [received]
        receiver.get_by_role("button", name="Clear the list").click()
        receiver.get_by_role("dialog").get_by_role("button", name="Clear the list").click()
        expect(receiver.get_by_text("Nothing was sent or received yet.")).to_be_visible()
        receiver.reload()
        expect(receiver.get_by_text("Nothing was sent or received yet.")).to_be_visible(timeout=PATIENCE_MS)


def met(page: Page, count: int) -> None:
    """So many are listed who were met."""
    page.get_by_role("link", name="Contacts").click()
    expect(page.get_by_role("region", name="People you have met").get_by_role("listitem")).to_have_count(count)


def test_whoever_is_met_is_remembered_unless_that_is_not_wanted(site: Site, note: Path) -> None:
    with site.open() as sender, site.open() as receiver:
        receiver.get_by_role("link", name="Contacts").click()
        receiver.get_by_role("switch", name="Remember people I meet by a code").uncheck()
        receiver.get_by_role("link", name="Receive", exact=True).click()
        hand_over(sender, receiver, note)
        for page, after in ((receiver, 0), (sender, 1)):
            met(page, 1)
            page.reload()
            expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=PATIENCE_MS)
            met(page, after)
        expect(sender.get_by_role("switch", name="Remember people I meet by a code")).to_be_checked()
        receiver.get_by_role("link", name="Contacts").click()
        expect(receiver.get_by_role("switch", name="Remember people I meet by a code")).not_to_be_checked()
        sender.get_by_role("button", name="Forget all of them").click()
        sender.get_by_role("dialog").get_by_role("button", name="Forget all of them").click()
        met(sender, 0)


def test_where_nothing_may_be_kept_the_page_works_and_says_so(site: Site, note: Path) -> None:
    with site.open() as sender:
        context = site.browser.new_context(accept_downloads=True)
        context.add_init_script("Object.defineProperty(window, 'indexedDB', { value: undefined })")
        receiver = context.new_page()
        receiver.goto(site.url)
        hand_over(sender, receiver, note)
        [received] = past(receiver)
        assert "note.txt" in received
        expect(receiver.get_by_text("This browser keeps nothing for this page")).to_be_visible()
        context.close()


def test_the_end_of_a_transfer_is_told_while_the_page_is_hidden_if_that_is_wanted(site: Site, note: Path) -> None:
    with site.open() as sender, site.open(permissions=["notifications"]) as receiver:
        receiver.evaluate(KEPT)
        receiver.get_by_role("button", name="You: ").click()
        switch = receiver.get_by_role("switch", name="Tell me while this page is hidden")
        expect(switch).not_to_be_checked()
        switch.check()
        expect(switch).to_be_checked()
        receiver.keyboard.press("Escape")
        hand_over(sender, receiver, note)
        assert receiver.evaluate(TOLD) == []
        receiver.evaluate(HIDDEN)
        receiver.get_by_role("link", name="Receive", exact=True).click()
        sender.get_by_role("link", name="Send", exact=True).click()
        hand_over_again(sender, receiver, note)
        receiver.wait_for_function(f"async () => (await ({TOLD})()).length > 0", timeout=PATIENCE_MS)
        [words] = receiver.evaluate(TOLD)
        assert words.endswith(": Arrived")


def hand_over_again(sender: Page, receiver: Page, note: Path) -> None:
    """From the views of sending and receiving."""
    code = share_files(sender, note)
    with receiver.expect_download(timeout=60_000):
        receiver.get_by_label("Code", exact=True).fill(code)
        receiver.get_by_role("button", name="See what is offered").click()
        receiver.get_by_role("button", name="Download").click(timeout=60_000)
    arrived(receiver)


def test_who_says_no_to_notices_is_not_told_and_sees_why(site: Site) -> None:
    with site.open() as page:
        page.get_by_role("button", name="You: ").click()
        switch = page.get_by_role("switch", name="Tell me while this page is hidden")
        switch.click()
        expect(switch).not_to_be_checked()
        expect(page.get_by_text("told to allow no notices")).to_be_visible()
