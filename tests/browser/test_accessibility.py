"""Every state of the page, light and dark, on a phone and on a desktop: no rule of axe-core may be broken.

And what axe cannot see: nothing is wider than a phone, and a dialogue gives the focus back.
"""

import re
from itertools import product
from typing import Final, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.interface import SIZES, WEB, Interface

AXE: Final = WEB / "node_modules/axe-core/axe.min.js"
SCENES: Final = re.findall(
    r'^  "?([a-z0-9-]+)"?: ', (WEB / "test/scenes.ts").read_text().split("const scenes")[1], re.M
)

SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 AA includes the earlier versions; best practices are rules that axe holds beyond it."""


def violations(page: Page) -> list[str]:
    """What axe finds, one line for each element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
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
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"wider than {width} pixels"


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
