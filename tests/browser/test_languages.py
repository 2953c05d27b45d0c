"""The page in other languages: one can be chosen at any time, and Arabic is in order."""

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.interface import Stage

GERMAN = "Dateien direkt an jemanden senden"


def choose(page: Page, label: str) -> None:
    """Choose a language by its own name."""
    page.get_by_label("Language").select_option(label=label)


def test_a_language_is_chosen_and_stays(stage: Stage) -> None:
    with stage.open("home") as page:
        page.get_by_label("Code", exact=True).fill("7-guitar")
        choose(page, "Deutsch")
        expect(page.get_by_role("heading", level=1)).to_have_text(GERMAN)
        expect(page).to_have_title(f"{GERMAN} · Byway")
        expect(page.locator("html")).to_have_attribute("lang", "de")
        expect(page.get_by_label("Sprache")).to_be_focused()
        expect(page.get_by_label("Code", exact=True)).to_have_value("7-guitar")
        assert "lang=" not in page.url
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text(GERMAN)
        page.goto(f"{page.url}&lang=en")
        expect(page.get_by_role("heading", level=1)).to_have_text("Send files straight to someone")


def test_what_goes_on_goes_on_in_another_language(stage: Stage) -> None:
    with stage.open("fetch-moving") as page:
        choose(page, "العربية")
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        bar = page.get_by_role("progressbar")
        expect(bar).to_have_attribute("aria-valuenow", "42")
        expect(page.locator("main .legend")).to_contain_text("42%")
        edge, cover = bar.bounding_box(), bar.locator(".road-cover").bounding_box()
        assert edge is not None
        assert cover is not None
        assert abs(cover["x"] - edge["x"] - 0.58 * edge["width"]) < 2, "it is covered from the right"


def test_codes_keep_their_order_where_people_read_from_the_right(stage: Stage) -> None:
    with stage.open("share-many", language="ar") as page:
        number = page.locator(".sign-number").bounding_box()
        word = page.locator(".sign-word").last.bounding_box()
        assert number is not None
        assert word is not None
        assert number["x"] < word["x"]


def test_a_failure_is_told_in_the_language_of_the_page(stage: Stage) -> None:
    with stage.open("home", language="de") as page:
        page.get_by_label("Code", exact=True).fill("7 guitar sunsat")
        page.keyboard.press("Enter")
        expect(page.get_by_text("„sunsat“ ist kein Wort eines Codes. Meintest du „sunset“?")).to_be_visible()


TORN: Final = """() => [...document.querySelectorAll(".sections .section > span:first-of-type")].flatMap((label) => {
  const text = label.firstChild;
  const lineOf = (at) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return [...range.getClientRects()].at(-1).top;
  };
  const words = [...text.data.matchAll(/[^\\s\\u00ad]+/g)];
  return words.filter(({ 0: word, index }) => lineOf(index) !== lineOf(index + word.length - 1)).map(([word]) => word);
})"""
"""Words of the sections that are on more than one line, without a hyphen."""


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_no_word_of_the_sections_is_torn_on_a_phone(stage: Stage, language: str) -> None:
    with stage.open("home", "phone", language=language) as page:
        expect(page.locator(".section")).to_have_count(6)
        assert page.evaluate(TORN) == []
        assert page.evaluate("document.querySelector('.sections').scrollWidth <= innerWidth")
