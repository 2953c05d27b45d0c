"""Words: cut and folded the same whoever does it."""

import json
from pathlib import Path

import pytest

from signaling.protocol.words import words

VECTORS = json.loads((Path(__file__).resolve().parents[3] / "vectors" / "spaces.json").read_text("utf-8"))


@pytest.mark.parametrize("case", VECTORS["words"], ids=lambda case: repr(case["text"])[:30])
def test_a_text_has_these_words(case: dict[str, object]) -> None:
    assert words(str(case["text"])) == case["words"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Blue_Moon (live).MP3", ["blue", "moon", "live", "mp3"]),
        ("ÉTÉ e\u0301te\u0301", ["ete"]),
        ("Straße STRASSE", ["strasse"]),
        ("a-b a_c  (d) 1.5 B/X", ["a", "c", "d", "1", "5", "b", "x"]),
        ("\u039f\u0394\u039f\u03a3 \u03bf\u03b4\u03bf\u03c2", ["\u03bf\u03b4\u03bf\u03c3"]),
        ("हिन्दी", ["हिन्दी"]),
        ("2019-07/04", ["2019", "07", "04"]),
        ("\u0301", []),
        (" - ", []),
        ("moon mo Moon", ["mo", "moon"]),
    ],
)
def test_case_and_accents_do_not_matter(text: str, wanted: list[str]) -> None:
    assert words(text) == wanted
