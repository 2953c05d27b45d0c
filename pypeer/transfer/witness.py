"""Who sent what of a file that came from several sources: finds out who lied when its root does not match; pure.

A source that sends what does not match its own hash is known at once. One whose hashes are wrong, too, is not: the
whole does not match its root then. So the file is fetched once more from one of them alone. If that matches, whoever
had sent something else is found out; if not, that one is.
"""

from collections.abc import Container


class Witness:
    """Remembers senders and hashes of chunks, for files of which it was told."""

    def __init__(self) -> None:
        self._said: dict[int, dict[int, tuple[int, bytes]]] = {}
        self._doubted: dict[int, dict[int, tuple[int, bytes]]] = {}
        self._alone: dict[int, int] = {}
        self._without: set[tuple[int, int]] = set()

    def note(self, file: int, chunk: int, source: int, digest: bytes) -> None:
        """This source sent this chunk, and said that this is its hash."""
        self._said.setdefault(file, {})[chunk] = (source, digest)

    def may(self, source: int, file: int) -> bool:
        """Whether this file may be asked of this source: not if it has it no more, or another is tried alone."""
        return self._alone.get(file, source) == source and not self.lacks(source, file)

    def lacks(self, source: int, file: int) -> bool:
        """Whether this source has this file no more."""
        return (source, file) in self._without

    def exclude(self, source: int, file: int) -> None:
        """This source does not have this file any more."""
        self._without.add((source, file))
        if self._alone.get(file) == source:
            del self._alone[file]

    @property
    def refused(self) -> set[int]:
        """Files that some source does not have any more."""
        return {file for _, file in self._without}

    def drop(self, file: int) -> None:
        """What was sent of this file is of no use any more."""
        self._said.pop(file, None)

    def is_of_several(self, file: int) -> bool:
        """Whether more than one source has sent chunks of this file."""
        return len({source for source, _ in self._said.get(file, {}).values()}) > 1

    def doubt(self, file: int, barred: Container[int]) -> tuple[int | None, int | None]:
        """The file did not match: who is to blame, if that is known, and who is to be tried alone, if there is one."""
        said = self._said.pop(file, {})
        self._doubted.setdefault(file, said)
        sources = {source for source, _ in said.values()}
        liar = sources.pop() if len(sources) == 1 else None
        suspects = {source for source, _ in self._doubted[file].values()} - {liar}
        left = sorted(source for source in suspects if source not in barred)
        if left:
            self._alone[file] = left[0]
        return liar, left[0] if left else None

    def try_alone(self, file: int, source: int) -> None:
        """Ask for this file of this source alone."""
        self._alone[file] = source

    def believe(self, file: int) -> set[int]:
        """The file matches: who had sent something else before."""
        said, doubted = self._said.pop(file, {}), self._doubted.pop(file, {})
        self._alone.pop(file, None)
        return {source for chunk, (source, digest) in doubted.items() if chunk in said and said[chunk][1] != digest}

    def forget(self, source: int) -> None:
        """This source is gone: nothing waits for it alone."""
        for file in [file for file, alone in self._alone.items() if alone == source]:
            del self._alone[file]
