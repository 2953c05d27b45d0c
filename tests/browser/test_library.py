"""A folder that a page publishes: what others find of it, who is asked, and that it is gone when it stops."""

import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, expect

from tests.browser.publishing import TEXT, plan, publish
from tests.browser.real import Site, Start, arrived
from tests.support.commands import Server


def ask_for(page: Page, words: str) -> None:
    """Find it, and ask those who have it."""
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("list", name="Files that were found").get_by_role("button").click()


def take(page: Page, text: str) -> None:
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="Download", exact=True).click(timeout=60_000)
    arrived(page)
    assert Path(started.value.path()).read_text() == text


def test_what_is_published_is_shown_before_and_found_after(site: Site) -> None:
    with site.open() as owner, site.open("#find") as other:
        plan(owner)
        expect(owner.get_by_text(re.compile("Everybody at .* can find these names"))).to_be_visible()
        expect(owner.get_by_text("2 files stay private")).to_be_visible()
        expect(other.get_by_text("Nobody publishes anything here yet.")).to_be_visible()
        owner.get_by_role("button", name="Publish", exact=True).click()
        expect(owner.get_by_text("2 files can be found.")).to_be_visible(timeout=30_000)
        for private in ("env", "server"):
            other.get_by_role("searchbox").fill(private)
            expect(other.get_by_role("status").filter(has_text="Nothing found")).to_have_count(1)
        ask_for(other, "volcano")
        take(other, TEXT)
        expect(owner.locator(".receivers").get_by_text("Delivered and verified")).to_have_count(1, timeout=60_000)


def test_it_is_gone_when_the_owner_stops_and_when_the_page_is_closed(site: Site) -> None:
    with site.open("#find") as other:
        with site.open() as owner:
            publish(owner)
            other.get_by_role("searchbox").fill("volcano")
            hits = other.get_by_role("list", name="Files that were found").get_by_role("button")
            expect(hits).to_have_count(1)
            owner.get_by_role("button", name="Stop publishing").click()
            expect(owner.get_by_role("heading", level=1)).to_have_text("Nothing is published any more")
            other.get_by_role("searchbox").fill("volcano m")
            expect(other.get_by_role("status").filter(has_text="Nothing found")).to_have_count(1)
            owner.get_by_role("button", name="Publish a folder").click()
            publish(owner)
            other.get_by_role("searchbox").fill("volcano")
            expect(hits).to_have_count(1)
        other.get_by_role("searchbox").fill("volcano ma")
        expect(other.get_by_role("status").filter(has_text="Nothing found")).to_have_count(1)


def test_the_owner_is_asked_and_may_say_no(site: Site) -> None:
    with site.open() as owner, site.open("#find") as other:
        publish(owner, asks=True)
        ask_for(other, "volcano")
        request = owner.get_by_role("region", name="Requests").get_by_role("listitem")
        expect(request).to_contain_text("wants volcano map.txt (1 file, 75 kB)", timeout=60_000)
        expect(other.get_by_role("heading", level=1)).to_contain_text("to agree")
        request.get_by_role("button", name=re.compile("^Decline")).click()
        expect(other.get_by_text("Its owner has not agreed to give it to you.", exact=True)).to_be_visible()
        other.get_by_role("button", name="Back to the search").click()
        ask_for(other, "volcano")
        request.get_by_role("button", name=re.compile("^Allow")).click(timeout=60_000)
        take(other, TEXT)


def test_a_request_goes_away_with_whoever_asked(site: Site) -> None:
    with site.open() as owner, site.open("#find") as other:
        publish(owner, asks=True)
        ask_for(other, "volcano")
        requests = owner.get_by_role("region", name="Requests").get_by_role("listitem")
        expect(requests).to_have_count(1, timeout=60_000)
        other.get_by_role("button", name=re.compile("^Cancel")).click()
        expect(requests).to_have_count(0)


def test_a_whole_library_is_fetched_by_who_looks_into_it(site: Site) -> None:
    with site.open() as owner, site.open("#find") as other:
        publish(owner)
        other.reload()
        other.get_by_role("region", name="Who is here").get_by_role("button").click()
        expect(other.get_by_role("list", name="What is in this folder").get_by_role("button")).to_have_count(2)
        other.get_by_role("button", name="Fetch all of it").click()
        expect(other.get_by_role("heading", level=1)).to_contain_text("offers 2 files", timeout=60_000)
        with other.expect_download(timeout=60_000):
            other.get_by_role("button", name="Download as a zip").click()
        arrived(other)


