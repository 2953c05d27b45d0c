"""Which language of the page a browser wishes (RFC 9110, section 12.5.4; RFC 4647, section 3.4). Pure."""

from collections.abc import Collection
from typing import Final

RANGES_MAX: Final = 32
"""As many wishes are read: browsers send a handful, and each costs a look-up."""

ANY: Final = "*"


def preferred(wishes: str, available: Collection[str], default: str) -> str:
    """The first of the languages that Accept-Language (`wishes`) asks for and that is there, or the default."""
    for wish in _ranked(wishes):
        if wish == ANY:
            return default
        found = _look_up(wish, available)
        if found is not None:
            return found
    return default


def _look_up(wish: str, available: Collection[str]) -> str | None:
    """What asks for `de-CH` is content with `de`."""
    while wish:
        if wish in available:
            return wish
        wish = wish.rpartition("-")[0]
    return None


def _ranked(wishes: str) -> list[str]:
    """Wishes that are any, the dearest first; the order tells between equals."""
    parts = [part.partition(";") for part in wishes.split(",")[:RANGES_MAX]]
    rated = [(_quality(weight), name.strip().lower()) for name, _, weight in parts]
    return [name for quality, name in sorted(rated, key=lambda each: -each[0]) if quality > 0 and name]


def _quality(weight: str) -> float:
    """`q=0.5`, or nothing, which is 1; what cannot be read is no wish."""
    name, _, value = weight.strip().partition("=")
    if not name:
        return 1
    try:
        return min(float(value), 1) if name.strip().lower() == "q" else 0
    except ValueError:
        return 0
