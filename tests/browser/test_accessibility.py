"""Every state of the page, light and dark, on a phone and on a desktop, in every language: axe-core finds nothing.

And what axe cannot see: nothing is wider than a phone, a dialogue gives the focus back, who uses the keyboard sees
where they are, and can do without a mouse what people come for.
"""

import re
from itertools import product
from typing import Final, Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.interface import SIZES, WEB, Interface

AXE: Final = WEB / "node_modules/axe-core/axe.min.js"
SCENES: Final = re.findall(
    r'^  "?([a-z0-9-]+)"?: ', (WEB / "test/scenes.ts").read_text().split("const scenes")[1], re.M
)

OTHERS: Final = ("de", "ar")
"""Long words, and from right to left."""

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 AA includes the earlier versions; best practices are rules that axe holds beyond it."""


def violations(page: Page, *, contrast: bool = True) -> list[str]:
    """What axe finds, one line for each element; `contrast` takes longest, and does not depend on the language."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options: dict[str, object] = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    options["rules"] = {"color-contrast": {"enabled": contrast}}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def test_the_checker_finds_what_is_wrong(interface: Interface) -> None:
    with interface.open("home") as page:
        page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert any(line.startswith("button-name") for line in violations(page))


@pytest.mark.parametrize("scene", SCENES)
def test_no_rule_is_broken(interface: Interface, scene: str) -> None:
    with interface.open(scene) as page:
        for summary in page.locator("details > summary").all()[:1]:
            summary.click()
        for (width, height), scheme in product(SIZES.values(), SCHEMES):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert violations(page) == [], (width, scheme)
            assert fits(page), f"wider than {width} pixels"
        for language in OTHERS:
            speak(page, language)
            assert violations(page, contrast=False) == [], language
            for width, height in SIZES.values():
                page.set_viewport_size({"width": width, "height": height})
                assert fits(page), f"wider than {width} pixels in {language}"


def fits(page: Page) -> bool:
    """Nobody has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def speak(page: Page, language: str) -> None:
    """Choose a language where the page has its menu; where it could not start, ask by the address."""
    menu = page.locator(".language-menu")
    if menu.count() == 1:
        menu.select_option(language)
    else:
        page.goto(re.sub(r"lang=\w+", f"lang={language}", page.url))
    expect(page.locator("html")).to_have_attribute("lang", language)


FOCUSED: Final = """() => {
  const element = document.activeElement;
  if (element === null || element === document.body) return null;
  const { x, y, width, height } = element.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  return {
    name: element.textContent || element.getAttribute("aria-label") || element.id,
    isShown: top !== null && (element.contains(top) || top.contains(element)),
    isMarked: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
  };
}"""
"""What has the focus: whether something lies over it, and whether one sees it (WCAG 2.2, 2.4.7 and 2.4.11)."""

STOPS_MAX: Final = 60
"""More stops than any of these scenes has, so that going round is noticed."""


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize(
    "scene", ["home", "share-many", "fetch-offer-many", "find-hits", "library-asked", "check-home"]
)
def test_who_goes_by_the_keyboard_sees_where_they_are(interface: Interface, scene: str, language: str) -> None:
    with interface.open(scene, "phone", language=language) as page:
        page.evaluate("document.activeElement?.blur()")
        stops = []
        for _ in range(STOPS_MAX):
            page.keyboard.press("Tab")
            if (stop := page.evaluate(FOCUSED)) is None:
                break
            stops.append(stop)
        assert len(stops) > 5
        assert [stop["name"] for stop in stops if not (stop["isShown"] and stop["isMarked"])] == []


def go_to(page: Page, target: Locator) -> None:
    """Press Tab until something has the focus."""
    for _ in range(STOPS_MAX):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not get to {target}")


def test_a_text_is_sent_by_keyboard_alone(interface: Interface) -> None:
    with interface.open("home") as page:
        go_to(page, page.get_by_role("button", name="Write a text"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Text", exact=True)).to_be_focused()
        page.keyboard.type("The key is with the neighbour.")
        go_to(page, page.get_by_role("button", name="Get a code"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Pass on this code")).to_be_focused()


def test_an_offer_is_taken_and_stopped_by_keyboard_alone(interface: Interface) -> None:
    with interface.open("fetch-offer") as page:
        go_to(page, page.get_by_role("checkbox").first)
        page.keyboard.press("Space")
        expect(page.get_by_role("checkbox").first).not_to_be_checked()
        go_to(page, page.get_by_role("button", name="Download as a zip"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("progressbar")).to_be_visible()
        go_to(page, page.get_by_role("button", name="Cancel"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Stop receiving?")).to_be_focused()
        go_to(page, page.get_by_role("dialog").get_by_role("button", name="Cancel"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(page.get_by_role("progressbar")).to_have_count(0)
        assert page.evaluate("document.activeElement !== document.body"), "the focus is not lost"


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("scene", "button"),
    [("home", "What does this server see?"), ("home", "Amber Falcon"), ("share-many", "Stop sharing")],
)
def test_no_rule_is_broken_in_dialogues(interface: Interface, scene: str, button: str, scheme: str) -> None:
    with interface.open(scene, "phone", scheme) as page:
        opener = page.get_by_role("button", name=button)
        opener.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(opener).to_be_focused()
