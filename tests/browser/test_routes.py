"""Addresses of the views: Back, Forward, a reload and a link lead where they say."""

import re

from playwright.sync_api import Page, expect

from tests.browser.interface import Stage


def heading(page: Page, words: str) -> None:
    """This view is on the screen."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def test_back_and_forward_lead_through_what_was_seen(stage: Stage) -> None:
    with stage.open("home") as page:
        nav = page.get_by_role("navigation", name="Sections")
        for link, title in (("Receive", "Receive"), ("Transfers", "Transfers"), ("My library", "My library")):
            nav.get_by_role("link", name=link).click()
            heading(page, title)
            expect(nav.get_by_role("link", name=link)).to_have_attribute("aria-current", "page")
            expect(page).to_have_title(f"{title} · Byway")
        page.go_back()
        heading(page, "Transfers")
        expect(page.get_by_role("heading", level=1)).to_be_focused()
        page.go_back()
        heading(page, "Receive")
        page.go_forward()
        heading(page, "Transfers")


def test_a_transfer_goes_on_while_another_view_is_shown_and_is_found_again(stage: Stage) -> None:
    with stage.open("fetch-moving") as page:
        page.get_by_role("link", name="Transfers").click()
        heading(page, "Transfers")
        expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "42")
        page.get_by_role("button", name=re.compile("Holiday")).click()
        heading(page, "Receiving 12 files, 3.4 GB")
        assert page.url.endswith("#transfers?number=1")
        page.go_back()
        heading(page, "Transfers")
        page.go_back()
        heading(page, "Receiving 12 files, 3.4 GB")
        page.evaluate("byway.engine.fetchState.set({ ...byway.engine.fetchState.value, phase: 'done' })")
        page.get_by_role("link", name="Receive", exact=True).click()
        heading(page, "Receive")
        # What is over has been seen, and is among the past ones.
        page.goto(f"{page.url.partition('#')[0]}#transfers?number=1")
        heading(page, "Transfers")
        assert page.url.endswith("#transfers")
        past = page.get_by_role("region", name="Past").get_by_role("listitem")
        expect(past.first).to_contain_text("from Tawny Otter")


def test_a_code_does_not_stay_in_the_history_whatever_its_person_does(stage: Stage) -> None:
    with stage.open("invite", fragment="#7-guitar-sunset") as page:
        heading(page, "Someone wants to send you files")
        page.get_by_role("link", name="Transfers").click()
        heading(page, "Transfers")
        page.go_back()
        heading(page, "Send files straight to someone")
        assert "guitar" not in page.url


def test_what_was_gathered_is_not_lost_on_the_way(stage: Stage) -> None:
    with stage.open("draft-files") as page:
        page.get_by_role("link", name="Receive", exact=True).click()
        page.get_by_role("link", name="Send", exact=True).click()
        heading(page, "What you are about to share")
        page.get_by_role("button", name=re.compile("^Cancel")).click()
        heading(page, "Send files straight to someone")
        page.go_back()
        heading(page, "Receive")


def test_what_is_looked_for_stands_in_the_address_and_outlives_a_reload(stage: Stage) -> None:
    with stage.open("find-hits") as page:
        page.wait_for_url("**#find?q=harbour")
        page.goto(f"{stage.address}?scene=home#find?q=harbour+map&kind=picture")
        page.reload()
        expect(page.get_by_role("searchbox")).to_have_value("harbour map")
        expect(page.get_by_label("Kind")).to_have_value("picture")
        page.get_by_role("link", name="Receive", exact=True).click()
        page.get_by_role("link", name="Find files").click()
        expect(page.get_by_role("searchbox")).to_have_value("harbour map")
        expect(page.get_by_role("searchbox")).to_be_focused()
        assert page.url.endswith("#find?q=harbour+map&kind=picture")


def test_what_is_wrong_in_an_address_of_what_is_published_is_said(stage: Stage) -> None:
    with stage.open("find-people") as page:
        page.get_by_role("searchbox").fill("byway:nobody")
        expect(page.get_by_text("This address is not complete.")).to_be_visible()
