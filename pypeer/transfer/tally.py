"""How much of an accepted offer is stored; pure."""


class Tally:
    """Counts files and bytes: `files` and `bytes` are all that is to come."""

    def __init__(self, files: int, size: int) -> None:
        self.files = files
        self.bytes = size
        self.stored_files = self.stored_bytes = self.fetched_bytes = self.failed = 0
        self._held: dict[int, int] = {}

    @property
    def settled(self) -> bool:
        """Whether every file is stored or lost."""
        return self.stored_files + self.failed == self.files

    def hold(self, file: int, length: int, fetched: bool = False) -> None:
        """So much of a file is stored; it was `fetched`, or was here already."""
        self._held[file] = self._held.get(file, 0) + length
        self.stored_bytes += length
        self.fetched_bytes += length * fetched

    def let_go(self, file: int) -> None:
        """Nothing of it is, after all."""
        self.stored_bytes -= self._held.pop(file, 0)

    def finished(self, file: int) -> None:
        """All of it is."""
        self._held.pop(file, None)
        self.stored_files += 1

    def lost(self, file: int) -> None:
        """It will not come."""
        self.let_go(file)
        self.failed += 1
