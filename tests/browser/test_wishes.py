"""Browsers of other languages at a real server."""

import pytest
from playwright.sync_api import expect

from tests.browser.real import Site

GERMAN = "Dateien direkt an jemanden senden"


@pytest.mark.parametrize(
    ("locale", "address", "heading"),
    [
        ("de-CH", "", GERMAN),
        ("ar-EG", "", "أرسل الملفات مباشرة إلى شخص ما"),
        ("fr-FR", "", "Send files straight to someone"),
        ("ar-EG", "?lang=de", GERMAN),
    ],
)
def test_the_server_answers_in_the_language_of_the_browser(site: Site, locale: str, address: str, heading: str) -> None:
    context = site.browser.new_context(locale=locale)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(site.url + address)
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    context.close()
    assert errors == []
