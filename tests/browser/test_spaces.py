"""Sealed spaces in the page: a real server, a real browser, real `pypeer share --to space:NAME`."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from pypeer.spaces.space import Space
from pypeer.spaces.store import SpaceStore
from tests.browser.real import Site, Start, arrived, digest
from tests.support.commands import Command


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A folder to share among members."""
    folder = tmp_path / "shelf"
    (folder / "Reise 2023").mkdir(parents=True)
    (folder / "Reise 2023" / "Häfen.txt").write_text("the harbours are here")
    (folder / "lighthouse.txt").write_text("a light")
    return folder


@pytest.fixture
def space(tmp_path: Path) -> Space:
    """A space, which one member has made."""
    return SpaceStore(tmp_path / "founder" / "spaces.json").create("Family")


def as_member(pypeer: Start, home: Path, space: Space, *arguments: str | Path) -> Command:
    """`pypeer ARGUMENTS`, in a home that is in the space."""
    SpaceStore(home / "spaces.json").join(space)
    return pypeer(*arguments)


@pytest.fixture
def owner(pypeer: Start, tmp_path: Path, space: Space, shelf: Path) -> Command:
    """A member who shares a folder in the space, once all of it can be found."""
    sharing = as_member(pypeer, tmp_path / "home0", space, "share", shelf, "--name", "Photos", "--to", "space:Family")
    while not sharing.until("announced").get("whole"):
        pass
    return sharing


def joined(page: Page) -> None:
    """Wait until the page looks into the space."""
    expect(page.get_by_label("Where")).to_have_value("Family")
    expect(
        page.get_by_role("region", name="Who is here").get_by_role("button", name=re.compile("Photos"))
    ).to_be_visible()


def look_for(page: Page, words: str) -> Locator:
    """Type as people do; gives the rows that are found."""
    page.get_by_role("searchbox").press_sequentially(words, delay=20)
    return page.get_by_role("list", name="Files that were found").get_by_role("button")


def fetch_first(page: Page, hits: Locator, file: Path) -> None:
    """Download what was found, and see that it is this file."""
    hits.first.click()
    with page.expect_download(timeout=60_000) as started:
        page.get_by_role("button", name="Download", exact=True).click(timeout=60_000)
    arrived(page)
    assert digest(Path(started.value.path())) == digest(file)


@pytest.mark.usefixtures("owner")
def test_who_joins_by_a_link_finds_and_fetches_what_is_shared(site: Site, space: Space, shelf: Path) -> None:
    with site.open() as page:
        page.get_by_label("Code", exact=True).fill(space.link)
        page.get_by_role("button", name="See what is offered").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("You are invited to the space")
        page.get_by_role("button", name=re.compile("^Join")).click()
        joined(page)
        hits = look_for(page, "hafe")
        expect(hits).to_have_count(1)
        expect(hits).to_contain_text("Häfen.txt")
        fetch_first(page, hits, shelf / "Reise 2023" / "Häfen.txt")
        page.reload()
        page.get_by_role("link", name="Contacts").click()
        expect(page.get_by_role("region", name="Sealed spaces").get_by_role("listitem")).to_contain_text("Family")
        page.get_by_role("button", name="Look inside").click()
        joined(page)
        page.get_by_role("button", name=re.compile("Photos")).click()
        inside = page.get_by_role("list", name="What is in this folder").get_by_role("button")
        expect(inside).to_have_count(2)
        inside.filter(has_text="Reise 2023").click()
        expect(inside).to_contain_text("Häfen.txt")
        page.reload()
        expect(inside).to_contain_text("Häfen.txt", timeout=30_000)
        page.get_by_role("button", name="Fetch this folder").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("offers 1 file", timeout=60_000)


@pytest.mark.usefixtures("owner")
def test_strangers_find_nothing_and_words_are_not_taken_from_the_space_to_everybody(site: Site, space: Space) -> None:
    with site.open("#" + space.link) as page:
        page.get_by_role("button", name=re.compile("^Join")).click()
        joined(page)
        assert "byway-space" not in page.url
        expect(look_for(page, "lighthouse")).to_have_count(1)
        page.get_by_label("Where").select_option("Everybody")
        expect(page.get_by_role("searchbox")).to_have_value("")
        expect(page.get_by_text("would tell the server what they are")).to_be_visible()
        expect(page.get_by_text("Nobody publishes anything here yet.")).to_be_visible()
        look_for(page, "lighthouse")
        expect(page.get_by_role("status").filter(has_text="Nothing found")).to_have_count(1)


def test_who_is_invited_by_a_code_is_asked_and_may_leave_again(
    site: Site, pypeer: Start, space: Space, tmp_path: Path
) -> None:
    inviting = as_member(
        pypeer, tmp_path / "home0", space, "spaces", "invite", "Family", "--times", "2", "--name", "Ada"
    )
    code = inviting.until("ready")["code"]
    with site.open() as page:
        for answer in ("Not now", "Join"):
            page.get_by_label("Code", exact=True).fill(code)
            page.get_by_role("button", name="See what is offered").click()
            expect(page.get_by_role("heading", level=1)).to_contain_text("invites you to the space", timeout=60_000)
            expect(page.get_by_text("Ada")).to_be_visible()
            page.get_by_role("button", name=answer).click()
        expect(page.get_by_label("Where")).to_have_value("Family")
        assert inviting.until("member")["space"] == "Family"
        expect(page.get_by_text("Nobody shares anything in this space now.")).to_be_visible()
        page.get_by_role("link", name="Contacts").click()
        page.get_by_role("button", name="Leave, Family").click()
        page.get_by_role("dialog").get_by_role("button", name=re.compile("^Leave")).click()
        expect(page.get_by_text("You are in no space.")).to_be_visible()
        page.get_by_role("link", name="Find files").click()
        expect(page.get_by_role("searchbox")).to_be_visible()
        expect(page.get_by_label("Where")).to_have_count(0)
