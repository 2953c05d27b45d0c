"""What is known of the files of an offer while they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pypeer.protocol.messages import Entry
from pypeer.transfer import merkle
from pypeer.transfer.hashes import FileHashes
from pypeer.transfer.journal import FilePlaced, file_key

KEYS: Final = 1024
"""Keys that are remembered, of the files in hand: each is asked for several times, and is a hash."""


@dataclass(slots=True)
class Standing:
    """Hashes of the chunks that are stored, by file, and what came of files in earlier runs.

    Of files that are one chunk or none the hash is the root, and is in `whole`.

    `earlier` are files that are here whole, if their roots are right, and `stamps` what they were when they were looked
    at. Of `resumed` files some was here before: if one does not match its root, that may have been of another content.
    """

    entries: Sequence[Entry]
    hashes: dict[int, FileHashes] = field(default_factory=dict)
    whole: dict[int, bytes] = field(default_factory=dict)
    earlier: dict[int, FilePlaced] = field(default_factory=dict)
    stamps: dict[int, tuple[int, int]] = field(default_factory=dict)
    resumed: set[int] = field(default_factory=set)
    discarded: set[int] = field(default_factory=set)
    """Files of which nothing more is stored."""

    _begun: set[int] = field(default_factory=set)
    _keys: dict[int, str] = field(default_factory=dict)

    def key(self, file: int) -> str:
        """What a file is called in the journal, and its part file."""
        known = self._keys.get(file)
        if known is None:
            if len(self._keys) >= KEYS:
                self._keys.clear()
            known = self._keys[file] = file_key(self.entries[file])
        return known

    def known(self, file: int) -> FileHashes:
        """The hashes of a file."""
        if file not in self.hashes:
            self.hashes[file] = FileHashes(self.entries[file].size)
        return self.hashes[file]

    def begins(self, file: int) -> bool:
        """Something of a file is stored: whether it is the first."""
        is_first = file not in self._begun
        self._begun.add(file)
        return is_first

    def is_right(self, file: int, root: bytes) -> bool:
        """Whether a file that is here whole, from an earlier run or by its chunks, is the one of this root."""
        earlier = self.earlier.get(file)
        return (self.root(file) if earlier is None else earlier.root) == root

    def root(self, file: int) -> bytes | None:
        """The root of a file, if all of it is stored; an empty one always is."""
        if not self.entries[file].size:
            return merkle.MISSING_LEAF
        whole = self.whole.get(file)
        return self.hashes[file].root if whole is None and file in self.hashes else whole

    def forget(self, file: int) -> bool:
        """Nothing is known of what was stored of this file: whether anything was."""
        self.earlier.pop(file, None)
        self.resumed.discard(file)
        self._begun.discard(file)
        was_whole = self.whole.pop(file, None) is not None
        return self.hashes.pop(file, None) is not None or was_whole
