"""Every state of the page, light and dark, on a phone and on a desktop: no rule of axe-core may be broken.

And what axe cannot see: nothing is wider than a phone, and a dialogue gives the focus back.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.interface import CHROMIUM, CHROMIUM_ARGS, WEB, build, served

AXE = WEB / "node_modules/axe-core/axe.min.js"
SCENES = tuple(
    re.findall(
        r'^  "?([a-z0-9-]+)"?: ', (WEB / "test/scenes.ts").read_text().partition("const scenes")[2], re.MULTILINE
    )
)
SIZES = {"phone": (360, 740), "desktop": (1280, 800)}

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""WCAG 2.2 AA includes the earlier versions; best practices are rules that axe holds beyond it."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("interface")
    build(folder)
    with served(folder) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGS)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, address: str, scene: str, size: str, scheme: Any = "light") -> Iterator[Page]:
    """A page that shows a scene; at the end its console must hold no error, a breach of the CSP included."""
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce")
    page.set_default_timeout(5000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"{address}?scene={scene}")
    page.wait_for_selector("main h1")
    yield page
    page.close()
    assert errors == []


def violations(page: Page) -> list[str]:
    """What axe finds, one line for each element."""
    page.evaluate(AXE.read_text())
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scene", SCENES)
def test_no_rule_is_broken(browser: Browser, address: str, scene: str, size: str, scheme: str) -> None:
    with opened(browser, address, scene, size, scheme) as page:
        for summary in page.locator("details:not([open]) > summary").all()[:1]:
            summary.click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("scene", "button"),
    [("home", "What does this server see?"), ("home", "Amber Falcon"), ("share-many", "Stop sharing")],
)
def test_no_rule_is_broken_in_dialogues(browser: Browser, address: str, scene: str, button: str, scheme: str) -> None:
    with opened(browser, address, scene, "phone", scheme) as page:
        opener = page.get_by_role("button", name=button)
        opener.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert violations(page) == []
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(opener).to_be_focused()
