"""Every state of the page, light and dark, on a phone and on a desktop, in every language: axe-core finds nothing.

And what axe cannot see: nothing is wider than a phone, a dialogue gives the focus back, who uses the keyboard sees
where they are, and can do without a mouse what people come for.
"""

import re
from collections.abc import Mapping
from typing import Final, Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.interface import AXE, SIZES, WEB, Stage

SCENES: Final = re.findall(
    r'^  "?([a-z0-9-]+)"?: ', (WEB / "test/scenes.ts").read_text().split("const scenes")[1], re.M
)

OTHERS: Final = ("de", "ar")
"""Long words, and from right to left."""

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 AA includes the earlier versions; best practices are rules that axe holds beyond it."""

ALL: Final[Mapping[str, object]] = {"runOnly": {"type": "tag", "values": TAGS}}
"""Everything that can be found in a scene."""

COLOURS: Final[Mapping[str, object]] = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
"""What can differ between light and dark: only colours do, and these are the rules on them (`cat.color`) of `ALL`."""

WORDS: Final[Mapping[str, object]] = {**ALL, "rules": {"color-contrast": {"enabled": False}}}
"""What can differ between languages: all but the colours."""

SCHEMES: Final[Mapping[Literal["light", "dark"], Mapping[str, object]]] = {"light": ALL, "dark": COLOURS}
"""What is looked for in each."""


def violations(page: Page, what: Mapping[str, object] = ALL) -> list[str]:
    """What axe finds, one line for each element."""
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(url=f"/{AXE.name}")
    options = {**what, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("what", [ALL, WORDS])
def test_the_checker_finds_what_is_wrong(stage: Stage, what: Mapping[str, object]) -> None:
    with stage.open("home") as page:
        page.evaluate("document.querySelector('main').append(document.createElement('button'))")
        assert any(line.startswith("button-name") for line in violations(page, what))


@pytest.mark.parametrize("what", [ALL, COLOURS])
def test_the_checker_finds_what_cannot_be_read(stage: Stage, what: Mapping[str, object]) -> None:
    with stage.open("home", scheme="dark") as page:
        page.evaluate("document.querySelector('main h1').style.color = 'var(--line)'")
        assert any(line.startswith("color-contrast") for line in violations(page, what))


def test_the_rules_on_colours_are_all_that_axe_has(stage: Stage) -> None:
    with stage.open("home") as page:
        violations(page, COLOURS)
        rules = page.evaluate("tags => axe.getRules(tags)", TAGS)
    chosen = {"runOnly": {"type": "rule", "values": [rule["ruleId"] for rule in rules if "cat.color" in rule["tags"]]}}
    assert chosen == COLOURS


def test_dark_differs_from_light_in_colours_alone() -> None:
    """So that whoever changes more of the page in the dark looks at more of it there."""
    sheets = "".join(sheet.read_text() for sheet in sorted((WEB / "src/styles").glob("*.css")))
    (dark,) = re.findall(r"@media \(prefers-color-scheme: dark\) \{\n  :root \{\n(.*?)\n  \}\n\}\n", sheets, re.S)
    assert sheets.count("prefers-color-scheme") == 1
    for line in dark.splitlines():
        assert re.fullmatch(r"    --[a-z-]+: #[0-9a-f]{6};|    --shadow: 0 0 0 1px var\(--line\);", line), line


@pytest.mark.parametrize("scene", SCENES)
def test_no_rule_is_broken(stage: Stage, scene: str) -> None:
    with stage.open(scene, "phone") as page:
        for summary in page.locator("details > summary").all()[:1]:
            summary.click()
        for width, height in SIZES.values():
            resize(page, width, height)
            for scheme, what in SCHEMES.items():
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                assert violations(page, what) == [], (width, scheme)
            assert fits(page), f"wider than {width} pixels"
        for language in OTHERS:
            resize(page, *SIZES["desktop"])
            speak(page, language)
            assert violations(page, WORDS) == [], language
            for width, height in reversed(SIZES.values()):
                resize(page, width, height)
                assert fits(page), f"wider than {width} pixels in {language}"


def resize(page: Page, width: int, height: int) -> None:
    """Give the page this size; one that it has already would be laid out, and drawn, once more."""
    if page.viewport_size != {"width": width, "height": height}:
        page.set_viewport_size({"width": width, "height": height})


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
    "scene",
    ["home", "share-many", "fetch-offer-many", "find-hits", "library-asked", "spaces-invite", "check-home"],
)
def test_who_goes_by_the_keyboard_sees_where_they_are(stage: Stage, scene: str, language: str) -> None:
    with stage.open(scene, "phone", language=language) as page:
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


def test_a_text_is_sent_by_keyboard_alone(stage: Stage) -> None:
    with stage.open("home") as page:
        go_to(page, page.get_by_role("button", name="Write a text"))
        page.keyboard.press("Enter")
        expect(page.get_by_label("Text", exact=True)).to_be_focused()
        page.keyboard.type("The key is with the neighbour.")
        go_to(page, page.get_by_role("button", name="Get a code"))
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Pass on this code")).to_be_focused()


def test_an_offer_is_taken_and_stopped_by_keyboard_alone(stage: Stage) -> None:
    with stage.open("fetch-offer") as page:
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


@pytest.mark.parametrize(
    ("scene", "button"),
    [("home", "What does this server see?"), ("home", "Amber Falcon"), ("share-many", "Stop sharing")],
)
def test_no_rule_is_broken_in_dialogues(stage: Stage, scene: str, button: str) -> None:
    with stage.open(scene, "phone") as page:
        opener = page.get_by_role("button", name=button)
        opener.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        for scheme, what in SCHEMES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert violations(page, what) == [], scheme
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(opener).to_be_focused()
