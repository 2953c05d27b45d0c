"""Words of names and of searches as a server sees them in a sealed space: tokens, which only members can make; pure.

A file is found by each whole word of its name and of its folders, and by the first 2 to 8 letters of each word of its
name. So the last word of a search may be begun where it is one of the name, and has to be whole where it is one of a
folder. Whoever opens what was found checks it (`rank`), so a longer beginning finds no more than it should.
"""

from typing import Final

from pypeer.spaces.keys import SpaceKeys
from signaling.protocol import limits
from signaling.protocol.words import words

BEGUN_LEAST: Final = 2
BEGUN_MOST: Final = 8
"""Letters of a word that may be asked for by its beginning: with one letter everything is found, and each length more
costs a token for each word."""

REMEMBERED: Final = 20_000
"""Words that are remembered: some 20 MB at most, while a large library is told."""

Groups = tuple[tuple[str, ...], ...]
"""What a search asks for: of each of these, one token."""


class Blinder:
    """Makes tokens under one key; words come again and again, so they are remembered."""

    def __init__(self, keys: SpaceKeys) -> None:
        self._keys = keys
        self._whole: dict[str, str] = {}
        self._begun: dict[str, tuple[str, ...]] = {}

    def tokens(self, folder: str, name: str) -> str:
        """All that a file is found by, one behind the other, in an order that tells nothing: whole words first, if
        there are too many."""
        named = words(name)
        told = dict.fromkeys(self._of_word(word) for word in (*named, *words(folder)))
        told |= dict.fromkeys(token for word in named for token in self._beginnings(word))
        return "".join(sorted(tuple(told)[: limits.SEALED_TOKENS]))

    def groups(self, text: str) -> Groups:
        """What to ask for."""
        sought = words(text)[: limits.SEALED_GROUPS]
        if not sought:
            return ()
        *rest, last = sought
        ways = [self._keys.whole(last)]
        if len(last) >= BEGUN_LEAST:
            ways.append(self._keys.begun(last[:BEGUN_MOST]))
        return (*((self._keys.whole(word),) for word in rest), tuple(ways))

    def _of_word(self, word: str) -> str:
        if len(self._whole) >= REMEMBERED:
            self._whole.clear()
        return self._whole.get(word) or self._whole.setdefault(word, self._keys.whole(word))

    def _beginnings(self, word: str) -> tuple[str, ...]:
        if len(self._begun) >= REMEMBERED:
            self._begun.clear()
        lengths = range(BEGUN_LEAST, min(len(word), BEGUN_MOST) + 1)
        found = self._begun.get(word)
        return found or self._begun.setdefault(word, tuple(self._keys.begun(word[:length]) for length in lengths))


def rank(text: str, folder: str, name: str) -> int | None:
    """How well a file matches a search, the less the better: whole words in the name, words begun there, words of
    folders too; None if it does not, as far as tokens can tell."""
    sought, named, placed = words(text), set(words(name)), set(words(folder))
    if not sought:
        return None
    *rest, last = sought
    if named.issuperset(sought):
        return 0
    begun = any(word.startswith(last) for word in named)
    if begun and named.issuperset(rest):
        return 1
    there = (named | placed).issuperset(rest) and (begun or last in placed)
    return 2 if there else None
