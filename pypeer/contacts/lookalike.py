"""Names that look like others: after Unicode Technical Standard #39, sections 4 and 5. Pure.

The table (lookalike.txt, made by tests/support/lookalikes.py) is Unicode's data of confusable characters, cut to what
names are made of: in each line what is plainest, a tab, and all that looks like it.
"""

import unicodedata
from functools import cache
from importlib import resources
from typing import Final

SCRIPTS: Final = frozenset(("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU", "DESERET"))
"""Writing systems with letters that look like those of another one of these; no word is written in two of them."""


def skeleton(text: str) -> str:
    """Two texts with the same skeleton look the same, or nearly, to somebody who does not look closely."""
    plain = _plain(unicodedata.normalize("NFKD", text))
    lower = "".join(plain.upper().lower().split())  # no casefold: the page has none
    return unicodedata.normalize("NFKD", _plain(lower))


def is_mixed(text: str) -> bool:
    """Whether a word has letters of two writing systems that look alike, which is nearly always meant to deceive."""
    return any(len(_scripts(word)) > 1 for word in unicodedata.normalize("NFKD", text).split())


def _scripts(word: str) -> frozenset[str]:
    return frozenset(unicodedata.name(c, "").partition(" ")[0] for c in word if c.isalpha()) & SCRIPTS


def _plain(text: str) -> str:
    table = _table()
    return "".join(table.get(c, c) for c in text)


@cache
def _table() -> dict[str, str]:
    lines = (resources.files("pypeer.contacts") / "lookalike.txt").read_text("utf-8").splitlines()
    pairs = (line.split("\t") for line in lines)
    return {each: plain for plain, alike in pairs for each in alike}
