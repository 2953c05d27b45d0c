"""Text as it is searched: small letters without accents, and spaces for what is in no word. Pure, and one rule for the
server and for members of sealed spaces, in Python and in the page.
"""

import unicodedata
from typing import Final

ACCENTS: Final = range(0x300, 0x370)
"""The marks that stand over, under or through letters of Latin, Greek and Cyrillic: they are often left out as one
types. Those of other scripts make other letters."""


class _Letters(dict[int, str | None]):
    """What becomes of each letter, found out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        letter = chr(code)
        kept = letter.isalnum() or letter == "/" or unicodedata.category(letter).startswith("M")
        self[code] = (letter if kept else " ") if code not in ACCENTS else None
        return self[code]


_LETTERS: Final = _Letters()


def fold(text: str) -> str:
    """Letters and numbers as they are searched; `/` stays, everything else becomes a space."""
    plain = text.lower() if text.isascii() else unicodedata.normalize("NFD", text.casefold())
    return plain.translate(_LETTERS)


def words(text: str) -> list[str]:
    """The words of a text in their order, each once, where it comes last: the last one that is typed may be only begun,
    and so it stays the last."""
    return list(dict.fromkeys(reversed(fold(text).replace("/", " ").split())))[::-1]
