"""What contacts are called, and whom a person means. Pure.

Names come from the other side, unless our person gives one: they are cleaned, made different from all others, and
told apart from those that only look the same (pypeer.contacts.lookalike).
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import Final

from pypeer.contacts.contact import Contact
from pypeer.contacts.lookalike import skeleton
from pypeer.errors import AbsentError, AmbiguousError
from pypeer.transfer.names import printable

NAME_CHARS: Final = 64
"""Longest name of a contact: a person's full name, and a line of the list."""


def clean(text: str) -> str:
    """A name in one line, composed (NFC), without what cannot be seen; may be empty."""
    line = " ".join(printable(unicodedata.normalize("NFC", text)).split())
    return line[:NAME_CHARS].rstrip()


def unique(wanted: str, short: str, others: Collection[Contact]) -> str:
    """A name for who wants to be called so, or else is called by its two words: nobody else has it, or such words."""
    taken = {fold(each.name) for each in others} | {fold(each.short) for each in others}
    name = clean(wanted) or short
    number, candidate = 1, name
    while fold(candidate) in taken:
        number += 1
        mark = f" {number}"
        candidate = name[: NAME_CHARS - len(mark)] + mark
    return candidate


def fold(text: str) -> str:
    """Names with the same fold are the same to a person who types one: case, width, spaces and dashes do not count."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.split(r"[\s_-]+", unicodedata.normalize("NFKC", plain).strip()))


def named(contacts: Sequence[Contact], who: str) -> Contact:
    """The one who is meant by a peer id, its two words or its name; raises AbsentError and AmbiguousError."""
    key = fold(who)
    for found in (
        [each for each in contacts if each.peer == key],
        [each for each in contacts if fold(each.name) == key],
        [each for each in contacts if fold(each.short) == key],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            lines = [f"  {each.name}, {each.short} [{each.peer}]" for each in found]
            raise AmbiguousError("\n".join([f"{printable(who)[:80]!r} may be any of these; name the id:", *lines]))
    raise AbsentError(
        f"You have met nobody called {printable(who)[:80]!r}: `pypeer contacts` lists whom you know. "
        "Somebody new is met by a code once."
    )


def imitated(contact: Contact, others: Collection[Contact]) -> tuple[str, ...]:
    """The names of others that a reader could take this one's for."""
    look = skeleton(contact.name)
    rest = (each for each in others if each.key != contact.key)
    return tuple(sorted(each.name for each in rest if look in (skeleton(each.name), skeleton(each.short))))
