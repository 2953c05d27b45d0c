"""Two pages that become contacts of each other, as people do."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.real import arrived, download, share_files


def add(page: Page, name: str) -> None:
    """The other side of the transfer that is on the screen."""
    page.get_by_role("button", name="Add to contacts").click()
    page.get_by_role("dialog").get_by_label("Name", exact=True).fill(name)
    page.get_by_role("dialog").get_by_role("button", name="Add to contacts").click()
    expect(page.get_by_text(f"Your contact {name}")).to_be_visible()


def contacts(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Contacts")).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Contacts")


def acquainted(ada: Page, bob: Page, path: Path) -> None:
    """The two meet by a code, and add each other."""
    download(bob, share_files(ada, path))
    arrived(bob)
    add(bob, "Ada")
    add(ada, "Bob")