def test_a_command_fetches_from_a_page_and_a_page_from_both(site: Site, pypeer: Start, tmp_path: Path) -> None:
    with site.open() as owner, site.open("#find") as other:
        publish(owner)
        hit = pypeer("search", "volcano").until("hit")
        shelf = tmp_path / "shelf"
        shelf.mkdir()
        assert pypeer("get", hit["handle"], "-o", shelf, "--yes").end() == 0
        assert (shelf / "volcano map.txt").read_text() == TEXT
        second = pypeer("share", shelf, "--name", "Second", "--yes")
        while not second.until("announced").get("whole"):
            pass
        other.get_by_role("searchbox").fill("volcano")
        found = other.get_by_role("list", name="Files that were found").get_by_role("button")
        expect(found).to_contain_text("and 1 more")
        found.click()
        senders = other.get_by_role("region", name="Senders").get_by_role("listitem")
        expect(senders.get_by_text("Ready to send")).to_have_count(2, timeout=60_000)
        take(other, TEXT)


def test_a_server_that_was_restarted_is_told_again(browser: Browser, tmp_path: Path) -> None:
    """While it is away, it may be complained of in the console."""
    first = Server(tmp_path / "first")
    owner, other = (browser.new_context().new_page() for _ in range(2))
    for page in (owner, other):
        page.goto(first.url)
        expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=30_000)
    publish(owner)
    first.stop()
    expect(owner.get_by_text("Reconnecting")).to_be_visible(timeout=60_000)
    second = Server(tmp_path / "second", port=first.port)
    try:
        for page in (owner, other):
            expect(page.get_by_text("Online", exact=True)).to_be_visible(timeout=60_000)
        expect(owner.get_by_text("2 files can be found")).to_be_visible(timeout=60_000)
        other.get_by_role("link", name="Find files").click()
        other.get_by_role("searchbox").fill("volcano")
        expect(other.get_by_role("list", name="Files that were found").get_by_role("button")).to_have_count(1)
    finally:
        for page in (owner, other):
            page.context.close()
        second.stop()


CHANGE: Final = """async () => {
  const top = await (await navigator.storage.getDirectory()).getDirectoryHandle("Trip");
  const write = async (name, text) => {
    const file = await (await top.getFileHandle(name, { create: true })).createWritable();
    await file.write(text);
    await file.close();
  };
  await write("later.txt", "it has rained");
  await write("empty.txt", "not any more");
  await (await top.getDirectoryHandle("days")).removeEntry("volcano map.txt");
  window.dispatchEvent(new Event("focus"));
}"""
"""What a person does to the folder in another program, before coming back to the page."""

SENT: Final = """() => {
  window.announced = [];
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (text) {
    if (typeof text === "string" && text.includes('"announce"')) window.announced.push(text);
    return send.call(this, text);
  };
}"""


def test_what_changes_in_a_published_folder_is_announced_and_nothing_else(site: Site) -> None:
    with site.open() as owner, site.open("#find") as other:
        publish(owner)
        owner.evaluate(SENT)
        owner.evaluate(CHANGE)
        expect(owner.get_by_text("“Trip of May” is published: 2 files can be found.")).to_be_visible(timeout=30_000)
        other.get_by_role("searchbox").fill("later")
        hits = other.get_by_role("list", name="Files that were found").get_by_role("button")
        expect(hits).to_have_count(1, timeout=30_000)
        hits.first.click()
        expect(other.get_by_role("heading", level=1)).to_contain_text("offers 1 file", timeout=60_000)
        other.go_back()
        other.get_by_role("searchbox").fill("volcano")
        expect(other.get_by_text("Nothing found")).to_be_visible(timeout=30_000)
        told = owner.evaluate("() => window.announced.join()")
        assert "later.txt" in told
        assert "volcano" not in told
        assert re.search(r'"gone":\[\d,\d\]', told)


def test_a_folder_that_is_remembered_is_published_again_by_one_click(site: Site) -> None:
    with site.open() as owner:
        plan(owner)
        owner.get_by_label("Remember this folder").check()
        owner.get_by_role("button", name="Publish", exact=True).click()
        expect(owner.get_by_text("“Trip of May” is published: 2 files can be found.")).to_be_visible(timeout=30_000)
        owner.once("dialog", lambda dialogue: dialogue.accept())
        owner.reload()
        expect(owner.get_by_role("heading", name="Published before")).to_be_visible(timeout=30_000)
        owner.get_by_role("button", name="Publish again").click()
        expect(owner.get_by_text("“Trip of May” is published: 2 files can be found.")).to_be_visible(timeout=30_000)
        owner.get_by_role("button", name="Stop publishing").click()
        owner.get_by_role("button", name="Publish a folder").click()
        owner.get_by_role("button", name="Forget it").click()
        expect(owner.get_by_role("heading", name="Published before")).to_be_hidden()
