"""Giving complete files their names: all that are complete at a time together, and none before it is on the disk.

What the journal says of a name, and what the name stands for, are flushed before the name is given: whenever the
process is killed or the power fails, a file under its final name is whole, and the next run knows it.

Blocking.
"""

import errno
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer.journal import FilePlaced, Journal, Settled, file_key, stamp_of
from pypeer.transfer.placing import set_time
from pypeer.transfer.storing import Lost
from pypeer.transfer.syncing import sync_files
from pypeer.transfer.targets import Targets

_THIS_FILE: Final = frozenset((errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ, errno.ENOTDIR, errno.EISDIR))
"""Errors of giving a name that concern that name only; after any other nothing more can be stored."""


class Naming:
    """Gives names below `into`, as `targets` says."""

    def __init__(self, into: Path, targets: Targets, journal: Journal) -> None:
        self._into = into
        self._targets = targets
        self._journal = journal
        self._announced: dict[int, str] = {}

    def name(
        self, complete: Mapping[int, tuple[Entry, Path, bytes]], journal_path: Path
    ) -> list[tuple[int, Path | Lost]]:
        """The places of these files, each told by its part file and its root, or why one gets none; raises OSError."""
        if not complete:
            return []
        for file, (entry, _, root) in complete.items():
            self._announce(file, entry, root, self._targets.wanted_place(file))
        sync_files([*(part for _, part, _ in complete.values()), journal_path])
        return [(file, self._name(file, *each)) for file, each in complete.items()]

    def _name(self, file: int, entry: Entry, part: Path, root: bytes) -> Path | Lost:
        """Time, mode and name of one."""
        if entry.exec:
            mode = os.stat(part).st_mode
            part.chmod(mode | (mode & 0o444) >> 2)
        set_time(part, entry)
        try:
            place = self._targets.place(part, file, lambda place: self._announce(file, entry, root, place))
        except OSError as error:
            if error.errno not in _THIS_FILE:
                raise
            return Lost(file, EndCode.UNWRITABLE, f"it cannot be stored under its name: {error.strerror}")
        self._announced.pop(file, None)
        self._journal.write(Settled(file_key(entry), stamp_of(os.lstat(place))))
        return place

    def _announce(self, file: int, entry: Entry, root: bytes, place: Path) -> None:
        """The journal hears of each name before it is given; of the one that a file wants, which it gets, only once."""
        told = place.relative_to(self._into).as_posix()
        if self._announced.get(file) != told:
            self._announced[file] = told
            self._journal.write(FilePlaced(file_key(entry), root, told))
