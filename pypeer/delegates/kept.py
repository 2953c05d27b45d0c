"""What is kept for somebody, as it is served: nothing but what its owner has signed. Blocking, for threads."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from pypeer.delegates.record import Item, Record
from pypeer.octets import Lasting
from pypeer.protocol.codes import EndCode
from pypeer.transfer.effects import Read
from pypeer.transfer.identity import identity_of
from pypeer.transfer.parting import PartContent
from pypeer.transfer.recovery import root_of
from pypeer.transfer.sources import ChangedError, OfferedTree
from pypeer.transfer.storing import Lost

TOUCHED: Final = "the copy that is kept here has changed, so it is not served; {name} has to hand it over once more"


class KeptContent(PartContent):
    """Reads copies, each for as long as it is the one that has come: as its inode, size and time of change tell. Where
    these are others, it is hashed once, for whoever puts back a copy of the folder changes nothing in it."""

    def __init__(self, folder: Path, items: Sequence[Item]) -> None:
        super().__init__(lambda file: folder / items[file].place)
        self._roots = [item.entry.root for item in items]
        self._good = {file: item.identity for file, item in enumerate(items)}
        self._bad: dict[int, bytes] = {}
        """Which files were seen to be others, and as what."""
        self._lock = threading.Lock()

    def read(self, file: int, offset: int, length: int) -> bytes:
        """See PartContent."""
        data = super().read(file, offset, length)
        if not self._is_kept(file):
            raise ChangedError
        return data

    def _is_kept(self, file: int) -> bool:
        status = os.lstat(self._place(file))
        now = identity_of(status)
        if now == self._good[file]:
            return True
        with self._lock:
            if now not in (self._good[file], self._bad.get(file)):
                root = root_of(self._place(file), status.st_size)
                known = self._good if root is not None and root.hex() == self._roots[file] else self._bad
                known[file] = now
            return now == self._good[file]


class KeptTree(OfferedTree):
    """What is kept, as its owner offered it."""

    def __init__(self, record: Record) -> None:
        entries = [item.entry for item in record.items]
        super().__init__(entries, KeptContent(record.folder, record.items), record.title, record.text)
        self._touched = TOUCHED.format(name=record.name)

    def read(self, reads: Sequence[Read]) -> list[Lasting | Lost]:
        """See OfferedTree; our person is told what has become of it here."""
        return [self._told(each) for each in super().read(reads)]

    def _told(self, result: Lasting | Lost) -> Lasting | Lost:
        if isinstance(result, Lost) and result.code is EndCode.CHANGED:
            return replace(result, message=self._touched)
        return result
