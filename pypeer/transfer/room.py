"""How much room the files of an offer still take on the disk, and which of their holes are holes here too. Blocking."""

import errno
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from pypeer.protocol.codes import EndCode
from pypeer.protocol.messages import Entry
from pypeer.transfer import chunks
from pypeer.transfer.fetch import Ranges
from pypeer.transfer.parts import Parts
from pypeer.transfer.storing import Broken

_FULL: Final = frozenset((errno.ENOSPC, errno.EDQUOT))


def leave_holes(
    parts: Parts, key: str, entry: Entry, missing: Ranges | None
) -> tuple[Ranges, Sequence[tuple[int, int]]]:
    """What is missing of a file beside its holes, and the holes that need not be fetched; raises OSError."""
    step = chunks.chunk_bytes(entry.size)
    spans = [(start * step, min(stop * step, entry.size)) for start, stop in entry.hole_ranges]
    sure = list(parts.stretch(key, entry.size, spans))
    holes = [hole for hole, is_sure in zip(entry.hole_ranges, sure, strict=True) if is_sure]
    every = ((0, chunks.chunk_count(entry.size)),) if missing is None else missing
    return chunks.without(every, holes), holes


def room_for(parts: Parts, key: str, size: int, missing: Ranges | None) -> int:
    """Bytes that a file will still take; what is reserved for it already does not count again."""
    if missing is None:
        return size
    left = sum(chunks.range_length(size, *each) for each in missing)
    return max(0, left - parts.spare(key, size - left)) if left else 0


def check_room(parts: Parts, work: Path, files: Mapping[str, tuple[int, Ranges | None]]) -> Broken | None:
    """Whether all of this fits beside `work`: sizes of files, and what is missing of them, by their keys."""
    need = sum(room_for(parts, key, size, missing) for key, (size, missing) in files.items())
    free = shutil.disk_usage(work).free
    if need <= free:
        return None
    return Broken(EndCode.NO_SPACE, f"{need} bytes are needed, {free} are free in {work.parent}")


def unwritable(error: OSError, into: Path) -> Broken:
    """Why nothing more can be stored in a folder: for want of room after all, or for another reason."""
    if error.errno in _FULL:
        return Broken(EndCode.NO_SPACE, f"no space is left in {into}")
    return Broken(EndCode.UNWRITABLE, f"{into} cannot be written: {error.strerror}")
