"""What people publish, found and fetched in the page: a real server, a real browser, real `pypeer share`."""

import re
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.real import COUNT, MIB, Site, Start, arrived, digest, random_file, received
from tests.support.commands import Command

SIZE = 12 * MIB

SLOW = "1M"
"""What an owner gives: several together need seconds, in which all of them are there."""


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder to publish."""
    folder = tmp_path / "shelf"
    (folder / "Holiday" / "2023").mkdir(parents=True)
    (folder / "Holiday" / "harbour map.txt").write_text("the harbour is here")
    (folder / "Holiday" / "2023" / "Harbour at night.jpg").write_bytes(b"\xff\xd8 no picture")
    (folder / "lighthouse.txt").write_text("a light")
    return folder


def publish(pypeer: Start, folder: Path, name: str, *options: str) -> Command:
    """`pypeer share`, until all of it can be found."""
    owner = pypeer("share", folder, "--name", name, *options)
    while not owner.until("announced").get("whole"):
        pass
    return owner


def look_for(page: Page, words: str) -> Locator:
    """Type, a letter at a time as people do; gives the rows that are found."""
    field = page.get_by_role("searchbox")
    field.fill("")
    field.press_sequentially(words, delay=20)
    return page.get_by_role("list", name="Files that were found").get_by_role("button")


def take(page: Page, file: Path) -> None:
    """Download what is offered, and see that it is this file."""
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="Download", exact=True).click(timeout=60_000)
    arrived(page)
    assert digest(Path(started.value.path())) == digest(file)


def test_what_is_typed_is_found_and_fetched_with_the_keyboard_alone(site: Site, pypeer: Start, shelf: Path) -> None:
    publish(pypeer, shelf, "Photos")
    with site.open() as page:
        page.get_by_role("link", name="Find files").click()
        expect(page.get_by_role("searchbox")).to_be_focused()
        hits = look_for(page, "harb")
        expect(hits).to_have_count(2)
        expect(page.get_by_role("status").filter(has_text="2 files found")).to_have_count(1)
        expect(hits.first.locator("mark")).to_have_text(re.compile("^harb$", re.I))
        expect(hits.first).to_contain_text("“Photos”")
        hits = look_for(page, "harbour map")
        expect(hits).to_have_count(1)
        page.keyboard.press("ArrowDown")
        expect(hits.first).to_be_focused()
        page.keyboard.press("ArrowUp")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text("offers 1 file", timeout=60_000)
        take(page, shelf / "Holiday" / "harbour map.txt")
        page.get_by_role("button", name="Report…", exact=True).click()
        page.get_by_label("It is not what its name says, or imitates somebody").check()
        page.get_by_role("dialog").get_by_role("button", name="Report", exact=True).click()
        expect(page.get_by_role("button", name="Reported", exact=True)).to_be_visible()
        with urllib.request.urlopen(f"{site.url}metrics", timeout=30) as told:
            assert b'byway_flags_total{fault="misleading"} 1.0' in told.read()
        page.get_by_role("button", name="Back to the search").click()
        expect(page.get_by_role("searchbox")).to_have_value("harbour map")
        expect(hits).to_have_count(1)


def test_filters_narrow_it_down_and_what_is_not_there_is_said(site: Site, pypeer: Start, shelf: Path) -> None:
    publish(pypeer, shelf, "Photos")
    with site.open("#find") as page:
        hits = look_for(page, "harbour")
        expect(hits).to_have_count(2)
        page.get_by_label("Kind").select_option("Pictures")
        expect(hits).to_have_count(1)
        page.get_by_label("Size").select_option("More than 1 GB")
        expect(page.get_by_role("status").filter(has_text="Nothing found")).to_have_count(1)
        page.get_by_role("button", name="Show all kinds and sizes").click()
        expect(hits).to_have_count(2)
        look_for(page, "harbour volcano")
        expect(page.get_by_text("Check the spelling")).to_be_visible()


def test_a_file_comes_from_all_who_have_it_whatever_they_call_it(site: Site, pypeer: Start, tmp_path: Path) -> None:
    file = random_file(tmp_path / "same.bin", SIZE)
    for number in range(3):
        folder = tmp_path / f"shelf{number}" / "deep"
        folder.mkdir(parents=True)
        (folder / f"volcano {number}.bin").write_bytes(file.read_bytes())
        publish(pypeer, folder.parent, f"Shelf {number}", "--limit", SLOW)
    with site.open("#find") as page:
        hits = look_for(page, "volcano")
        expect(hits).to_have_count(1)
        expect(hits).to_contain_text("and 2 more")
        page.evaluate(COUNT)
        hits.click()
        senders = page.get_by_role("region", name="Senders").get_by_role("listitem")
        expect(senders.get_by_text("Ready to send")).to_have_count(3, timeout=60_000)
        take(page, file)
        counts = received(page)
        assert len(counts) == 3
        assert min(counts) > MIB, "each gave a part of it"
        assert sum(counts) < 1.3 * SIZE, "and little came twice"


def test_who_is_here_can_be_looked_into_and_a_folder_fetched(site: Site, pypeer: Start, shelf: Path) -> None:
    publish(pypeer, shelf, "Photos", "--description", "From the trips")
    with site.open("#find") as page:
        here = page.get_by_role("region", name="Who is here").get_by_role("button", name=re.compile("Photos"))
        expect(here).to_contain_text("3 files")
        expect(here).to_contain_text("From the trips")
        here.click()
        inside = page.get_by_role("list", name="What is in this folder")
        expect(inside.get_by_role("button")).to_have_count(2)
        expect(inside.get_by_role("button", name=re.compile("lighthouse.txt"))).to_be_visible()
        inside.get_by_role("button", name=re.compile("Holiday")).click()
        expect(inside.get_by_role("button", name=re.compile("harbour map.txt"))).to_be_visible()
        page.get_by_role("button", name="Fetch this folder").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("offers 2 files", timeout=60_000)
        page.go_back()
        expect(inside.get_by_role("button", name=re.compile("harbour map.txt"))).to_be_visible()
        page.go_back()
        page.go_back()
        expect(page.get_by_role("searchbox")).to_be_visible()


def test_who_goes_is_gone(site: Site, pypeer: Start, shelf: Path) -> None:
    owner = publish(pypeer, shelf, "Photos")
    with site.open("#find") as page:
        # All at once: of what is typed letter by letter the last question might be answered when the owner has gone.
        page.get_by_role("searchbox").fill("lighthouse")
        hits = page.get_by_role("list", name="Files that were found").get_by_role("button")
        expect(hits).to_have_count(1)
        owner.process.terminate()
        owner.end()
        hits.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("That did not work", timeout=60_000)
        page.get_by_role("button", name="Back to the search").click()
        look_for(page, "lighthouse")
        expect(page.get_by_role("status").filter(has_text="Nothing found")).to_have_count(1, timeout=30_000)


def test_an_owner_who_wants_to_be_asked_is_waited_for(site: Site, pypeer: Start, shelf: Path) -> None:
    """With nobody to answer at standard input, the request stands; whoever asked may leave it."""
    publish(pypeer, shelf, "Photos", "--ask")
    with site.open("#find") as page:
        hits = look_for(page, "lighthouse")
        expect(hits).to_contain_text("asks its owner")
        hits.click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("to agree", timeout=60_000)
        page.get_by_role("button", name=re.compile("^Cancel")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Send files straight to someone")


def test_a_folder_of_a_library_has_an_address_that_lasts(site: Site, pypeer: Start, shelf: Path) -> None:
    publish(pypeer, shelf, "Trip & more")
    with site.open("#find") as page:
        page.get_by_role("button", name="Trip & more").click()
        page.get_by_role("button", name=re.compile("^Holiday")).click()
        expect(page.get_by_role("button", name=re.compile("harbour map.txt"))).to_be_visible()
        address = page.url.partition("#")[2]
        peer = re.search("peer=([a-z2-7]{32})", address)
        assert peer
        page.reload()
        expect(page.get_by_role("button", name=re.compile("harbour map.txt"))).to_be_visible(timeout=30_000)
        page.go_back()
        expect(page.get_by_role("button", name=re.compile("Holiday"))).to_be_visible()
        with site.open(f"#{address}") as other:
            expect(other.get_by_role("button", name=re.compile("harbour map.txt"))).to_be_visible(timeout=30_000)
            other.get_by_role("link", name="Find files").click()
            other.get_by_role("searchbox").fill(f"byway:{peer[1]}/Holiday/2023")
            other.get_by_role("searchbox").press("Enter")
            expect(other.get_by_role("button", name=re.compile("Harbour at night.jpg"))).to_be_visible(timeout=30_000)
        with site.open(f"#browse?peer={'a' * 32}") as third:
            expect(third.get_by_text("is not here now")).to_be_visible(timeout=30_000)
