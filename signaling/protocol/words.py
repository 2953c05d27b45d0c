"""Words of names as searches tell them apart: one rule for the server and for members of sealed spaces. Pure.

Letters, numbers and the marks on them are parts of words, all else stands between them. Letters are compared without
case, and without the marks of Latin, Greek and Cyrillic, which are often left out as one types; those of other scripts
make other letters.
"""

import unicodedata
from typing import Final

ACCENTS: Final = range(0x300, 0x370)
"""The marks that may be left out: Unicode's block "Combining Diacritical Marks"."""


def words_of(text: str) -> list[str]:
    """The words of a text in their order, folded, as often as they are there."""
    return "".join(map(_folded, unicodedata.normalize("NFD", text.casefold()))).split()


def _folded(letter: str) -> str:
    """What a letter counts as."""
    if ord(letter) in ACCENTS:
        return ""
    return letter if letter.isalnum() or unicodedata.category(letter).startswith("M") else " "
