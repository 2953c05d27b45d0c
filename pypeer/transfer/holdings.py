"""Which chunks the helpers of a swarm have: sources that have only part of what they offer; pure."""


class Holdings:
    """Knows, of each helper, its chunks. A source that was never said to be a helper has everything."""

    def __init__(self) -> None:
        self._of: dict[int, dict[int, set[int]]] = {}
        self._ever: set[int] = set()
        self._count: dict[tuple[int, int], int] = {}

    def begin(self, source: int) -> None:
        """This source is a helper, and has nothing yet."""
        self._of.setdefault(source, {})
        self._ever.add(source)

    def is_helper(self, source: int) -> bool:
        """Whether it may lack chunks, or might, before it was gone."""
        return source in self._ever

    def add(self, source: int, file: int, start: int, stop: int) -> list[tuple[int, int]]:
        """A helper has these chunks too: those that are news."""
        held = self._of[source].setdefault(file, set())
        new = [(file, chunk) for chunk in range(start, stop) if chunk not in held]
        held.update(chunk for _, chunk in new)
        for key in new:
            self._count[key] = self._count.get(key, 0) + 1
        return new

    def has(self, source: int, file: int, chunk: int) -> bool:
        """Whether this source has this chunk."""
        return source not in self._ever or chunk in self._of.get(source, {}).get(file, ())

    def helpers(self, file: int, chunk: int) -> int:
        """How many helpers have it."""
        return self._count.get((file, chunk), 0)

    def holders(self, file: int, chunk: int) -> list[int]:
        """The helpers that have it."""
        return [source for source in self._of if self.has(source, file, chunk)]

    def forget(self, source: int) -> None:
        """This source is gone."""
        for file, held in self._of.pop(source, {}).items():
            for chunk in held:
                self._count[file, chunk] -= 1
