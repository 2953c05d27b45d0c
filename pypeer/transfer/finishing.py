"""Files that are complete wait for each other, to be finished together; pure, the clock passed in.

Before files get their names the disk is flushed (pypeer/transfer/naming.py), which takes little longer for many.
"""

from typing import Final

from pypeer.transfer.storing import Finish

FILES: Final = 64
WAIT_S: Final = 0.25
"""So many files wait at most, and so long: what has come soon has its name, and a flush is shared by dozens."""


class Finishing:
    """What waits."""

    def __init__(self) -> None:
        self._files: list[Finish] = []
        self._since: float | None = None

    def put(self, file: int, root: bytes) -> None:
        """All of this file is stored, and this is what its root has to be."""
        self._files.append(Finish(file, root))

    def take(self, is_busy: bool, now: float) -> list[Finish]:
        """What is to be finished now: nothing, while there `is_busy` something that more may come of soon."""
        if not self._files:
            return []
        if self._since is None:
            self._since = now
        if is_busy and len(self._files) < FILES and now - self._since < WAIT_S:
            return []
        files, self._files, self._since = self._files, [], None
        return files
