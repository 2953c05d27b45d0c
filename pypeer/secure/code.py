"""Codes: `7-guitar-sunset` is a locator, which the server sees, and words, which it never sees.

Words come from the BIP-39 English list: 2,048 words (11 bits each), at most 8 letters, told apart by their first four,
so that a word can be typed short and a slip is mostly recognised before an attempt is spent on it.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from urllib.parse import unquote, urlsplit, urlunsplit

from pypeer.errors import CodeError
from pypeer.protocol import limits

PREFIX_LETTERS = 4
"""Letters that tell any two words of the list apart (BIP-39)."""

_LOCATOR = re.compile(r"[1-9][0-9]{0,6}\Z")


@cache
def words() -> tuple[str, ...]:
    """The 2,048 words, sorted."""
    return tuple(resources.files("pypeer.secure").joinpath("words.txt").read_text("ascii").split())


@cache
def _by_prefix() -> dict[str, str]:
    return {word[:PREFIX_LETTERS]: word for word in words()}


@dataclass(frozen=True, slots=True)
class Code:
    """A locator and the secret words; `str()` gives the text that people exchange."""

    locator: str
    words: tuple[str, ...]

    def __str__(self) -> str:
        return "-".join((self.locator, *self.words))

    def __repr__(self) -> str:
        return f"<Code {self.locator}-…>"

    @property
    def password(self) -> bytes:
        """What the key exchange is fed with."""
        return str(self).encode("ascii")

    def link(self, page: str) -> str:
        """The page's URL with the code in its fragment, which browsers never send."""
        parts = urlsplit(page)
        return urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, str(self)))


def library_password(library: str) -> bytes:
    """What the key exchange is fed with where a library is asked: no secret, so only the identities prove anything.

    `library` is what the server calls it. No code has a colon, so neither can be taken for the other.
    """
    return f"library:{library}".encode("ascii")


def pick_words(count: int = limits.WORDS, choose: Callable[[int], int] = secrets.randbelow) -> tuple[str, ...]:
    """Secret words for a new code."""
    return tuple(words()[choose(len(words()))] for _ in range(count))


def parse(text: str) -> Code:
    """Read a link, or a code as people type it (any case, spaces, words cut to four letters); raises CodeError."""
    fragment = text.partition("#")[2] if "#" in text else text
    parts = [part for part in re.split(r"[\s\-_.,]+", unquote(fragment).strip().lower()) if part]
    if len(parts) < 1 + limits.WORDS or not _LOCATOR.match(parts[0]):
        raise CodeError(f"{text.strip()[:80]!r} is not a code: a code is a number and words, like 7-guitar-sunset")
    return Code(parts[0], tuple(_word(part) for part in parts[1:]))


def is_link(text: str) -> bool:
    """Whether the text is a link (and so names its server)."""
    return text.strip().lower().startswith(("http://", "https://"))


def server_of(link: str) -> str:
    """The server that a link names: the link without its query and fragment. Whoever connects sees if it is none."""
    return link.strip().partition("#")[0].partition("?")[0]


def short_name(peer_id: str) -> str:
    """Two words that stand for a peer id on the screen: for recognition, not for proof (22 bits)."""
    number = int.from_bytes(hashlib.sha256(b"byway name v1\n" + peer_id.encode("ascii")).digest()[:4], "big")
    count = len(words())
    return f"{words()[number // count % count]} {words()[number % count]}".title()


def _word(text: str) -> str:
    word = _by_prefix().get(text[:PREFIX_LETTERS])
    if word is None or not (word.startswith(text) and (len(text) >= PREFIX_LETTERS or text == word)):
        raise CodeError(f"{text[:32]!r} is not a word that codes are made of: check the spelling")
    return word
