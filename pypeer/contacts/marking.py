"""Names of others that a reader could take for those of contacts, wherever they are shown. Pure."""

from collections.abc import Iterable

import msgspec

from pypeer.contacts.contact import Contact
from pypeer.contacts.lookalike import skeleton
from pypeer.finding.found import FoundLibrary, Hit


class Likeness:
    """Made of all who were met. Only contacts count: nobody else is somebody whose name means anything."""

    def __init__(self, known: Iterable[Contact]) -> None:
        self._looks: dict[str, set[Contact]] = {}
        for contact in known:
            if contact.may_call:
                for name in (contact.name, contact.short):
                    self._looks.setdefault(skeleton(name), set()).add(contact)

    def of(self, name: str, peer: str) -> tuple[str, ...]:
        """The names of contacts that `name` could be taken for, when the peer of this id is called so and is none of
        them."""
        return tuple(sorted(each.name for each in self._looks.get(skeleton(name), ()) if each.peer != peer))

    def library(self, found: FoundLibrary) -> FoundLibrary:
        """With its mark."""
        return msgspec.structs.replace(found, alike=self.of(found.name, found.peer))

    def hit(self, found: Hit) -> Hit:
        """With the marks of all who have it."""
        sources = (msgspec.structs.replace(each, alike=self.of(each.name, each.peer)) for each in found.sources)
        return msgspec.structs.replace(found, sources=tuple(sources))
