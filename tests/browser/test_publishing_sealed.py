"""What a page publishes for members of a space and for contacts: they find and fetch it, and nobody else."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from pypeer.errors import MeetError
from pypeer.protocol.sealed import Want
from pypeer.spaces.space import new_space, parse_link
from pypeer.spaces.store import SpaceStore
from tests.browser.acquainting import acquainted, add, contacts
from tests.browser.publishing import TEXT, choose, confirm, plan, publish
from tests.browser.real import Site, Start, arrived, download
from tests.support.asker import Asker

ADD: Final = """async () => {
  const top = await (await navigator.storage.getDirectory()).getDirectoryHandle("Trip");
  const file = await (await top.getFileHandle("later.txt", { create: true })).createWritable();
  await file.write("it has rained");
  await file.close();
  window.dispatchEvent(new Event("focus"));
}"""
"""A file more in the folder, written by another program before the person comes back to the page."""


def make_space(page: Page, name: str) -> None:
    """A space of this person's own."""
    contacts(page)
    page.get_by_label("Name of a new space").fill(name)
    page.get_by_role("button", name="Make a space").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"The space {name}")


def link_of(page: Page) -> str:
    """The link of the space that is on the screen."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    return str(page.evaluate("navigator.clipboard.readText()"))


def look_for(page: Page, words: str, where: str) -> Locator:
    """What is found there."""
    page.get_by_role("link", name="Find files").click()
    page.get_by_label("Where").select_option(where)
    page.get_by_role("searchbox").fill(words)
    return page.get_by_role("list", name="Files that were found").get_by_role("button")


def known(link: str, home: Path) -> None:
    """Whoever has this home is a member, too."""
    space = parse_link(link)
    assert space is not None
    SpaceStore(home / "spaces.json").join(space)


def turned_away(site: Site, library: str, into: Path) -> bool:
    """Whether who has learnt the id of a library, and nothing of its space, comes to nothing with its owner."""

    async def ask() -> bool:
        async with Asker(site.url) as asker:
            with pytest.raises(MeetError):
                await asker.get(library, Want(folder=""), into)
        return not into.exists()

    with ThreadPoolExecutor(1) as beside:  # the browser's own loop runs here
        return beside.submit(asyncio.run, ask()).result()


def test_what_a_page_publishes_in_a_space_members_find_and_nobody_else(
    site: Site, pypeer: Start, tmp_path: Path
) -> None:
    with site.open() as owner:
        make_space(owner, "Family")
        link = link_of(owner)
        owner.get_by_role("button", name="Publish a folder here").click()
        expect(owner.get_by_label("For whom").locator("option:checked")).to_have_text("The space Family")
        choose(owner)
        expect(
            owner.get_by_text(re.compile("The members of the space Family at .* can find these names"))
        ).to_be_visible()
        expect(owner.get_by_text("The server cannot read any of it.")).to_be_visible()
        confirm(owner)
        expect(owner.get_by_text("The members of the space Family find it, and nobody else.")).to_be_visible()
        known(link, tmp_path / "home0")
        hit = pypeer("search", "volcano", "--space", "Family").until("hit")
        assert hit["name"] == "volcano map.txt"
        known(link, tmp_path / "home1")
        assert pypeer("get", hit["handle"], "--space", "Family", "-o", tmp_path / "got", "--yes").end() == 0
        assert (tmp_path / "got" / "volcano map.txt").read_text() == TEXT
        known(link, tmp_path / "home2")
        library = pypeer("peers", "--space", "Family").until("here")["library"]
        assert turned_away(site, library, tmp_path / "taken")
        owner.evaluate(ADD)
        known(link, tmp_path / "home3")
        expect(owner.get_by_text("3 files can be found.")).to_be_visible(timeout=30_000)
        assert pypeer("search", "later", "--space", "Family").until("hit")["name"] == "later.txt"
        stranger = pypeer("search", "volcano")
        assert stranger.end() == 4, stranger.events
        known(new_space("Family", 0).link, tmp_path / "home5")
        other = pypeer("search", "volcano", "--space", "Family")
        assert other.end() == 4, other.events
        contacts(owner)
        owner.get_by_role("button", name="Leave, Family").click()
        owner.get_by_role("dialog").get_by_role("button", name=re.compile("^Leave")).click()
        known(link, tmp_path / "home6")
        assert pypeer("search", "volcano", "--space", "Family").end() == 4


def test_who_is_invited_by_the_code_of_a_page_is_a_member(site: Site, pypeer: Start, tmp_path: Path) -> None:
    with site.open() as owner, site.open() as guest:
        make_space(owner, "Choir")
        owner.get_by_role("button", name="Get a code").click()
        code = owner.locator(".sign").inner_text().split(":")[-1].strip()
        guest.get_by_label("Code", exact=True).fill(code)
        guest.get_by_role("button", name="See what is offered").click()
        expect(guest.get_by_role("heading", level=1)).to_contain_text("invites you to the space Choir", timeout=60_000)
        guest.get_by_role("button", name="Join", exact=True).click()
        expect(guest.get_by_label("Where").locator("option:checked")).to_have_text("The space Choir")
        expect(owner.get_by_text("is a member now.")).to_be_visible(timeout=30_000)
        expect(owner.get_by_text("This code works no longer.")).to_be_visible()
        owner.get_by_role("button", name="New code").click()
        again = owner.locator(".sign")
        expect(again).to_be_visible(timeout=30_000)
        assert pypeer("spaces", "join", again.inner_text().split(":")[-1].strip(), "--yes").end() == 0
        [space] = SpaceStore(tmp_path / "home0" / "spaces.json").all()
        assert space.name == "Choir"


def test_what_a_page_publishes_for_contacts_they_find_until_they_are_removed(site: Site, tmp_path: Path) -> None:
    photo = tmp_path / "harbour.jpg"
    photo.write_bytes(b"light on water\n" * 400)
    with site.open() as ada, site.open() as bob, site.open() as eve:
        acquainted(ada, bob, photo)
        plan(ada, to="My contacts")
        expect(ada.get_by_text(re.compile("Your contacts at .* can find these names.*: .*Bob"))).to_be_visible()
        confirm(ada)
        expect(ada.get_by_text("Your contacts find it, and nobody else.")).to_be_visible()
        contacts(bob)
        bob.get_by_role("button", name="See what they share").click()
        expect(bob.get_by_label("Where").locator("option:checked")).to_have_text("My contacts")
        found = look_for(bob, "volcano", "My contacts")
        expect(found).to_have_count(1, timeout=30_000)
        found.click()
        with bob.expect_download(timeout=60_000) as started:
            bob.get_by_role("button", name="Download", exact=True).click(timeout=60_000)
        arrived(bob)
        assert Path(started.value.path()).read_text() == TEXT
        bob.get_by_role("link", name="Find files").click()
        bob.get_by_role("searchbox").fill("")
        bob.get_by_role("region", name="Who is here").get_by_role("button", name=re.compile("Trip of May")).click()
        expect(bob.get_by_role("list", name="What is in this folder").get_by_role("button")).to_have_count(2)
        eve.get_by_role("link", name="Find files").click()
        eve.get_by_role("searchbox").fill("volcano")
        expect(eve.get_by_role("status").filter(has_text="Nothing found")).to_have_count(1)
        contacts(ada)
        ada.get_by_role("button", name="Edit, Bob").click()
        ada.get_by_role("dialog").get_by_role("button", name="Remove").click()
        ada.get_by_role("dialog").get_by_role("button", name="Remove").click()
        expect(ada.get_by_text("No contacts yet.", exact=False)).to_be_visible()
        ada.get_by_role("link", name="My library").click()
        expect(ada.get_by_text("“Trip of May” is published: 2 files can be found.")).to_be_visible(timeout=30_000)
        bob.get_by_role("link", name="Find files").click()
        expect(bob.get_by_text("None of your contacts shares anything with you now.")).to_be_visible(timeout=60_000)
        bob.get_by_role("searchbox").fill("volcano map")
        expect(bob.get_by_role("status").filter(has_text="Nothing found")).to_have_count(1)


def test_a_page_and_a_command_find_what_they_share_as_contacts(site: Site, bob: Start, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    (shelf / "lighthouse.txt").write_text("a light\n" * 500)
    with site.open() as ada:
        sending = bob("send", shelf / "lighthouse.txt", "--once", "--remember", "Ada")
        download(ada, sending.until("ready")["code"])
        arrived(ada)
        assert sending.end() == 0
        add(ada, "Bob")
        publish(ada, to="My contacts")
        hit = bob("search", "volcano", "--space", "contacts").until("hit")
        assert bob("get", hit["handle"], "--space", "contacts", "-o", tmp_path / "got", "--yes").end() == 0
        assert (tmp_path / "got" / "volcano map.txt").read_text() == TEXT
        sharing = bob("share", shelf, "--name", "Lights", "--to", "contacts")
        while not sharing.until("announced").get("whole"):
            pass
        found = look_for(ada, "lightho", "My contacts")
        expect(found).to_contain_text("Bob", timeout=30_000)
        found.click()
        with ada.expect_download(timeout=60_000) as started:
            ada.get_by_role("button", name="Download", exact=True).click(timeout=60_000)
        arrived(ada)
        assert Path(started.value.path()).read_bytes() == (shelf / "lighthouse.txt").read_bytes()
