"""Giving complete files their names: all that are complete at a time together, and none before it is on the disk.

What the journal says of a name, and what the name stands for, are flushed before the name is given: whenever the
process is killed or the power fails, a file under its final name is whole, and the next run knows it.

Blocking.
"""

import errno
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer.journal import FilePlaced, Journal, Settled, stamp_of
from pypeer.transfer.placing import set_time
from pypeer.transfer.storing import Lost
from pypeer.transfer.syncing import sync_files
from pypeer.transfer.targets import Targets

_THIS_FILE: Final = frozenset((errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR))
"""Errors of giving a name that concern that name only; after any other nothing more can be stored."""


class Naming:
    """Gives names below the folder of `targets`. What a file is called in the journal is its `key`."""

    def __init__(self, targets: Targets, journal: Journal, key: Callable[[int], str]) -> None:
        self._targets = targets
        self._journal = journal
        self._key = key

    def name(
        self, complete: Mapping[int, tuple[Entry, str, bytes]], journal_path: Path
    ) -> list[tuple[int, str | Lost]]:
        """The paths of these files, each told by its part file and its root, or why one gets none; raises OSError."""
        if not complete:
            return []
        for file, (_, _, root) in complete.items():
            self._journal.note(FilePlaced(self._key(file), root, self._targets.place_name(file)))
        self._journal.push()
        sync_files([*(part for _, part, _ in complete.values()), journal_path])
        return [(file, self._name(file, *each)) for file, each in complete.items()]

    def _name(self, file: int, entry: Entry, part: str, root: bytes) -> str | Lost:
        """Time, mode and name of one."""
        if entry.exec:
            mode = os.stat(part).st_mode
            os.chmod(part, mode | (mode & 0o444) >> 2)
        set_time(part, entry)
        wanted = self._targets.place_name(file)
        try:
            place = self._targets.place(part, wanted, lambda place: self._announce(file, root, wanted, place))
        except OSError as error:
            if error.errno not in _THIS_FILE:
                raise
            return Lost(file, EndCode.UNWRITABLE, f"it cannot be stored under its name: {error.strerror}")
        self._journal.note(Settled(self._key(file), stamp_of(os.lstat(place))))
        return place

    def _announce(self, file: int, root: bytes, wanted: str, place: str) -> None:
        """The journal hears of each name before it is given; of the one that a file wants it has heard."""
        told = self._targets.name_of(place)
        if told != wanted:
            self._journal.write(FilePlaced(self._key(file), root, told))
