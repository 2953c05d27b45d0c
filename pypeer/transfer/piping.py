"""Where one received file is put when it goes into a pipe: in order, as it comes. Blocking.

What comes before its turn waits in a temporary file, so memory is bounded however uneven the links are. A chunk is
verified before it is written, but the whole is known to be right only at the end: whoever reads the output has to look
at the exit status.
"""

import contextlib
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, BinaryIO, Final

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
    Reuse,
    Stale,
    Store,
    Stored,
    StoreEffect,
    StoreResult,
)

ONE: Final = "the output takes one file, and this offer has {count}: name the one, or fetch into a folder"


class PipeStore:
    """Writes the one file that is wanted to `out`. Folders are no hindrance."""

    def __init__(self, entries: Sequence[Entry], left_out: frozenset[int], out: BinaryIO) -> None:
        self.left_out = left_out
        self.here: Mapping[int, int] = NOTHING
        self._files = [i for i, entry in enumerate(entries) if not entry.folder and i not in left_out]
        self._size = entries[self._files[0]].size if self._files else 0
        self._hashes = FileHashes(self._size)
        self._out = out
        self._next = 0
        self._early: dict[int, int] = {}
        self._spool: IO[bytes] | None = None

    def prepare(self) -> dict[int, Ranges] | Broken:
        """Nothing is there yet; nothing has been written if this refuses."""
        if len(self._files) != 1:
            return Broken(EndCode.UNWRITABLE, ONE.format(count=len(self._files)))
        return {}

    def perform(self, batch: Sequence[StoreEffect]) -> list[StoreResult]:
        """Do all of it; errors are results."""
        return [result for effect in batch if (result := self._perform(effect)) is not None]

    def _perform(self, effect: StoreEffect) -> StoreResult | None:
        try:
            match effect:
                case Store():
                    return self._store(effect)
                case Reuse():
                    return Differs(effect.file, effect.chunk)
                case Finish():
                    self._out.flush()
                    whole = self._hashes.root == effect.root
                    return Finished(effect.file) if whole else Stale(effect.file, resumed=False)
                case Discard():
                    return None
                case Conclude():
                    return Concluded(())
        except BrokenPipeError:
            return Broken(EndCode.UNWRITABLE, "whoever reads the output has stopped reading")
        except OSError as error:
            return Broken(EndCode.UNWRITABLE, f"the output cannot be written: {error.strerror}")

    def abort(self) -> None:
        """Writing ends when the reader takes it or goes."""

    def release(self) -> None:
        """What came early is of no use any more."""
        if self._spool is not None:
            with contextlib.suppress(OSError):
                self._spool.close()

    def _store(self, effect: Store) -> StoreResult:
        self._hashes.put(effect.chunk, effect.hash)
        if effect.chunk == self._next:
            self._out.write(effect.data)
            self._next += 1
            self._write_early()
        else:
            self._keep(effect)
        return Stored(effect.file, effect.chunk)

    def _keep(self, effect: Store) -> None:
        self._spool = self._spool or tempfile.TemporaryFile()  # noqa: SIM115 - release closes it
        self._early[effect.chunk] = self._spool.seek(0, 2)
        self._spool.write(effect.data)

    def _write_early(self) -> None:
        """What has its turn now; once nothing waits, the temporary file starts anew."""
        if not self._early or self._spool is None:
            return
        while self._next in self._early:
            self._spool.seek(self._early.pop(self._next))
            self._out.write(self._spool.read(chunks.chunk_length(self._size, self._next)))
            self._next += 1
        if not self._early:
            self._spool.truncate(0)
