"""Make pypeer/contacts/lookalike.txt, the characters that look alike, from Unicode's data (UTS #39, confusables.txt).

They come with the package `confusable-homoglyphs`, which is needed for this only: `python -m tests.support.lookalikes`.
Kept are single letters, digits and signs of punctuation that NFKD leaves as they are; each class of what looks alike is
named by what is plainest in it: ASCII letters, the longer the better (`rn` for `m`), so that both spellings come to
the same.
"""

import json
import unicodedata
from collections import defaultdict
from importlib import resources
from pathlib import Path
from typing import Final

FILE: Final = Path(__file__).resolve().parents[2] / "pypeer" / "contacts" / "lookalike.txt"


def classes(pairs: dict[str, list[dict[str, str]]]) -> list[list[str]]:
    """All that look alike, together."""
    parent: dict[str, str] = {}

    def find(text: str) -> str:
        parent.setdefault(text, text)
        while parent[text] != text:
            text = parent[text]
        return text

    for text, others in pairs.items():
        for other in others:
            parent[find(text)] = find(other["c"])
    members = defaultdict(list)
    for text in list(parent):
        members[find(text)].append(text)
    return list(members.values())


def plainness(text: str) -> tuple[bool, bool, int, bool, str]:
    """The less, the plainer."""
    plain = text.isascii() and text.isalpha()
    return not text.isascii(), not plain, -len(text) if plain else len(text), not text.islower(), text


def table() -> dict[str, str]:
    """For what is plainest, all that looks like it."""
    raw = (resources.files("confusable_homoglyphs") / "confusables.json").read_text("utf-8")
    found = {}
    for members in classes(json.loads(raw)):
        plain = min(members, key=plainness)
        alike = (
            each for each in members if each != plain and len(each) == 1 and unicodedata.category(each)[0] in "LNP"
        )
        kept = "".join(sorted(each for each in alike if unicodedata.normalize("NFKD", each) == each))
        if kept and unicodedata.normalize("NFKD", plain) == plain:
            found[plain] = kept
    return found


if __name__ == "__main__":
    FILE.write_text("".join(f"{plain}\t{alike}\n" for plain, alike in sorted(table().items())), "utf-8")
