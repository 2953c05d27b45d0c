"""Which links a session has, and whose they are; pure, but for the links themselves."""

from itertools import count

from pypeer.links.link import Link, Path, Scope


class Attached(dict[int, Link]):
    """Links by the numbers under which the core knows them. No number is used twice: what comes late of a link that is
    gone is taken for nothing else. Whoever is at the other end is a source, which may have several links."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = count()
        self._sources: dict[int, int] = {}

    def add(self, link: Link, source: int) -> int:
        """One more: its number."""
        number = next(self._numbers)
        self[number] = link
        self._sources[number] = source
        return number

    def remove(self, number: int) -> None:
        """It is gone."""
        del self[number], self._sources[number]

    def number(self, link: Link) -> int | None:
        """That of a link, if it is here."""
        return next((number for number, each in self.items() if each is link), None)

    def source(self, number: int) -> int:
        """Whose it is."""
        return self._sources[number]

    def has(self, source: int) -> bool:
        """Whether there is a link to this source."""
        return source in self._sources.values()

    def beside(self, link: Link | None, source: int) -> list[int]:
        """The links to this source but for one."""
        return [number for number, other in self.items() if other is not link and self._sources[number] == source]


def cost(path: Path) -> int:
    """How expensive a path is: 0 needs nobody else, 1 a TURN relay, 2 the relay that is the server itself."""
    if path.way == "websocket":
        return 2
    return int(path.scope is Scope.RELAY)
