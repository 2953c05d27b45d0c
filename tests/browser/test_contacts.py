"""Contacts of the page: two that have met by a code meet again without one, and each decides about it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.acquainting import acquainted, add, contacts
from tests.browser.real import Site, Start, arrived, download, share_files


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.jpg"
    path.write_bytes(b"light on water\n" * 4000)
    return path


def reachable(page: Page) -> None:
    contacts(page)
    page.get_by_label("Reachable by my contacts").check()


def send_to(page: Page, name: str, path: Path) -> None:
    contacts(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=f"Send files, {name}").click()
    chooser.value.set_files([str(path)])
    page.get_by_role("button", name=f"Send to {name}").click()


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words, timeout=30_000)


def forget_pickers(page: Page) -> None:
    """As in browsers without them: what is received goes among the downloads."""
    page.add_init_script("delete window.showSaveFilePicker; delete window.showDirectoryPicker")
    page.evaluate("() => { delete window.showSaveFilePicker; delete window.showDirectoryPicker; }")


def test_two_that_have_met_send_to_each_other_without_a_code(site: Site, photo: Path) -> None:
    with site.open() as ada, site.open() as bob:
        forget_pickers(bob)
        acquainted(ada, bob, photo)
        send_to(ada, "Bob", photo)
        heading(ada, "Bob could not be reached")
        expect(ada.get_by_text("Bob is not here, or has not added you yet.")).to_be_visible()
        reachable(bob)
        ada.get_by_role("button", name="Try again").click()
        heading(ada, "Waiting for Bob to accept")
        request = bob.get_by_role("region", name="Requests").get_by_role("listitem").first
        expect(request.get_by_role("heading", name="Ada offers 1 file, 60 kB")).to_be_visible()
        expect(request).to_contain_text("harbour.jpg")
        expect(bob.get_by_role("navigation", name="Sections")).to_contain_text("1 request")
        with bob.expect_download() as started:
            request.get_by_role("button", name="Accept, Ada", exact=True).click()
        arrived(bob)
        heading(ada, "Bob has it")
        assert Path(started.value.path()).read_bytes() == photo.read_bytes()


def test_declining_and_blocking_say_no_and_nothing_more(site: Site, photo: Path) -> None:
    with site.open() as ada, site.open() as bob:
        acquainted(ada, bob, photo)
        reachable(bob)
        send_to(ada, "Bob", photo)
        bob.get_by_role("button", name="Decline, Ada").click()
        heading(ada, "Bob did not take it")
        expect(bob.get_by_role("region", name="Requests")).to_be_hidden()
        send_to(ada, "Bob", photo)
        bob.get_by_role("button", name="Block, Ada").click()
        heading(ada, "Bob did not take it")
        expect(bob.get_by_role("region", name="Your contacts")).to_contain_text("Blocked")
        send_to(ada, "Bob", photo)
        expect(ada.get_by_text("Bob is not here, or has not added you yet.")).to_be_visible()
        bob.get_by_role("link", name="Send", exact=True).click()
        code = share_files(bob, photo)
        ada.get_by_role("link", name="Receive", exact=True).click()
        ada.get_by_label("Code", exact=True).fill(code)
        ada.get_by_role("button", name="See what is offered").click()
        expect(ada.get_by_text("The offer is over. Ask the sender for a new one.", exact=True)).to_be_visible(
            timeout=30_000
        )


def test_what_is_always_accepted_comes_by_itself(site: Site, photo: Path) -> None:
    with site.open() as ada, site.open() as bob:
        forget_pickers(bob)
        acquainted(ada, bob, photo)
        reachable(bob)
        bob.get_by_role("button", name="Edit, Ada").click()
        bob.get_by_label("Accept without asking").check()
        bob.get_by_role("button", name=re.compile("^Save")).click()
        expect(bob.get_by_role("region", name="Your contacts")).to_contain_text("Received without asking")
        with bob.expect_download(timeout=60_000) as started:
            send_to(ada, "Bob", photo)
        heading(ada, "Bob has it")
        assert Path(started.value.path()).read_bytes() == photo.read_bytes()
        heading(bob, "Contacts")


def test_contacts_and_being_reachable_outlive_the_page(site: Site, photo: Path) -> None:
    with site.open() as ada, site.open() as bob:
        acquainted(ada, bob, photo)
        reachable(bob)
        bob.reload()
        heading(bob, "Contacts")
        expect(bob.get_by_label("Reachable by my contacts")).to_be_checked()
        expect(bob.get_by_text("Online", exact=True)).to_be_visible()
        send_to(ada, "Bob", photo)
        heading(ada, "Waiting for Bob to accept")
        ada.get_by_role("button", name=re.compile("^Cancel")).click()
        heading(ada, "Stopped")
        expect(bob.get_by_role("region", name="Requests")).to_be_hidden()
        bob.get_by_label("Reachable by my contacts").uncheck()
        send_to(ada, "Bob", photo)
        expect(ada.get_by_text("Bob is not here, or has not added you yet.")).to_be_visible()
        bob.get_by_role("button", name="Edit, Ada").click()
        bob.get_by_role("button", name=re.compile("^Remove")).click()
        bob.get_by_role("dialog", name="Remove Ada?").get_by_role("button", name=re.compile("^Remove")).click()
        expect(bob.get_by_text("No contacts yet.")).to_be_visible()


def test_whoever_was_only_met_is_listed_and_cannot_call(site: Site, photo: Path) -> None:
    with site.open() as ada, site.open() as bob:
        download(bob, share_files(ada, photo))
        arrived(bob)
        add(ada, "Bob")
        reachable(bob)
        met = bob.get_by_role("region", name="People you have met").get_by_role("listitem")
        expect(met).to_have_count(1)
        send_to(ada, "Bob", photo)
        expect(ada.get_by_text("Bob is not here, or has not added you yet.")).to_be_visible()
        met.get_by_role("button", name=re.compile("^Forget")).click()
        expect(met).to_have_count(0)


def test_a_text_is_sent_to_a_contact(site: Site, photo: Path) -> None:
    with site.open() as ada, site.open() as bob:
        acquainted(ada, bob, photo)
        reachable(bob)
        ada.get_by_role("link", name="Send", exact=True).click()
        ada.get_by_role("button", name="Write a text").click()
        ada.get_by_label("Text", exact=True).fill("The key is with the neighbour.")
        ada.get_by_role("button", name="Send to Bob").click()
        bob.get_by_role("button", name="Accept, Ada", exact=True).click()
        expect(bob.get_by_text("The key is with the neighbour.")).to_be_visible()
        heading(ada, "Bob has it")


def test_a_page_sends_to_the_inbox_of_a_pypeer(site: Site, photo: Path, bob: Start, tmp_path: Path) -> None:
    with site.open() as ada:
        code = share_files(ada, photo)
        getting = bob("get", code, "-o", tmp_path / "first", "--remember", "Ada")
        assert getting.end() == 0, getting.errors
        add(ada, "Bob")
        inbox = bob("inbox", tmp_path / "inbox", "--accept", "contacts")
        inbox.until("inbox")
        send_to(ada, "Bob", photo)
        heading(ada, "Bob has it")
        inbox.until("done")
        assert (tmp_path / "inbox" / photo.name).read_bytes() == photo.read_bytes()


def test_a_pypeer_sends_to_a_page(site: Site, photo: Path, bob: Start) -> None:
    with site.open() as ada:
        forget_pickers(ada)
        sending = bob("send", photo, "--once", "--remember", "Ada")
        download(ada, sending.until("ready")["code"])
        arrived(ada)
        assert sending.end() == 0, sending.errors
        add(ada, "Bob")
        reachable(ada)
        calling = bob("send", photo, "--to", "Ada")
        with ada.expect_download() as started:
            ada.get_by_role("button", name="Accept, Bob", exact=True).click(timeout=30_000)
        arrived(ada)
        assert calling.end() == 0, calling.errors
        assert Path(started.value.path()).read_bytes() == photo.read_bytes()
        again = bob("send", photo, "--to", "Ada")
        ada.get_by_role("link", name="Contacts").click()
        ada.get_by_role("button", name="Decline, Bob").click(timeout=30_000)
        assert again.end() == 3, again.errors
