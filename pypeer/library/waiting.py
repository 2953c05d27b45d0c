"""Files that wait to be hashed: those that may still be written to settle first; pure, the clock passed in.

Times are of a wall clock in seconds, as those of files are.
"""

from typing import Final

SETTLE_S: Final = 2.0
"""A file that has changed this short a time ago is left alone: a program that saves or copies writes every second."""


class Waiting:
    """In the order in which they came, the settled ones first."""

    def __init__(self) -> None:
        self._ready: dict[str, int] = {}
        self._settling: dict[str, tuple[float, int]] = {}

    def __len__(self) -> int:
        return len(self._ready) + len(self._settling)

    def put(self, path: str, size: int, changed: float, now: float) -> None:
        """A file of so many bytes, last `changed` then; one from the future has a wrong time, and settles as well."""
        self.drop(path)
        if abs(now - changed) >= SETTLE_S:
            self._ready[path] = size
        else:
            self._settling[path] = (now + SETTLE_S, size)

    def drop(self, path: str) -> None:
        """It need not be hashed any more."""
        self._ready.pop(path, None)
        self._settling.pop(path, None)

    def take(self, files: int, size: int, now: float) -> list[str]:
        """Up to so many files, of about so many bytes in all, that can be hashed now: at least one if any can."""
        self._settle(now)
        taken: list[str] = []
        while self._ready and files > 0 and (size > 0 or not taken):
            path = next(iter(self._ready))
            size -= self._ready.pop(path)
            files -= 1
            taken.append(path)
        return taken

    def wait(self, now: float) -> float | None:
        """Seconds until `take` gives something; None if nothing waits."""
        if self._ready:
            return 0.0
        return max(0.0, min(due for due, _ in self._settling.values()) - now) if self._settling else None

    def _settle(self, now: float) -> None:
        """A clock that is set back by more than anything can wait leaves nothing waiting for ever."""
        for path, (due, size) in tuple(self._settling.items()):
            if due <= now or due > now + SETTLE_S:
                del self._settling[path]
                self._ready[path] = size
