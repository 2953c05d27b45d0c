"""Which sources may be asked for what: those that lied, and those that lack a file, are not; pure."""

from collections.abc import Iterable

from pypeer.transfer.asking import Asking
from pypeer.transfer.holdings import Holdings
from pypeer.transfer.witness import Witness


class Trust:
    """Knows all sources that were ever drawn from, and who of them was found out."""

    def __init__(self) -> None:
        self.witness = Witness()
        self.holdings = Holdings()
        self.accused: list[int] = []
        """Sources that lied, for whoever owns this to take and dismiss."""
        self._known: set[int] = set()
        self._barred: set[int] = set()

    def know(self, sources: Iterable[int]) -> None:
        """These may be drawn from."""
        self._known.update(sources)

    def bars(self, source: int) -> bool:
        """Whether nothing that comes from this source is heeded any more."""
        return source in self._barred

    def bar(self, source: int) -> None:
        """Nothing more is wanted of this source."""
        self._barred.add(source)
        self.witness.forget(source)
        self.holdings.forget(source)

    def may(self, source: int, file: int, chunk: int) -> bool:
        """Whether this chunk may be asked of this source."""
        return self.witness.may(source, file) and self.holdings.has(source, file, chunk)

    def may_tell(self, source: int, file: int) -> bool:
        """Whether the root of this file may be asked of it: a helper would have to have all of it to know."""
        return self.witness.may(source, file) and not self.holdings.is_helper(source)

    def can_do_without(self, source: int, file: int) -> bool:
        """This source does not have this file any more: whether another may."""
        self.witness.exclude(source, file)
        return self._is_served(file)

    def unserved(self) -> list[int]:
        """Files that somebody refused, and nobody who is left has."""
        return [file for file in self.witness.refused if not self._is_served(file)]

    def has_others(self, source: int, links: Iterable[Asking]) -> bool:
        """Whether there is a link to somebody else who may be believed."""
        return any(link.source not in self._barred | {source} for link in links)

    def doubt(self, file: int) -> tuple[int | None, int | None]:
        """The file did not match its root: who is to blame, and who is to be tried alone: of those who sent it, as
        Witness tells; else, where it is of several and all of them are gone, of the others."""
        helpers = {source for source in self._known if self.holdings.is_helper(source)}
        useless = self._barred | helpers | {source for source in self._known if self.witness.lacks(source, file)}
        is_of_several = self.witness.is_of_several(file)
        liar, alone = self.witness.doubt(file, useless)
        others = self._known - useless - {liar}
        if alone is None and others and (helpers or is_of_several):
            alone = min(others)
            self.witness.try_alone(file, alone)
        return liar, alone

    def _is_served(self, file: int) -> bool:
        return any(self.may_tell(source, file) for source in self._known - self._barred)
