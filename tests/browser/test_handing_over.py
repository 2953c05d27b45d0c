"""The page hands what it shares over to a `pypeer inbox` of its person, and is closed: the link goes on working."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.real import Site, Start, arrived, download, look_at, share_files
from tests.support.commands import Command


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.jpg"
    path.write_bytes(b"light on water\n" * 40_000)
    return path


@pytest.fixture
def machine(tmp_path: Path, site: Site) -> Iterator[Start]:
    """Start `pypeer ARGUMENTS`, always at Anna's own machine."""
    started: list[Command] = []

    def start(*arguments: str | Path) -> Command:
        started.append(Command(tmp_path / "home of the machine", site.url, *map(str, arguments), "--name", "nas"))
        return started[-1]

    yield start
    for command in started:
        command.discard()


def acquainted(anna: Page, machine: Start, photo: Path, tmp_path: Path) -> str:
    """The page shares; its person's own machine fetches once, and is a contact from then on. The code stays open."""
    code = share_files(anna, photo)
    getting = machine("get", code, "-o", tmp_path / "first", "--remember", "Anna")
    assert getting.end() == 0, getting.errors
    anna.get_by_role("button", name="Add to contacts").click()
    anna.get_by_role("dialog").get_by_label("Name", exact=True).fill("My server")
    anna.get_by_role("dialog").get_by_role("button", name="Add to contacts").click()
    expect(anna.get_by_text("Your contact My server")).to_be_visible()
    return code


def hand_over(anna: Page) -> None:
    anna.get_by_role("button", name="Keep serving this after I close the page…").click()
    anna.get_by_role("dialog").get_by_role("button", name="Let it serve this, My server").click()


def test_the_link_works_when_the_page_is_closed(site: Site, photo: Path, machine: Start, tmp_path: Path) -> None:
    with site.open() as anna:
        code = acquainted(anna, machine, photo, tmp_path)
        inbox = machine("inbox", tmp_path / "inbox", "--serve-for", "Anna")
        inbox.until("inbox")
        hand_over(anna)
        expect(anna.get_by_role("heading", level=1)).to_have_text("My server serves it now", timeout=60_000)
        expect(anna.get_by_label("Link", exact=True)).to_have_value(f"{site.url}#{code}")
    with site.open(f"#{code}") as bob:
        bob.get_by_role("button", name="See what is offered").click()
        expect(bob.get_by_text(re.compile(r"^served by .* \(nas\), as they have signed$"))).to_be_visible(
            timeout=60_000
        )
        with bob.expect_download(timeout=60_000) as started:
            bob.get_by_role("button", name="Download").click()
        arrived(bob)
        assert Path(started.value.path()).read_bytes() == photo.read_bytes()
        expect(bob.get_by_role("button", name="Add to contacts")).to_have_count(0)


def test_nobody_serves_who_was_not_told_to(site: Site, photo: Path, machine: Start, tmp_path: Path) -> None:
    """The code stays with the page; the same is handed over when the machine may."""
    with site.open() as anna, site.open() as bob:
        code = acquainted(anna, machine, photo, tmp_path)
        inbox = machine("inbox", tmp_path / "inbox", "--accept", "contacts")
        inbox.until("inbox")
        hand_over(anna)
        expect(anna.get_by_text("My server does not serve it. The code still leads here.")).to_be_visible(
            timeout=60_000
        )
        expect(anna.get_by_text("There, “pypeer inbox” has to run with “--serve-for” and your name.")).to_be_visible()
        bob.get_by_role("link", name="Receive", exact=True).click()
        download(bob, code)
        arrived(bob)


def test_a_later_visit_ends_it(site: Site, photo: Path, machine: Start, tmp_path: Path) -> None:
    with site.open() as anna, site.open() as bob:
        code = acquainted(anna, machine, photo, tmp_path)
        inbox = machine("inbox", tmp_path / "inbox", "--serve-for", "Anna")
        inbox.until("inbox")
        hand_over(anna)
        expect(anna.get_by_role("heading", level=1)).to_have_text("My server serves it now", timeout=60_000)
        anna.goto("about:blank")
        anna.goto(site.url)
        expect(anna.get_by_text("Online", exact=True)).to_be_visible(timeout=30_000)
        bob.get_by_role("link", name="Receive", exact=True).click()
        look_at(bob, code)
        bob.get_by_role("button", name=re.compile("^Decline")).click()
        anna.get_by_role("link", name="Send", exact=True).click()
        served = anna.get_by_role("region", name="Served for you").get_by_role("listitem")
        expect(served).to_contain_text("harbour.jpg")
        expect(served).to_contain_text("by My server, until")
        served.get_by_role("button", name="Stop serving").click()
        anna.get_by_role("dialog").get_by_role("button", name="Stop serving").click()
        expect(served).to_have_count(0)
        assert inbox.until("kept-no-more")["reason"] == "withdrawn"
        bob.get_by_role("link", name="Receive", exact=True).click()
        bob.get_by_label("Code", exact=True).fill(code)
        bob.get_by_role("button", name="See what is offered").click()
        expect(bob.locator("#main").get_by_text("Nobody is waiting under this code")).to_be_visible(timeout=60_000)
