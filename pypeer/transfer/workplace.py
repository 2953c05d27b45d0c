"""Where a fetch keeps what is unfinished: a hidden folder of part files, and the journal that tells of them.

Blocking.
"""

import shutil
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from pypeer.transfer.journal import Journal
from pypeer.transfer.parts import Parts


class Workplace:
    """Beside what is fetched `into` a folder. All that has the same top names there has the same workplace, in which
    one fetch is at a time: so the next run goes on where this one ends."""

    def __init__(self, into: Path, paths: Iterable[str]) -> None:
        tops = sorted({path.partition("/")[0] for path in paths})
        name = sha256("\0".join(tops).encode()).hexdigest()[:12]
        self._into = into
        self.folder = into / f".byway-{name}.part"
        self.journal_path = self.folder / "journal"
        self.parts = Parts(self.folder)
        self._journal: Journal | None = None

    @property
    def journal(self) -> Journal:
        """Between `open` and `close`."""
        assert self._journal is not None, "open opens it, close closes it"
        return self._journal

    def open(self) -> None:
        """Make the folders, and read what an earlier run noted; raises OSError, BlockingIOError if another process
        works here."""
        self._into.mkdir(parents=True, exist_ok=True)
        self.folder.mkdir(exist_ok=True)
        self._journal = Journal(self.journal_path)

    def push(self) -> None:
        """What was noted is written, if there is still a journal; raises OSError."""
        if self._journal is not None:
            self._journal.push()

    def close(self) -> bool:
        """Let go of all files: whether the journal was still open."""
        self.parts.close_all()
        if self._journal is None:
            return False
        self._journal.close()
        self._journal = None
        return True

    def remove(self) -> None:
        """Nothing in it is of any use any more."""
        self.close()
        shutil.rmtree(self.folder, ignore_errors=True)
