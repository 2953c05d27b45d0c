"""Where a received text is put: nowhere but in memory. It is shown, not stored."""

from collections.abc import Mapping, Sequence

from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks
from pypeer.transfer.drawing import NOTHING
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.hashes import FileHashes
from pypeer.transfer.storing import (
    Broken,
    Conclude,
    Concluded,
    Differs,
    Discard,
    Finish,
    Finished,
    Lost,
    Reuse,
    Stale,
    Store,
    Stored,
    StoreEffect,
    StoreResult,
)


class TextStore:
    """Takes a text in memory."""

    left_out: frozenset[int] = frozenset()
    """It has only one entry."""

    here: Mapping[int, int] = NOTHING

    def __init__(self, entry: Entry) -> None:
        self.text = ""
        self._size = entry.size
        self._data = bytearray(entry.size)
        self._hashes = FileHashes(entry.size)

    def prepare(self) -> dict[int, Ranges] | Broken:
        """Nothing is there yet."""
        return {}

    def perform(self, batch: Sequence[StoreEffect]) -> list[StoreResult]:
        """Do all of it; errors are results."""
        return [result for effect in batch if (result := self._perform(effect)) is not None]

    def _perform(self, effect: StoreEffect) -> StoreResult | None:
        match effect:
            case Store():
                at = effect.chunk * chunks.chunk_bytes(self._size)
                self._data[at : at + len(effect.data)] = effect.data
                self._hashes.put(effect.chunk, effect.hash)
                return Stored(effect.file, effect.chunk)
            case Reuse():
                return Differs(effect.file, effect.chunk)
            case Finish():
                return self._finish(effect)
            case Discard():
                return None
            case Conclude():
                return Concluded(())

    def abort(self) -> None:
        """Nothing takes long."""

    def release(self) -> None:
        """Nothing is open."""

    def _finish(self, effect: Finish) -> StoreResult:
        if self._hashes.root != effect.root:
            return Stale(effect.file, resumed=False)
        try:
            self.text = self._data.decode()
        except UnicodeDecodeError:
            return Lost(effect.file, EndCode.CORRUPT, "the text is not in UTF-8")
        return Finished(effect.file)
