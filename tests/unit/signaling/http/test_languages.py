"""Wishes of browsers, as they send them, and as nobody should."""

import pytest

from signaling.http.languages import RANGES_MAX, preferred

LANGUAGES = ("en", "de", "ar")


@pytest.mark.parametrize(
    ("wishes", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-CH", "de"),
        ("DE-ch-1996, en;q=0.5", "de"),
        ("fr-FR, fr;q=0.9, ar-EG;q=0.8, en;q=0.7", "ar"),
        ("en;q=0.4, ar;q=0.9", "ar"),
        ("ar, de", "ar"),
        ("ar;q=0, de;q=0.1", "de"),
        ("fr, *;q=0.5, de;q=0.1", "en"),
        ("fr", "en"),
        ("de;q=much, ar;x=1", "en"),
        ("de;q=nan", "en"),
        (";q=1,,;", "en"),
        ("ar ; q=0.2 , de ; q=7", "de"),
        ("xx, " * RANGES_MAX + "de", "en"),
    ],
)
def test_the_dearest_language_that_is_there_is_spoken(wishes: str, language: str) -> None:
    assert preferred(wishes, LANGUAGES, "en") == language
